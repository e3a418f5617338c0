package dev.quiverdb.vector.graph;

/**
 * How hard a search tries.
 *
 * @param efSearch vectors kept in view; at least the number wanted is kept
 * @param rerank of those, how many are measured exactly when codes navigate; 0 for all
 * @param targetRecall recall that the search finds its own {@code efSearch} for, by a sample that
 *     the first such search takes; 0 to take {@code efSearch} as given
 * @param scanTuplesMax vectors met after which a filtered walk gives way to an exact scan of the
 *     rest
 * @param strictOrder whether a cursor leaves out what it finds too late to be in order
 * @param bounded whether a filtered walk that has met {@code scanTuplesMax} vectors is the end, in
 *     place of an exact scan of the rest
 */
public record SearchParameters(
        int efSearch,
        int rerank,
        double targetRecall,
        long scanTuplesMax,
        boolean strictOrder,
        boolean bounded) {
    public SearchParameters {
        if (efSearch < 1) {
            throw new IllegalArgumentException("efSearch is " + efSearch);
        }
        if (rerank < 0) {
            throw new IllegalArgumentException("rerank is " + rerank);
        }
        if (!(targetRecall >= 0 && targetRecall <= 1)) {
            throw new IllegalArgumentException("targetRecall is " + targetRecall);
        }
    }

    /** pgvector's defaults, but for a scan that goes on until it has what was asked for. */
    public static SearchParameters defaults() {
        return new SearchParameters(40, 0, 0, 20_000, false, false);
    }

    /** Returns the same with another {@code efSearch}. */
    public SearchParameters withEfSearch(int ef) {
        return new SearchParameters(ef, rerank, targetRecall, scanTuplesMax, strictOrder, bounded);
    }

    /** Returns the same with another {@code rerank}. */
    public SearchParameters withRerank(int count) {
        return new SearchParameters(
                efSearch, count, targetRecall, scanTuplesMax, strictOrder, bounded);
    }

    /** Returns the same with a recall to meet. */
    public SearchParameters withTargetRecall(double recall) {
        return new SearchParameters(efSearch, rerank, recall, scanTuplesMax, strictOrder, bounded);
    }

    /** Returns the same with or without strict order. */
    public SearchParameters withStrictOrder(boolean strict) {
        return new SearchParameters(efSearch, rerank, targetRecall, scanTuplesMax, strict, bounded);
    }

    /** Returns the same for a search that ends after so many vectors, whatever it has found. */
    public SearchParameters withTuplesAtMost(long most) {
        return new SearchParameters(efSearch, rerank, targetRecall, most, strictOrder, true);
    }
}
