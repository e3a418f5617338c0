package dev.quiverdb.vector.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class AdmissionLogicTest {
    @Randomised(runs = 20)
    void bitmapBehavesLikeASet(SplittableRandom chance) {
        var model = new TreeSet<Integer>();
        var bitmap = new VecIdBitmap(chance.nextInt(100));
        for (int step = 0; step < 500; step++) {
            int vecId = chance.nextInt(400);
            if (chance.nextInt(3) == 0) {
                model.remove(vecId);
                bitmap.remove(vecId);
            } else {
                model.add(vecId);
                bitmap.add(vecId);
            }
        }
        assertThat(bitmap.cardinality()).isEqualTo(model.size());
        List<Integer> walked = new ArrayList<>();
        for (int id = bitmap.next(0); id >= 0; id = bitmap.next(id + 1)) {
            walked.add(id);
        }
        assertThat(walked).containsExactlyElementsOf(model);
        assertThat(bitmap.admits(4_000)).isFalse();
    }

    @Randomised(runs = 20)
    void copiesByTheBatchMakeTheSet(SplittableRandom chance) {
        var model = new TreeSet<Integer>();
        var bitmap = new VecIdBitmap(100);
        for (int i = chance.nextInt(300); i > 0; i--) {
            int vecId = chance.nextInt(2000);
            model.add(vecId);
            bitmap.add(vecId);
        }
        var copied = new ArrayList<Integer>();
        int[] batch = new int[1 + chance.nextInt(70)];
        int count = bitmap.copy(0, batch);
        while (count > 0) {
            for (int i = 0; i < count; i++) {
                copied.add(batch[i]);
            }
            count = bitmap.copy(batch[count - 1] + 1, batch);
        }
        assertThat(copied).containsExactlyElementsOf(model);
        assertThat(bitmap.copy(5000, batch)).isZero();
    }

    @Randomised(runs = 20)
    void idsAreSelectedInTheirOrder(SplittableRandom chance) {
        var bitmap = new VecIdBitmap(100);
        for (int i = chance.nextInt(300); i > 0; i--) {
            bitmap.add(chance.nextInt(2000));
        }
        int[] ids = chance.ints(50, 0, 4000).toArray();
        int[] into = new int[60];
        int end = bitmap.select(ids, 50, true, into, 10);
        assertThat(Arrays.copyOfRange(into, 10, end))
                .containsExactly(Arrays.stream(ids).filter(bitmap::admits).toArray());
        int[] others = Arrays.stream(ids).filter(id -> !bitmap.admits(id)).toArray();
        assertThat(bitmap.select(ids, 50, false, ids, 0)).isEqualTo(others.length);
        assertThat(Arrays.copyOf(ids, others.length)).containsExactly(others);
    }

    @Test
    void twoBitmapsMakeABitmap() {
        var both = Admission.and(VecIdBitmap.of(1, 2, 900), VecIdBitmap.of(2, 3, 64));
        assertThat(both)
                .isInstanceOfSatisfying(
                        VecIdBitmap.class, bitmap -> assertThat(bitmap.cardinality()).isEqualTo(1));
        assertThat(both.admits(2)).isTrue();
        assertThat(Admission.and(Admission.ALL, both)).isSameAs(both);
    }

    @Test
    void theRightSideNeverSeesWhatTheLeftRejected() {
        List<Integer> shown = new ArrayList<>();
        AdmissionTest leaky =
                vecId -> {
                    shown.add(vecId);
                    return vecId % 2 == 0;
                };
        var both = Admission.and(VecIdBitmap.of(3, 4, 6), leaky);
        boolean[] admitted = new boolean[5];
        both.admitMany(new int[] {1, 3, 4, 5, 6}, 5, admitted);
        assertThat(admitted).containsExactly(false, false, true, false, true);
        assertThat(both.admits(8)).isFalse();
        assertThat(shown).containsExactly(3, 4, 6);
    }
}
