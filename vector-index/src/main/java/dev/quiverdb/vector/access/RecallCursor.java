package dev.quiverdb.vector.access;

import dev.quiverdb.storage.AccessCursor;
import java.util.ArrayList;
import java.util.List;

/** The answer to a {@link VectorRecallRequest}: rows, each with the share that was found. */
final class RecallCursor implements AccessCursor {
    private record Measured(long rowId, double share) {}

    private final List<Measured> measured = new ArrayList<>();
    private int at;

    void add(long rowId, double share) {
        measured.add(new Measured(rowId, share));
    }

    @Override
    public int next(long[] rowIds, double[] distances) {
        int count = 0;
        for (; count < rowIds.length && at < measured.size(); at++) {
            rowIds[count] = measured.get(at).rowId;
            distances[count++] = measured.get(at).share;
        }
        return count;
    }

    @Override
    public void close() {}
}
