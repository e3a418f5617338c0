package dev.quiverdb.execute;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.expression.Compiler;
import dev.quiverdb.execute.expression.Evaluator;
import dev.quiverdb.execute.expression.HashKey;
import dev.quiverdb.execute.expression.Row;
import dev.quiverdb.execute.spill.RowCodec;
import dev.quiverdb.execute.spill.RowSource;
import dev.quiverdb.execute.spill.RunFile;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Plan.JoinKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hash join: the right side fills a table, the left side asks it. When the table outgrows work_mem
 * both sides are parted by the keys' hash into files, and each pair of parts is joined by itself
 * (GRACE). Most joins that fit into memory are done by the column ({@link ColumnarHashJoin}).
 */
final class HashJoinOperator extends Operator {
    private static final int PARTS = 32;

    /** A build row and whether something matched it. */
    private static final class Entry {
        final @Nullable Object[] row;
        boolean matched;

        Entry(@Nullable Object[] row) {
            this.row = row;
        }
    }

    private final Plan.HashJoin plan;
    private final Operator left;
    private final Operator right;
    private final Evaluator[] leftKeys;
    private final Evaluator[] rightKeys;
    private final Type[] keyTypes;
    private final @Nullable Evaluator residual;

    /** The table has the build rows' keys in place of the rows. */
    private final boolean keysOnly;

    private final BatchBuilder builder;
    private final Row.OfArray keyRow = new Row.OfArray();
    private final Row.Joined joined = new Row.Joined();

    private final Map<HashKey, List<Entry>> table = new HashMap<>();

    /** Build rows with a NULL key: they match nothing, but RIGHT and FULL yield them. */
    private final List<Entry> nullKeys = new ArrayList<>();

    private RunFile @Nullable [] buildParts;
    private RunFile @Nullable [] probeParts;
    private int part;
    private boolean built;
    private boolean anyBuildRow;
    private boolean anyBuildNull;
    private long memoryBytes;

    /** Does the join while the right side fits into memory; null if it cannot. */
    private @Nullable ColumnarHashJoin columnar;

    private @Nullable RowSource probe;
    private @Nullable Object @Nullable [] current;
    private @Nullable Iterator<Entry> candidates;
    private boolean matched;
    private @Nullable Iterator<Entry> unmatched;

    HashJoinOperator(Plan.HashJoin plan, Operator left, Operator right, Compiler compiler) {
        super(compiler.frame(), plan);
        this.plan = plan;
        this.left = left;
        this.right = right;
        leftKeys = compiler.compileAll(plan.leftKeys());
        rightKeys = compiler.compileAll(plan.rightKeys());
        keyTypes = Arrays.stream(rightKeys).map(Evaluator::type).toArray(Type[]::new);
        residual = compiler.compileIf(plan.residual());
        keysOnly = ColumnarHashJoin.keysOnly(plan.kind(), residual);
        builder = new BatchBuilder(types);
    }

    @Override
    void open() {
        reset();
        builder.reset();
    }

    private HashKey key(Evaluator[] keys, @Nullable Object[] row) {
        keyRow.set(row);
        @Nullable Object[] values = new @Nullable Object[keys.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = keys[i].value(keyRow);
        }
        return new HashKey(keyTypes, values);
    }

    private boolean keepsRight() {
        return plan.kind() == JoinKind.RIGHT || plan.kind() == JoinKind.FULL;
    }

    private void build() {
        built = true;
        right.open();
        if (ColumnarHashJoin.suits(plan.kind(), leftKeys, rightKeys, residual)) {
            var join =
                    new ColumnarHashJoin(
                            plan.kind(), left, right, leftKeys, rightKeys, residual, types);
            if (join.build(spills() ? frame.context().hashMemoryBytes() : Long.MAX_VALUE)) {
                right.close();
                left.open();
                columnar = join;
                return;
            }
            anyBuildRow = join.anyRow();
            anyBuildNull = join.anyNull();
            if (spills()) {
                buildParts = files(storedTypes());
            }
            for (int i = 0; i < join.buildRows(); i++) {
                var stored = join.buildRow(i);
                put(keyOf(stored), stored);
            }
        }
        var rows = new RowReader(right);
        for (var row = rows.next(); row != null; row = rows.next()) {
            var key = key(rightKeys, row);
            put(key, keysOnly ? key.values() : row);
        }
        right.close();
        left.open();
        var leftRows = new RowReader(left);
        probe = leftRows;
        if (buildParts != null) {
            partProbe(leftRows);
        }
    }

    /** The key of what is stored of a build row. */
    private HashKey keyOf(@Nullable Object[] stored) {
        return keysOnly ? new HashKey(keyTypes, stored) : key(rightKeys, stored);
    }

    private Type[] storedTypes() {
        return keysOnly ? keyTypes : right.types;
    }

    private void put(HashKey key, @Nullable Object[] row) {
        anyBuildRow = true;
        anyBuildNull |= key.hasNull();
        var parts = buildParts;
        if (parts != null) {
            parts[partOf(key)].write(row);
            return;
        }
        insert(key, row);
        if (memoryBytes > frame.context().hashMemoryBytes() && spills()) {
            spill();
        }
    }

    /** NOT IN with several keys, or a further condition, looks at all rows: it stays in memory. */
    private boolean spills() {
        return plan.kind() != JoinKind.NULL_AWARE_ANTI || decidesByKeyAlone();
    }

    private boolean decidesByKeyAlone() {
        return keyTypes.length == 1 && residual == null;
    }

    private void insert(HashKey key, @Nullable Object[] row) {
        memoryBytes += 64 + RowCodec.memoryBytes(row);
        if (key.hasNull()) {
            if (keepsRight() || plan.kind() == JoinKind.NULL_AWARE_ANTI) {
                nullKeys.add(new Entry(row));
            }
            return;
        }
        var entries = table.computeIfAbsent(key, k -> new ArrayList<>(1));
        if (entries.isEmpty() || !keysOnly) {
            entries.add(new Entry(row));
        }
    }

    private static int partOf(HashKey key) {
        return (key.hashCode() * 0x9E3779B9) >>> 27;
    }

    private RunFile[] files(Type[] rowTypes) {
        var files = new RunFile[PARTS];
        for (int i = 0; i < PARTS; i++) {
            files[i] = new RunFile(frame.context().spillDirectory(), new RowCodec(rowTypes));
        }
        return files;
    }

    private void spill() {
        var parts = files(storedTypes());
        buildParts = parts;
        for (var entry : table.entrySet()) {
            for (var row : entry.getValue()) {
                parts[partOf(entry.getKey())].write(row.row);
            }
        }
        for (var entry : nullKeys) {
            parts[partOf(keyOf(entry.row))].write(entry.row);
        }
        table.clear();
        nullKeys.clear();
        memoryBytes = 0;
    }

    private void partProbe(RowReader rows) {
        var parts = files(left.types);
        probeParts = parts;
        for (var row = rows.next(); row != null; row = rows.next()) {
            parts[partOf(key(leftKeys, row))].write(row);
        }
        left.close();
        part = -1;
        nextPart();
    }

    /** Loads the next pair of parts; false if there is none. */
    private boolean nextPart() {
        var builds = buildParts;
        var probes = probeParts;
        if (builds == null || probes == null || ++part >= PARTS) {
            return false;
        }
        table.clear();
        nullKeys.clear();
        try (var rows = builds[part].finish().read()) {
            for (var row = rows.next(); row != null; row = rows.next()) {
                insert(keyOf(row), row);
            }
        }
        builds[part].close();
        probe = probes[part].finish().read();
        return true;
    }

    @Override
    @Nullable Batch next() {
        if (!built) {
            build();
        }
        var join = columnar;
        if (join != null) {
            return join.next();
        }
        while (!builder.full()) {
            if (unmatched != null) {
                if (!nextUnmatched(unmatched)) {
                    unmatched = null;
                    if (!nextPart()) {
                        probe = null;
                        break;
                    }
                }
                continue;
            }
            if (current == null && !nextProbe()) {
                break;
            }
            step();
        }
        return builder.take();
    }

    /** The next left row, or the rows of the table that nothing matched; false at the very end. */
    private boolean nextProbe() {
        var source = probe;
        if (source == null) {
            return false;
        }
        var row = source.next();
        if (row == null) {
            source.close();
            if (keepsRight()) {
                var rest = new ArrayList<Entry>();
                table.values().forEach(rest::addAll);
                rest.addAll(nullKeys);
                unmatched = rest.iterator();
                return true;
            }
            if (!nextPart()) {
                probe = null;
                return false;
            }
            return true;
        }
        current = row;
        matched = false;
        var key = key(leftKeys, row);
        if (plan.kind() == JoinKind.NULL_AWARE_ANTI) {
            nullAware(row, key);
            current = null;
            return true;
        }
        List<Entry> found = key.hasNull() ? null : table.get(key);
        candidates = found == null ? java.util.Collections.emptyIterator() : found.iterator();
        return true;
    }

    /** NOT IN: the row stays only if no build row equals it or might. */
    private void nullAware(@Nullable Object[] row, HashKey key) {
        if (!anyBuildRow) {
            builder.add(row);
            return;
        }
        if (decidesByKeyAlone()) {
            if (!anyBuildNull && !key.hasNull() && !table.containsKey(key)) {
                builder.add(row);
            }
            return;
        }
        if (!key.hasNull()) {
            var found = table.get(key);
            if (found != null && found.stream().anyMatch(entry -> passes(row, entry))) {
                return;
            }
            if (!anyBuildNull) {
                builder.add(row);
                return;
            }
        }
        boolean unknown =
                nullKeys.stream().anyMatch(entry -> mayEqual(key, entry) && passes(row, entry));
        if (!unknown && key.hasNull()) {
            unknown =
                    table.values().stream()
                            .flatMap(List::stream)
                            .anyMatch(entry -> mayEqual(key, entry) && passes(row, entry));
        }
        if (!unknown) {
            builder.add(row);
        }
    }

    private boolean mayEqual(HashKey key, Entry entry) {
        var other = keyOf(entry.row).values();
        for (int i = 0; i < keyTypes.length; i++) {
            var a = key.values()[i];
            var b = other[i];
            if (a != null && b != null && !keyTypes[i].valuesEqual(a, b)) {
                return false;
            }
        }
        return true;
    }

    private boolean passes(@Nullable Object[] row, Entry entry) {
        return residual == null || residual.isTrue(joined.set(row, entry.row));
    }

    private void step() {
        var row = current;
        var entries = candidates;
        if (row == null || entries == null) {
            return;
        }
        while (entries.hasNext()) {
            var entry = entries.next();
            if (!passes(row, entry)) {
                continue;
            }
            matched = true;
            switch (plan.kind()) {
                case INNER, LEFT -> builder.add(row, entry.row);
                case RIGHT, FULL -> {
                    entry.matched = true;
                    builder.add(row, entry.row);
                }
                case SEMI -> {
                    builder.add(row);
                    current = null;
                }
                case ANTI, NULL_AWARE_ANTI -> current = null;
            }
            return;
        }
        if (!matched) {
            switch (plan.kind()) {
                case LEFT, FULL -> builder.add(row, new Object[right.types.length]);
                case ANTI -> builder.add(row);
                case INNER, RIGHT, SEMI, NULL_AWARE_ANTI -> {}
            }
        }
        current = null;
    }

    private boolean nextUnmatched(Iterator<Entry> rest) {
        while (rest.hasNext()) {
            var entry = rest.next();
            if (!entry.matched) {
                builder.add(new Object[left.types.length], entry.row);
                return true;
            }
        }
        return false;
    }

    @Override
    List<Map.Entry<String, String>> details() {
        return List.of(
                Map.entry(
                        "Buckets",
                        (columnar == null ? table.size() : columnar.buildRows())
                                + "  Batches: "
                                + (buildParts == null ? 1 : PARTS)));
    }

    private void reset() {
        table.clear();
        nullKeys.clear();
        for (var files : new RunFile[][] {buildParts, probeParts}) {
            if (files != null) {
                for (var file : files) {
                    file.close();
                }
            }
        }
        buildParts = null;
        probeParts = null;
        columnar = null;
        probe = null;
        current = null;
        candidates = null;
        unmatched = null;
        built = false;
        anyBuildRow = false;
        anyBuildNull = false;
        memoryBytes = 0;
    }

    @Override
    public void close() {
        reset();
        left.close();
        right.close();
    }
}
