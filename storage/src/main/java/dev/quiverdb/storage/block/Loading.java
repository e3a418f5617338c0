package dev.quiverdb.storage.block;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A block on its way from disk, for others who want it too. */
final class Loading {
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile @Nullable Frame frame;
    private volatile @Nullable RuntimeException failure;

    void finish(Frame loaded) {
        frame = loaded;
        done.countDown();
    }

    void fail(RuntimeException cause) {
        failure = cause;
        done.countDown();
    }

    /** The frame, when it is there. Interrupts wait. */
    @SuppressWarnings("NullAway") // Whoever counts down without failing has set the frame.
    Frame await() {
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        var failed = failure;
        if (failed != null) {
            throw failed;
        }
        var loaded = frame;
        assert loaded != null : "ended without frame";
        return loaded;
    }
}
