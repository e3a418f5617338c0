package dev.quiverdb.server.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.quiverdb.sql.catalog.Catalog;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Plans that all sessions of a server share, by all that can make the same text mean something
 * else. Thread-safe; a look costs well below a microsecond.
 */
final class PlanCache {
    /** Characters of statement text that are kept; plans weigh some times that. */
    private static final long TEXT_CHARACTERS_MAX = 4L << 20;

    private static final int ENTRY_CHARACTERS = 500;

    /** Longer texts are not worth keeping: they hold data and do not come back. */
    static final int STATEMENT_CHARACTERS_MAX = 16 << 10;

    /**
     * @param environment role, search path, planner's settings and how literals are read
     */
    record Key(int database, String text, List<Integer> parameterTypes, String environment) {
        Key {
            parameterTypes = List.copyOf(parameterTypes);
        }
    }

    private final Cache<Key, CachedPlan> plans =
            Caffeine.newBuilder()
                    .maximumWeight(TEXT_CHARACTERS_MAX)
                    .weigher((Key key, CachedPlan _) -> key.text.length() + ENTRY_CHARACTERS)
                    .executor(Runnable::run)
                    .build();
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    /** A plan for exactly this catalog. */
    @Nullable CachedPlan find(Key key, Catalog catalog) {
        var plan = plans.getIfPresent(key);
        if (plan != null && plan.plannedIn() == catalog) {
            hits.increment();
            return plan;
        }
        misses.increment();
        return null;
    }

    void put(Key key, CachedPlan plan) {
        plans.put(key, plan);
    }

    void remove(Key key) {
        plans.invalidate(key);
    }

    long hits() {
        return hits.sum();
    }

    long misses() {
        return misses.sum();
    }

    long size() {
        return plans.estimatedSize();
    }
}
