package dev.quiverdb.vector.access;

import dev.quiverdb.vector.graph.SearchParameters;

/** How hard a search tries, by the method of the index it asks. */
public sealed interface VectorEffort {
    /** Whether a search usually ends within a fraction of a millisecond. */
    boolean isSmall();

    /**
     * Through a graph.
     *
     * @param once whether one pass is all: at most {@code efSearch} rows come
     */
    record Graph(SearchParameters parameters, boolean once) implements VectorEffort {
        private static final int SMALL_EF_SEARCH = 200;

        @Override
        public boolean isSmall() {
            return parameters.efSearch() <= SMALL_EF_SEARCH && parameters.targetRecall() == 0;
        }
    }

    /**
     * Through lists.
     *
     * @param probes lists looked into first
     * @param rerank estimates compared exactly; 0 for the index's own number
     * @param listsMax lists after which the search ends with what it has; 0 for after the probes
     * @param targetRecall recall that the search finds its own {@code probes} for, by a sample that
     *     the first such search takes; 0 to take {@code probes} as given
     */
    record Lists(int probes, int rerank, int listsMax, double targetRecall)
            implements VectorEffort {
        private static final int SMALL_PROBES = 8;

        public Lists {
            if (!(targetRecall >= 0 && targetRecall <= 1)) {
                throw new IllegalArgumentException("targetRecall is " + targetRecall);
            }
        }

        /** With a number of probes as given. */
        public Lists(int probes, int rerank, int listsMax) {
            this(probes, rerank, listsMax, 0);
        }

        @Override
        public boolean isSmall() {
            return probes <= SMALL_PROBES && targetRecall == 0;
        }
    }
}
