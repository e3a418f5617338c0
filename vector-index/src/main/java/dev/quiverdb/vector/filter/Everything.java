package dev.quiverdb.vector.filter;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The admission that rejects nothing. Any number of threads may share it. */
public enum Everything implements Admission {
    INSTANCE;

    @Override
    public boolean admits(int vecId) {
        return true;
    }

    @Override
    public void admitMany(int[] vecIds, int count, boolean[] admitted) {
        Arrays.fill(admitted, 0, count, true);
    }

    @Override
    public @Nullable VecIdBitmap superset() {
        return null;
    }

    @Override
    public double passRate(long liveCount) {
        return 1;
    }
}
