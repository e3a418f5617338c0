package dev.quiverdb.vector.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class DiversityTest {
    /** Points on a line; a node stands at 0. */
    private static final class Line implements Scorer {
        private final float[] places;
        private float from;

        Line(float... places) {
            this.places = places;
        }

        @Override
        public void bindQuery(MemorySegment query) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void bindVector(int vecId) {
            from = places[vecId];
        }

        @Override
        public void score(int[] vecIds, int count, float[] distances) {
            for (int i = 0; i < count; i++) {
                distances[i] = score(vecIds[i]);
            }
        }

        @Override
        public float score(int vecId) {
            return Math.abs(places[vecId] - from);
        }

        long[] sorted() {
            long[] sorted = new long[places.length];
            Arrays.setAll(sorted, i -> Scored.of(Math.abs(places[i]), i));
            Arrays.sort(sorted);
            return sorted;
        }
    }

    private static int[] choose(Line line, int room, int least) {
        var diversity = new Diversity(room + 1);
        int count = diversity.choose(line, line.sorted(), line.places.length, room, least);
        return Arrays.copyOf(diversity.chosen(), count);
    }

    @Test
    void oneInEachDirectionIsChosen() {
        assertThat(choose(new Line(1, 2, 3, -4, -5, 6), 4, 0)).containsExactly(0, 3);
    }

    @Test
    void theNearestOfTheOthersFillUpInOrder() {
        assertThat(choose(new Line(1, 2, 3, -4, -5, 6), 4, 3)).containsExactly(0, 1, 3);
        assertThat(choose(new Line(1, 2, 3, -4, -5, 6), 5, 5)).containsExactly(0, 1, 2, 3, 4);
        assertThat(choose(new Line(-1, 2, 3, 4), 4, 3)).containsExactly(0, 1, 2);
        assertThat(choose(new Line(1, 2), 4, 4)).containsExactly(0, 1);
    }

    @Test
    void equalsOnOneSideDoNotHideAnEqualOnTheOther() {
        float[] places = new float[31];
        Arrays.fill(places, 1);
        places[0] = -1;
        // Of equal distances the newest come first, so the only one on the other side is last.
        assertThat(choose(new Line(places), 8, 0)).containsExactly(30, 0);
        assertThat(choose(new Line(places), 8, 4)).containsExactly(30, 27, 26, 0);
    }

    @Test
    void equalsFillNoMoreThanHalfARow() {
        float[] places = new float[40];
        Arrays.fill(places, 0, 30, 1);
        for (int i = 30; i < 40; i++) {
            places[i] = i;
        }
        int[] chosen = choose(new Line(places), 8, 8);
        assertThat(Arrays.stream(chosen).filter(vecId -> vecId < 30).count())
                .isLessThanOrEqualTo(5);
        assertThat(chosen).hasSize(8);
    }
}
