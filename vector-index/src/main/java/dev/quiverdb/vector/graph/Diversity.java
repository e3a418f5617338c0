package dev.quiverdb.vector.graph;

/**
 * Chooses a node's neighbours so that they lie in different directions (Malkov and Yashunin,
 * algorithm 4): a candidate is taken only if it is nearer to the node than to every one taken
 * before. For one thread.
 */
final class Diversity {
    private static final int CHECKED_AT_ONCE = 4;

    private final int[] chosen;
    private final int[] window = new int[CHECKED_AT_ONCE];
    private final float[] distances = new float[CHECKED_AT_ONCE];
    private int chosenCount;
    private int examined;

    Diversity(int room) {
        chosen = new int[room];
    }

    int[] chosen() {
        return chosen;
    }

    /** Returns how many candidates the last choice looked at; those behind were not judged. */
    int examined() {
        return examined;
    }

    /**
     * Chooses up to {@code room} of the candidates, which are sorted by their distance from the
     * node. {@link #chosen} holds them, nearest first.
     *
     * <p>Of candidates as near as the nearest one at most half the room is filled: equal vectors
     * would push out all others otherwise, and a cluster of them would lose its way out.
     */
    int choose(Scorer pairs, long[] sorted, int count, int room) {
        chosenCount = 0;
        examined = 0;
        int ties = 0;
        while (examined < count && chosenCount < room) {
            long candidate = sorted[examined++];
            float distance = Scored.distance(candidate);
            boolean tie = distance <= Scored.distance(sorted[0]);
            if (tie && ties > room / 2) {
                continue;
            }
            if (isDiverse(pairs, Scored.vecId(candidate), distance)) {
                chosen[chosenCount++] = Scored.vecId(candidate);
                ties += tie ? 1 : 0;
            }
        }
        return chosenCount;
    }

    private boolean isDiverse(Scorer pairs, int candidate, float distance) {
        if (chosenCount == 0) {
            return true;
        }
        pairs.bindVector(candidate);
        for (int from = 0; from < chosenCount; from += CHECKED_AT_ONCE) {
            int size = Math.min(CHECKED_AT_ONCE, chosenCount - from);
            System.arraycopy(chosen, from, window, 0, size);
            pairs.score(window, size, distances);
            for (int i = 0; i < size; i++) {
                if (distances[i] < distance) {
                    return false;
                }
            }
        }
        return true;
    }
}
