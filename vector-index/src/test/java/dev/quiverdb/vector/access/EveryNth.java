package dev.quiverdb.vector.access;

import java.util.Collection;

/** Admits the rows whose ids a number divides. */
final class EveryNth implements RowTest {
    private final ModelTablet tablet;
    private final long n;
    private final long testsMax;
    int gathered;
    long tested;

    EveryNth(ModelTablet tablet, long n, long testsMax) {
        this.tablet = tablet;
        this.n = n;
        this.testsMax = testsMax;
    }

    /** A set, a test that never gathers, or one that gathers after 50 tests. */
    static RowFilter of(String kind, ModelTablet tablet, long n) {
        return switch (kind) {
            case "set" -> new EveryNth(tablet, n, 0).gather();
            case "test" -> new EveryNth(tablet, n, Long.MAX_VALUE);
            case "gathers" -> new EveryNth(tablet, n, 50);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    @Override
    public void admit(long[] rowIds, int count, boolean[] admitted) {
        tested += count;
        for (int i = 0; i < count; i++) {
            admitted[i] = rowIds[i] % n == 0;
        }
    }

    @Override
    public double passRate() {
        return tested == 0 ? 0.5 : 1.0 / n;
    }

    @Override
    public long testsMax() {
        return testsMax;
    }

    @Override
    public RowSet gather() {
        gathered++;
        return set(tablet.rows.keySet());
    }

    private RowSet set(Collection<Long> all) {
        long[] rowIds = all.stream().mapToLong(Long::longValue).filter(id -> id % n == 0).toArray();
        return RowSet.of(rowIds, rowIds.length);
    }
}
