package dev.quiverdb.vector.ivf;

/**
 * How hard a search tries.
 *
 * @param wanted vectors that are asked for
 * @param probes lists that are looked into first; more follow until there are enough results
 * @param rerank best estimates that are compared exactly, at least {@code wanted}; without meaning
 *     for flat lists
 * @param listsMax lists after which a search ends with what it has
 */
public record IvfEffort(int wanted, int probes, int rerank, int listsMax) {
    public IvfEffort {
        if (wanted < 1 || probes < 1 || listsMax < 1) {
            throw new IllegalArgumentException(
                    "effort of %d wanted, %d probes, %d lists".formatted(wanted, probes, listsMax));
        }
    }

    /** A search that goes on through all lists until it has what is wanted. */
    public IvfEffort(int wanted, int probes, int rerank) {
        this(wanted, probes, rerank, Integer.MAX_VALUE);
    }
}
