package dev.quiverdb.pgwire.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class InboxTest {
    private static final int MESSAGE_BYTES = (int) (Inbox.BYTES_MAX / 8);

    /** A connection that reads while it is told to, and a worker that is sometimes faster. */
    @Test
    void readingGoesOnWhateverTheOrderOfReaderAndWorker() throws InterruptedException {
        var reads = new AtomicBoolean(true);
        var inbox =
                new Inbox(on -> {
                    // Whoever is told last is believed, so a late word would be seen.
                    Thread.yield();
                    reads.set(on);
                });
        int messages = 200_000;
        var worker =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                for (int i = 0; i < messages; i++) {
                                    inbox.take();
                                    inbox.release(MESSAGE_BYTES);
                                }
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
        long deadline = System.nanoTime() + 60_000_000_000L;
        for (int i = 0; i < messages; i++) {
            while (!reads.get()) {
                assertThat(System.nanoTime())
                        .as("nobody said that reading goes on")
                        .isLessThan(deadline);
                LockSupport.parkNanos(1000);
            }
            inbox.put(i, MESSAGE_BYTES);
        }
        worker.join(60_000);
        assertThat(worker.isAlive()).isFalse();
        assertThat(reads).isTrue();
    }

    @Test
    void readingStopsAtTheBoundAndGoesOnBelowHalfOfIt() throws InterruptedException {
        var reads = new AtomicBoolean(true);
        var inbox = new Inbox(reads::set);
        for (int i = 0; i < 8; i++) {
            assertThat(reads).isTrue();
            inbox.put(i, MESSAGE_BYTES);
        }
        for (int i = 0; i < 5; i++) {
            assertThat(reads).isFalse();
            assertThat(inbox.take()).isEqualTo(i);
            inbox.release(MESSAGE_BYTES);
        }
        assertThat(reads).isTrue();
    }
}
