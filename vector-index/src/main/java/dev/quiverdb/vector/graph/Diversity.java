package dev.quiverdb.vector.graph;

/**
 * Chooses a node's neighbours so that they lie in different directions (Malkov and Yashunin,
 * algorithm 4): a candidate is taken only if it is nearer to the node than to every one taken
 * before. For one thread.
 */
final class Diversity {
    private static final int CHECKED_AT_ONCE = 4;

    private final int[] chosen;

    /** Where the chosen stand among the candidates. */
    private final int[] places;

    private final int[] passedOver;
    private final int[] window = new int[CHECKED_AT_ONCE];
    private final float[] distances = new float[CHECKED_AT_ONCE];
    private int chosenCount;

    Diversity(int room) {
        chosen = new int[room];
        places = new int[room];
        passedOver = new int[room];
    }

    int[] chosen() {
        return chosen;
    }

    /**
     * Chooses up to {@code room} of the candidates, which are sorted by their distance from the
     * node. Where those in different directions are fewer than {@code least}, the nearest of the
     * others come with them. {@link #chosen} holds them, nearest first.
     *
     * <p>Of candidates as near as the nearest one at most half the room is filled: equal vectors
     * would push out all others otherwise, and a cluster of them would lose its way out.
     */
    int choose(Scorer pairs, long[] sorted, int count, int room, int least) {
        chosenCount = 0;
        int passedCount = 0;
        int ties = 0;
        int tiesPassed = 0;
        for (int i = 0; i < count && chosenCount < room; i++) {
            float distance = Scored.distance(sorted[i]);
            boolean tie = distance <= Scored.distance(sorted[0]);
            if (tie && ties > room / 2) {
                continue;
            }
            if (isDiverse(pairs, Scored.vecId(sorted[i]), distance)) {
                places[chosenCount] = i;
                chosen[chosenCount++] = Scored.vecId(sorted[i]);
                ties += tie ? 1 : 0;
            } else if (passedCount < passedOver.length && !(tie && tiesPassed > room / 2)) {
                passedOver[passedCount++] = i;
                tiesPassed += tie ? 1 : 0;
            }
        }
        // Those as near as the nearest one come first, and fill no more than half a row.
        int first = Math.max(0, ties + tiesPassed - (room / 2 + 1));
        if (chosenCount < least && passedCount > first) {
            fill(sorted, first, Math.min(passedCount - first, least - chosenCount));
        }
        return chosenCount;
    }

    /** Merges some that were passed over in, from the back. */
    private void fill(long[] sorted, int first, int count) {
        int from = chosenCount - 1;
        int into = chosenCount + count - 1;
        chosenCount += count;
        for (int i = first + count - 1; i >= first; i--) {
            long filler = sorted[passedOver[i]];
            while (from >= 0 && places[from] > passedOver[i]) {
                chosen[into--] = chosen[from--];
            }
            chosen[into--] = Scored.vecId(filler);
        }
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
