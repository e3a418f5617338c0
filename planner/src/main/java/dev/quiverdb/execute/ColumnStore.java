package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.DoubleColumn;
import dev.quiverdb.base.batch.IntColumn;
import dev.quiverdb.base.batch.LongColumn;
import dev.quiverdb.base.batch.ObjectColumn;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.spill.RowCodec;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows kept by the column, numbered as they come; a row costs no object. */
final class ColumnStore {
    private static final int CHUNK_SHIFT = 10;
    private static final int CHUNK_ROWS = 1 << CHUNK_SHIFT;

    private final Type[] types;

    /** By column, those of rows 0 to 1,023, and so on. */
    private final Column[][] chunks;

    private int count;
    private long objectBytes;

    ColumnStore(Type[] types) {
        this.types = types;
        chunks = new Column[types.length][0];
    }

    int count() {
        return count;
    }

    /** Roughly what the rows take. */
    long memoryBytes() {
        return 8L * count * types.length + objectBytes;
    }

    /** Takes a row. @return its number */
    int add(Column[] columns, int row) {
        for (int c = 0; c < types.length; c++) {
            if ((count & (CHUNK_ROWS - 1)) == 0) {
                chunks[c] = Arrays.copyOf(chunks[c], chunks[c].length + 1);
                chunks[c][chunks[c].length - 1] = Column.of(types[c], CHUNK_ROWS);
            }
            chunks[c][count >> CHUNK_SHIFT].appendFrom(columns[c], row);
            if (columns[c] instanceof ObjectColumn objects) {
                objectBytes += RowCodec.valueBytes(objects.get(row));
            }
        }
        return count++;
    }

    /** The column in which a row lies, at {@link #rowOf}. */
    Column columnOf(int column, int number) {
        return chunks[column][number >> CHUNK_SHIFT];
    }

    static int rowOf(int number) {
        return number & (CHUNK_ROWS - 1);
    }

    @Nullable Object value(int column, int number) {
        return columnOf(column, number).get(rowOf(number));
    }

    /** Puts a column of some rows, or NULL for -1, behind those of another. */
    void gather(int column, int[] numbers, int rows, Column target) {
        switch (target) {
            case IntColumn to -> {
                for (int i = 0; i < rows; i++) {
                    int number = numbers[i];
                    if (number < 0 || isNull(column, number)) {
                        to.appendNull();
                    } else {
                        to.append(((IntColumn) columnOf(column, number)).value(rowOf(number)));
                    }
                }
            }
            case LongColumn to -> {
                for (int i = 0; i < rows; i++) {
                    int number = numbers[i];
                    if (number < 0 || isNull(column, number)) {
                        to.appendNull();
                    } else {
                        to.append(((LongColumn) columnOf(column, number)).value(rowOf(number)));
                    }
                }
            }
            default -> {
                for (int i = 0; i < rows; i++) {
                    int number = numbers[i];
                    if (number < 0) {
                        target.appendNull();
                    } else {
                        target.appendFrom(columnOf(column, number), rowOf(number));
                    }
                }
            }
        }
    }

    private boolean isNull(int column, int number) {
        return columnOf(column, number).isNull(rowOf(number));
    }

    /** Puts rows of a column, or NULL for -1, behind those of another. */
    static void gather(Column from, int[] numbers, int rows, Column target) {
        if (from.hasNulls() || !isDense(numbers, rows)) {
            for (int i = 0; i < rows; i++) {
                if (numbers[i] < 0) {
                    target.appendNull();
                } else {
                    target.appendFrom(from, numbers[i]);
                }
            }
            return;
        }
        int start = target.size();
        target.setSize(start + rows);
        switch (target) {
            case IntColumn to -> {
                int[] values = ((IntColumn) from).values();
                for (int i = 0; i < rows; i++) {
                    to.values()[start + i] = values[numbers[i]];
                }
            }
            case LongColumn to -> {
                long[] values = ((LongColumn) from).values();
                for (int i = 0; i < rows; i++) {
                    to.values()[start + i] = values[numbers[i]];
                }
            }
            case DoubleColumn to -> {
                double[] values = ((DoubleColumn) from).values();
                for (int i = 0; i < rows; i++) {
                    to.values()[start + i] = values[numbers[i]];
                }
            }
            default -> {
                for (int i = 0; i < rows; i++) {
                    target.copyRow(start + i, from, numbers[i]);
                }
            }
        }
    }

    private static boolean isDense(int[] numbers, int rows) {
        int least = 0;
        for (int i = 0; i < rows; i++) {
            least = Math.min(least, numbers[i]);
        }
        return least >= 0;
    }
}
