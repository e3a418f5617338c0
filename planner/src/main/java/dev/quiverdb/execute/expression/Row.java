package dev.quiverdb.execute.expression;

import dev.quiverdb.base.batch.Batch;
import org.jspecify.annotations.Nullable;

/** One row as expressions see it. */
public interface Row {
    /** Sees no columns: for expressions over slots and parameters. */
    Row NONE =
            column -> {
                throw new IllegalStateException("no input row, but column " + column);
            };

    @Nullable Object get(int column);

    /** A row held as an array. */
    final class OfArray implements Row {
        private @Nullable Object[] values = {};

        public OfArray() {}

        public OfArray(@Nullable Object[] values) {
            this.values = values;
        }

        public OfArray set(@Nullable Object[] newValues) {
            values = newValues;
            return this;
        }

        public @Nullable Object[] values() {
            return values;
        }

        @Override
        public @Nullable Object get(int column) {
            return values[column];
        }
    }

    /** A physical row of a batch. */
    final class OfBatch implements Row {
        private Batch batch = new Batch(0);
        private int row;

        public OfBatch() {}

        public OfBatch set(Batch newBatch, int physicalRow) {
            batch = newBatch;
            row = physicalRow;
            return this;
        }

        @Override
        public @Nullable Object get(int column) {
            return batch.column(column).get(row);
        }
    }

    /** Left columns, then right columns. */
    final class Joined implements Row {
        private @Nullable Object[] left = {};
        private @Nullable Object[] right = {};

        public Joined set(@Nullable Object[] newLeft, @Nullable Object[] newRight) {
            left = newLeft;
            right = newRight;
            return this;
        }

        @Override
        public @Nullable Object get(int column) {
            return column < left.length ? left[column] : right[column - left.length];
        }
    }
}
