package dev.quiverdb.vector.filter;

import org.jspecify.annotations.Nullable;

/** A conjunction that never shows the right side what the left side rejected. */
final class BothAdmit implements AdmissionTest {
    private final Admission left;
    private final Admission right;
    private int[] survivors = new int[0];
    private boolean[] verdicts = new boolean[0];

    BothAdmit(Admission left, Admission right) {
        this.left = left;
        this.right = right;
    }

    @Override
    public boolean admits(int vecId) {
        return left.admits(vecId) && right.admits(vecId);
    }

    @Override
    public void admitMany(int[] vecIds, int count, boolean[] admitted) {
        left.admitMany(vecIds, count, admitted);
        if (survivors.length < count) {
            survivors = new int[Math.max(64, count)];
            verdicts = new boolean[survivors.length];
        }
        int survivorCount = 0;
        for (int i = 0; i < count; i++) {
            if (admitted[i]) {
                survivors[survivorCount++] = vecIds[i];
            }
        }
        right.admitMany(survivors, survivorCount, verdicts);
        for (int i = 0, next = 0; i < count; i++) {
            if (admitted[i]) {
                admitted[i] = verdicts[next++];
            }
        }
    }

    @Override
    public @Nullable VecIdBitmap superset() {
        var known = left.superset();
        return known == null ? right.superset() : known;
    }

    /** Takes the sides as independent. */
    @Override
    public double passRate(long liveCount) {
        return left.passRate(liveCount) * right.passRate(liveCount);
    }
}
