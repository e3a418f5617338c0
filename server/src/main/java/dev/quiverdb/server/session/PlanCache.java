package dev.quiverdb.server.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.quiverdb.sql.catalog.Catalog;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Plans that all sessions of a server share, by all that can make the same text mean something
 * else. Thread-safe; a look costs well below a microsecond.
 */
final class PlanCache {
    /** Characters of statement text that are kept; plans weigh some times that. */
    private static final long TEXT_CHARACTERS_MAX = 4L << 20;

    private static final int ENTRY_CHARACTERS = 500;
    private static final int CANDIDATES_MAX = 2000;

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

    /** Texts whose literals were looked at: not yet again, or in vain in that catalog. */
    private final Cache<Key, Optional<Catalog>> candidates =
            Caffeine.newBuilder().maximumSize(CANDIDATES_MAX).executor(Runnable::run).build();

    /**
     * Whether a text without its literals has been seen before, so that a plan for it may pay, and
     * was not refused in this catalog.
     */
    boolean isCandidate(Key key, Catalog catalog) {
        var seen = candidates.getIfPresent(key);
        if (seen == null) {
            candidates.put(key, Optional.empty());
            return false;
        }
        return seen.filter(refused -> refused == catalog).isEmpty();
    }

    /** A text's plan without its literals is not the text's plan. */
    void refuse(Key key, Catalog catalog) {
        candidates.put(key, Optional.of(catalog));
    }

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

    long hits() {
        return hits.sum();
    }

    long misses() {
        return misses.sum();
    }
}
