package dev.quiverdb.execute;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.FunctionRef;
import dev.quiverdb.plan.Estimate;
import dev.quiverdb.plan.OutputColumn;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Relation;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.IsolationLevel;
import dev.quiverdb.storage.Sequences;
import dev.quiverdb.storage.Storage;
import dev.quiverdb.storage.StorageOptions;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.Transaction;
import dev.quiverdb.storage.spill.SpillDirectory;
import dev.quiverdb.vector.access.HnswAccessMethod;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A storage in a directory, tables made by hand, and short ways to write plans. */
final class TestWorld implements AutoCloseable {
    private final Path directory;
    private final HnswAccessMethod hnsw = new HnswAccessMethod(1);
    private final Storage storage;
    private final Map<Integer, Relation> relations = new HashMap<>();
    private final SessionFunctions session = new TestSession();
    private Transaction transaction;
    private ConstraintQueue constraints = new ConstraintQueue();
    private long workMemoryBytes = 4 << 20;

    TestWorld(Path directory) {
        this.directory = directory;
        storage =
                Storage.open(
                        StorageOptions.in(directory.resolve("data"))
                                .withFsync(false)
                                .withCacheBytes(16L << 20),
                        List.of(hnsw));
        transaction = storage.begin(IsolationLevel.READ_COMMITTED);
    }

    void workMemory(long bytes) {
        workMemoryBytes = bytes;
    }

    Storage storage() {
        return storage;
    }

    Transaction transaction() {
        return transaction;
    }

    void commit() {
        constraints.runAll(context());
        transaction.commit();
        transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        constraints = new ConstraintQueue();
    }

    void rollback() {
        transaction.rollback();
        transaction = storage.begin(IsolationLevel.READ_COMMITTED);
        constraints = new ConstraintQueue();
    }

    // ---------------------------------------------------------------- tables

    /** Makes a table and its tablet; the primary key is column 0. */
    Relation create(Relation relation) {
        var columns = new ArrayList<ColumnSpec>();
        for (var column : relation.columns()) {
            columns.add(
                    new ColumnSpec(
                            column.columnId(),
                            column.name(),
                            column.type(),
                            column.typmod(),
                            column.hidden(),
                            null));
        }
        var indexes = new ArrayList<IndexSpec>();
        for (var index : relation.indexes()) {
            var keys = new ArrayList<IndexSpec.Key>();
            for (int position : index.columns()) {
                keys.add(
                        new IndexSpec.Key(
                                relation.columns().get(position).columnId(),
                                false,
                                false,
                                index.method().equals("hnsw") ? "vector_l2_ops" : ""));
            }
            indexes.add(
                    new IndexSpec(
                            index.indexId(),
                            index.method(),
                            keys,
                            index.unique(),
                            false,
                            OptionalInt.empty(),
                            Map.of()));
        }
        transaction.beginStatement();
        transaction.createTablet(new TabletSpec(relation.tabletId(), columns, indexes, false));
        relations.put(relation.oid(), relation);
        commit();
        return relation;
    }

    void replace(Relation relation) {
        relations.put(relation.oid(), relation);
    }

    static Relation.Column column(int id, String name, Type type, boolean notNull) {
        return new Relation.Column(id, name, type, -1, notNull, false, null);
    }

    static Relation.Index primaryKey(int oid, String name, String key) {
        return new Relation.Index(
                oid,
                oid,
                name,
                "btree",
                List.of(0),
                List.of(key),
                true,
                false,
                -1,
                oid + 1,
                false,
                false);
    }

    static Relation relation(
            int oid, String name, List<Relation.Column> columns, List<Relation.Index> indexes) {
        return new Relation(
                oid, oid, "public", name, columns, List.of(), indexes, List.of(), List.of());
    }

    // ---------------------------------------------------------------- running

    ExecutionContext context(@Nullable Object... parameters) {
        var values = Arrays.asList(parameters);
        return new ExecutionContext() {
            @Override
            public Transaction transaction() {
                return transaction;
            }

            @Override
            public List<@Nullable Object> parameters() {
                return values;
            }

            @Override
            public TypeContext types() {
                return TypeContext.DEFAULT;
            }

            @Override
            public CatalogFunctions catalog() {
                return (CatalogFunctions)
                        Proxy.newProxyInstance(
                                TestWorld.class.getClassLoader(),
                                new Class<?>[] {CatalogFunctions.class},
                                (proxy, method, arguments) -> {
                                    throw new UnsupportedOperationException(method.getName());
                                });
            }

            @Override
            public SessionFunctions session() {
                return session;
            }

            @Override
            public Sequences sequences() {
                return storage.sequences();
            }

            @Override
            public dev.quiverdb.execute.procedure.Routines routines() {
                return (function, _) -> {
                    throw new IllegalStateException("no body of " + function.name());
                };
            }

            @Override
            public ConstraintQueue constraints() {
                return constraints;
            }

            @Override
            public void checkCancelled() {}

            @Override
            public long workMemoryBytes() {
                return workMemoryBytes;
            }

            @Override
            public SpillDirectory spillDirectory() {
                return SpillDirectory.inTheClear(directory.resolve("spill"));
            }

            @Override
            public Iterator<@Nullable Object[]> virtualRows(Plan.VirtualScan scan) {
                return Collections.emptyIterator();
            }

            @Override
            public Relation relation(int oid) {
                var relation = relations.get(oid);
                if (relation == null) {
                    throw new IllegalArgumentException("relation " + oid);
                }
                return relation;
            }
        };
    }

    /** Runs a statement and answers its rows. */
    List<List<@Nullable Object>> run(Plan plan, @Nullable Object... parameters) {
        transaction.beginStatement();
        var rows = new ArrayList<List<@Nullable Object>>();
        try (var execution = Executor.open(plan, context(parameters))) {
            for (var batch = execution.next(); batch != null; batch = execution.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    rows.add(Arrays.asList(RowReader.copy(batch, i)));
                }
            }
        }
        return rows;
    }

    /** Runs a statement and answers how many rows it changed. */
    long change(Plan plan) {
        transaction.beginStatement();
        try (var execution = Executor.open(plan, context())) {
            execution.finish();
            return execution.modifiedRows();
        }
    }

    @Override
    public void close() {
        transaction.rollback();
        storage.close();
        hnsw.close();
    }

    // ---------------------------------------------------------------- plans

    static Plan values(List<Type> types, List<? extends List<? extends @Nullable Object>> rows) {
        var expressions = new ArrayList<List<Expression>>();
        for (var row : rows) {
            var list = new ArrayList<Expression>();
            for (int i = 0; i < row.size(); i++) {
                list.add(new Expression.Constant(row.get(i), types.get(i), -1));
            }
            expressions.add(list);
        }
        return new Plan.Values(expressions, columns(types), Estimate.UNKNOWN);
    }

    static List<OutputColumn> columns(List<Type> types) {
        var columns = new ArrayList<OutputColumn>();
        for (int i = 0; i < types.size(); i++) {
            columns.add(new OutputColumn("column" + (i + 1), types.get(i), -1));
        }
        return columns;
    }

    static Expression.InputRef input(int column, Type type) {
        return new Expression.InputRef(column, type, -1);
    }

    static Expression.Constant constant(@Nullable Object value, Type type) {
        return new Expression.Constant(value, type, -1);
    }

    /** A call of a strict builtin by its internal name. */
    static Expression call(String source, Type result, Expression... arguments) {
        return new Expression.Call(function(source, source, result, arguments), List.of(arguments));
    }

    static FunctionRef function(String name, String source, Type result, Expression... arguments) {
        return new FunctionRef(
                0,
                name,
                source,
                Arrays.stream(arguments).map(Expression::type).toList(),
                result,
                true,
                'i',
                source.startsWith("generate_series") || source.equals("array_unnest"),
                null);
    }

    static Expression equal(Expression left, Expression right) {
        var source =
                left.type().oid() == Oids.INT4
                        ? "int4eq"
                        : left.type().oid() == Oids.INT8 ? "int8eq" : "texteq";
        return call(source, Types.BOOL, left, right);
    }

    static Expression less(Expression left, Expression right) {
        return call(left.type().oid() == Oids.INT4 ? "int4lt" : "text_lt", Types.BOOL, left, right);
    }

    static Plan scan(Relation relation, int markId, Integer... positions) {
        return new Plan.SeqScan(
                new Plan.TableSource(relation, relation.name(), List.of(positions), markId),
                null,
                Estimate.UNKNOWN);
    }
}
