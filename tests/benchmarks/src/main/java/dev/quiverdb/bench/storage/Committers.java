package dev.quiverdb.bench.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/** Threads that update rows one by one, each update durable before the next. */
final class Committers {
    private final RowEngine engine;
    private final long rows;
    private final LongFunction<String> text;

    Committers(RowEngine engine, long rows, LongFunction<String> text) {
        this.engine = engine;
        this.rows = rows;
        this.text = text;
    }

    /** What each update of so many threads took within so many seconds. */
    Latencies run(int threadCount, double seconds) throws InterruptedException {
        List<Latencies> all = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        var ready = new CountDownLatch(1);
        var end = new AtomicLong();
        for (int t = 0; t < threadCount; t++) {
            var latencies = new Latencies();
            all.add(latencies);
            var random = new SplittableRandom(t);
            threads.add(Thread.ofPlatform().start(() -> update(random, ready, end, latencies)));
        }
        end.set(System.nanoTime() + (long) (seconds * 1e9));
        ready.countDown();
        for (var thread : threads) {
            thread.join();
        }
        var sum = new Latencies();
        all.forEach(sum::addAll);
        return sum;
    }

    private void update(
            SplittableRandom random, CountDownLatch ready, AtomicLong end, Latencies latencies) {
        try {
            ready.await();
        } catch (InterruptedException e) {
            return;
        }
        while (System.nanoTime() < end.get()) {
            long key = random.nextLong(rows);
            var value = text.apply(System.nanoTime());
            long before = System.nanoTime();
            engine.update(key, value);
            latencies.add(System.nanoTime() - before);
        }
    }
}
