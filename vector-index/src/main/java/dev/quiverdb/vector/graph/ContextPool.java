package dev.quiverdb.vector.graph;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Lends search contexts and knows the oldest epoch that a lent one still reads in, so that vecIds
 * are reused only when no walk can hold them any more. Any thread may call it.
 */
final class ContextPool {
    private static final int KEPT_MAX = 64;

    private final Supplier<SearchContext> maker;
    private final AtomicReferenceArray<SearchContext> idle = new AtomicReferenceArray<>(KEPT_MAX);
    private final CopyOnWriteArrayList<SearchContext> known = new CopyOnWriteArrayList<>();
    private final AtomicLong epoch = new AtomicLong(1);

    ContextPool(Supplier<SearchContext> maker) {
        this.maker = maker;
    }

    SearchContext take() {
        SearchContext context = null;
        for (int i = 0; i < KEPT_MAX && context == null; i++) {
            if (idle.getPlain(i) != null) {
                context = idle.getAndSet(i, null);
            }
        }
        if (context == null) {
            context = maker.get();
            known.add(context);
        }
        context.activeSince = epoch.get();
        return context;
    }

    void give(SearchContext context) {
        context.activeSince = Long.MAX_VALUE;
        for (int i = 0; i < KEPT_MAX; i++) {
            if (idle.compareAndSet(i, null, context)) {
                return;
            }
        }
        known.remove(context);
    }

    /** Starts a new epoch and returns it: walks that begin from now on are not older than it. */
    long advance() {
        return epoch.incrementAndGet();
    }

    /** Returns whether every walk that began before the epoch has ended. */
    boolean hasPassed(long since) {
        for (var context : known) {
            if (context.activeSince < since) {
                return false;
            }
        }
        return true;
    }
}
