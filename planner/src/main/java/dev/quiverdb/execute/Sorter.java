package dev.quiverdb.execute;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.spill.RowCodec;
import dev.quiverdb.execute.spill.RowSource;
import dev.quiverdb.execute.spill.RunFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Stable external sort of rows by keys. Rows gather in memory; when work_mem is full they are
 * sorted and written as a run; at the end the runs are merged.
 */
final class Sorter implements AutoCloseable {
    private static final int RUNS_MAX = 64;

    private final Comparator<@Nullable Object[]> order;
    private final int keyCount;
    private final int rowCount;
    private final ExecutionContext context;
    private final RowCodec codec;

    /** Keys, then the row's values. */
    private List<@Nullable Object[]> memory = new ArrayList<>();

    private List<RunFile> runs = new ArrayList<>();
    private long memoryBytes;
    private long peakBytes;

    Sorter(RowOrder order, Type[] rowTypes, ExecutionContext context) {
        this.order = order;
        this.context = context;
        keyCount = order.size();
        rowCount = rowTypes.length;
        codec = new RowCodec(SortOperator.concat(order.types(), rowTypes));
    }

    void add(@Nullable Object[] keys, @Nullable Object[] row) {
        var all = Arrays.copyOf(keys, keyCount + rowCount);
        System.arraycopy(row, 0, all, keyCount, rowCount);
        memory.add(all);
        memoryBytes += RowCodec.memoryBytes(all);
        peakBytes = Math.max(peakBytes, memoryBytes);
        if (memoryBytes > context.workMemoryBytes()) {
            writeRun();
        }
        if ((memory.size() & 1023) == 0) {
            context.checkCancelled();
        }
    }

    private void writeRun() {
        memory.sort(order);
        var run = new RunFile(context.spillDirectory(), codec);
        memory.forEach(run::write);
        runs.add(run.finish());
        memory = new ArrayList<>();
        memoryBytes = 0;
        if (runs.size() >= RUNS_MAX) {
            mergeRuns();
        }
    }

    private void mergeRuns() {
        var merged = new RunFile(context.spillDirectory(), codec);
        try (var all = new Merge(runs, List.of())) {
            for (var row = all.nextWithKeys(); row != null; row = all.nextWithKeys()) {
                merged.write(row);
            }
        }
        runs.forEach(RunFile::close);
        runs = new ArrayList<>(List.of(merged.finish()));
    }

    /** The rows in order, without the keys. */
    RowSource finish() {
        memory.sort(order);
        if (runs.isEmpty()) {
            return new RowSource() {
                private int index;

                @Override
                public @Nullable Object @Nullable [] next() {
                    return index < memory.size() ? withoutKeys(memory.get(index++)) : null;
                }

                @Override
                public void close() {
                    memory = new ArrayList<>();
                }
            };
        }
        return new Merge(runs, memory);
    }

    String method() {
        return runs.isEmpty()
                ? "quicksort  Memory: " + Math.max(25, peakBytes / 1024) + "kB"
                : "external merge  Disk: " + runs.size() + " runs";
    }

    private @Nullable Object[] withoutKeys(@Nullable Object[] all) {
        return Arrays.copyOfRange(all, keyCount, keyCount + rowCount);
    }

    /** One run being read. */
    private static final class Head {
        final int number;
        final RowSource source;
        @Nullable Object[] row;

        Head(int number, RowSource source, @Nullable Object[] row) {
            this.number = number;
            this.source = source;
            this.row = row;
        }
    }

    private final class Merge implements RowSource {
        private final PriorityQueue<Head> heads =
                new PriorityQueue<>((a, b) -> {
                    int byKey = order.compare(a.row, b.row);
                    return byKey != 0 ? byKey : Integer.compare(a.number, b.number);
                });

        Merge(List<RunFile> files, List<@Nullable Object[]> last) {
            int number = 0;
            for (var file : files) {
                push(new Head(number++, file.read(), new Object[0]));
            }
            var rows = last.iterator();
            push(
                    new Head(
                            number,
                            new RowSource() {
                                @Override
                                public @Nullable Object @Nullable [] next() {
                                    return rows.hasNext() ? rows.next() : null;
                                }

                                @Override
                                public void close() {}
                            },
                            new Object[0]));
        }

        private void push(Head head) {
            var row = head.source.next();
            if (row == null) {
                head.source.close();
            } else {
                head.row = row;
                heads.add(head);
            }
        }

        @Nullable Object @Nullable [] nextWithKeys() {
            var head = heads.poll();
            if (head == null) {
                return null;
            }
            var row = head.row;
            push(head);
            return row;
        }

        @Override
        public @Nullable Object @Nullable [] next() {
            var row = nextWithKeys();
            return row == null ? null : withoutKeys(row);
        }

        @Override
        public void close() {
            for (var head : heads) {
                head.source.close();
            }
            heads.clear();
        }
    }

    @Override
    public void close() {
        runs.forEach(RunFile::close);
        runs.clear();
        memory = new ArrayList<>();
    }
}
