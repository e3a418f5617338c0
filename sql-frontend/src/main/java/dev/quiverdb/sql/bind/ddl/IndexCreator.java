package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.catalog.AccessMethod;
import dev.quiverdb.sql.catalog.OperatorClass;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.TableDdl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** CREATE INDEX, and the indexes behind keys; after DefineIndex. */
final class IndexCreator {
    /**
     * Hidden tablet columns, which hold index expressions and membership, are numbered from here.
     */
    private static final int FIRST_HIDDEN = 20_001;

    private final Change change;

    IndexCreator(Change change) {
        this.change = change;
    }

    DdlResult create(TableDdl.CreateIndex create) {
        var table = change.relation(create.relation());
        if (table.kind() != 'r' && table.kind() != 'm') {
            throw new SqlException(
                            SqlState.WRONG_OBJECT_TYPE,
                            "cannot create index on relation \"" + table.name() + "\"")
                    .withDetail("This operation is not supported for " + Names.kind(table) + "s.");
        }
        change.requireOwner(table);
        new Owners(change).requireCreate(table.schema(), change.role());
        change.lock(table.oid());
        var wanted = create.name();
        if (wanted != null
                && !Relations.checkFree(change, table.schema(), wanted, create.ifNotExists())) {
            return change.result("CREATE INDEX");
        }
        var method = change.catalog().accessMethod(create.accessMethod());
        if (method == null || method.kind() != 'i') {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT,
                    "access method \"" + create.accessMethod() + "\" does not exist");
        }
        checkMethod(method, create);
        var keys = new ArrayList<Relation.Key>();
        var names = new ArrayList<String>();
        int hidden = nextHidden(table);
        for (var element : create.keys()) {
            var key = key(table, method, element, hidden, names);
            keys.add(key);
            if (key.hidden() != 0) {
                hidden++;
            }
        }
        int count = keys.size();
        for (var element : create.including()) {
            if (element.expression() != null) {
                throw new SqlException(
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "expressions are not supported in included columns");
            }
            var column = column(table, element);
            names.add(column.name());
            keys.add(new Relation.Key(column.number(), null, 0, 0, 0, false, false));
        }
        var where = create.where();
        var predicate = where == null ? null : change.expressions().indexPredicate(where, table);
        var name =
                wanted != null
                        ? wanted
                        : Names.relation(
                                change.catalog(),
                                table.schema(),
                                table.name(),
                                Names.columns(names),
                                "idx");
        var part =
                new Relation.Index(
                        table.oid(),
                        method.name(),
                        keys,
                        count,
                        create.unique(),
                        false,
                        create.nullsNotDistinct(),
                        predicate == null ? null : predicate.sql(),
                        predicate == null ? 0 : hidden,
                        true,
                        false);
        put(
                table,
                name,
                part,
                TableCreator.options(create.options()),
                names,
                create.concurrently());
        return change.result("CREATE INDEX");
    }

    private static void checkMethod(AccessMethod method, TableDdl.CreateIndex create) {
        switch (method.name()) {
            case "btree" -> {}
            case "hnsw", "ivfflat", "ivfpq" -> {
                if (create.unique()) {
                    throw new SqlException(
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "access method \""
                                    + method.name()
                                    + "\" does not support unique indexes");
                }
                if (create.keys().size() > 1) {
                    throw new SqlException(
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "access method \""
                                    + method.name()
                                    + "\" does not support multicolumn indexes");
                }
                if (!create.including().isEmpty()) {
                    throw new SqlException(
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "access method \""
                                    + method.name()
                                    + "\" does not support included columns");
                }
            }
            default ->
                    throw SqlException.notSupported(
                            "access method \"" + method.name() + "\" is not supported");
        }
    }

    private int nextHidden(Relation table) {
        int next = FIRST_HIDDEN;
        for (var index : change.catalog().indexes(table.oid())) {
            var part = index.index();
            if (part != null) {
                next = Math.max(next, part.predicateColumn() + 1);
                for (var key : part.keys()) {
                    next = Math.max(next, key.hidden() + 1);
                }
            }
        }
        return next;
    }

    private static dev.quiverdb.sql.catalog.Column column(
            Relation table, Clause.IndexElement element) {
        var name = element.column();
        var column = name == null ? null : table.column(name);
        if (column == null
                && name != null
                && dev.quiverdb.sql.bind.ReservedColumns.contains(name)) {
            throw SqlException.notSupported("index creation on system columns is not supported");
        }
        if (column == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_COLUMN, "column \"" + name + "\" does not exist");
        }
        return column;
    }

    private Relation.Key key(
            Relation table,
            AccessMethod method,
            Clause.IndexElement element,
            int hidden,
            List<String> names) {
        var expression = element.expression();
        Type type;
        String sql = null;
        int number = 0;
        int typmod;
        if (expression == null) {
            var column = column(table, element);
            names.add(column.name());
            number = column.number();
            type = change.catalog().type(column.type());
            typmod = column.typmod();
        } else {
            var stored = change.expressions().indexKey(expression, table);
            names.add(stored.suggestedName());
            type = stored.type().type();
            typmod = stored.type().typmod();
            sql = stored.sql();
            if (stored.columns().size() == 1
                    && sql.equals(
                            dev.quiverdb.sql.catalog.Quoting.identifier(
                                    table.column(stored.columns().getFirst()).name()))) {
                number = stored.columns().getFirst();
                sql = null;
            }
        }
        int collation = type.collation();
        if (!element.collation().isEmpty()) {
            if (collation == 0) {
                throw new SqlException(
                        SqlState.DATATYPE_MISMATCH,
                        "collations are not supported by type " + type.formatType(-1));
            }
            collation = change.expressions().collation(element.collation(), element.offset());
        }
        var operatorClass = operatorClass(method, element, type);
        checkDimensions(method, type, typmod);
        boolean descending = element.direction() == Clause.Direction.DESC;
        if (method.oid() != AccessMethod.BTREE) {
            if (element.direction() != Clause.Direction.DEFAULT) {
                throw new SqlException(
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "access method \""
                                + method.name()
                                + "\" does not support ASC/DESC options");
            }
            if (element.nulls() != Clause.Nulls.DEFAULT) {
                throw new SqlException(
                        SqlState.FEATURE_NOT_SUPPORTED,
                        "access method \""
                                + method.name()
                                + "\" does not support NULLS FIRST/LAST options");
            }
        }
        boolean nullsFirst =
                switch (element.nulls()) {
                    case FIRST -> true;
                    case LAST -> false;
                    case DEFAULT -> descending;
                };
        return new Relation.Key(
                number,
                sql,
                sql == null ? 0 : hidden,
                operatorClass.oid(),
                collation,
                descending,
                nullsFirst);
    }

    private OperatorClass operatorClass(
            AccessMethod method, Clause.IndexElement element, Type type) {
        var catalog = change.catalog();
        if (element.operatorClass().isEmpty()) {
            var found = catalog.defaultOperatorClass(method.oid(), type);
            if (found == null) {
                throw new SqlException(
                                SqlState.UNDEFINED_OBJECT,
                                "data type "
                                        + type.formatType(-1)
                                        + " has no default operator class for access method \""
                                        + method.name()
                                        + "\"")
                        .withHint(
                                "You must specify an operator class for the index or define a"
                                        + " default operator class for the data type.");
            }
            return found;
        }
        var name = element.operatorClass().getLast();
        var found = catalog.operatorClass(method.oid(), name);
        if (found == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT,
                    "operator class \""
                            + String.join(".", element.operatorClass())
                            + "\" does not exist for access method \""
                            + method.name()
                            + "\"");
        }
        if (!catalog.isBinaryCoercible(type, found.inputType())) {
            throw new SqlException(
                    SqlState.DATATYPE_MISMATCH,
                    "operator class \""
                            + name
                            + "\" does not accept data type "
                            + type.formatType(-1));
        }
        return found;
    }

    private static void checkDimensions(AccessMethod method, Type type, int typmod) {
        boolean vector = method.name().equals("hnsw") || method.name().startsWith("ivf");
        boolean needs =
                type.name().equals("vector")
                        || type.name().equals("halfvec")
                        || type.name().equals("sparsevec")
                        || type.name().equals("bit");
        if (vector && needs && typmod < 0) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE, "column does not have dimensions");
        }
    }

    /** What an ordered index may be told; vector indexes judge theirs themselves. */
    private static void checkOptions(Relation.Index part, Map<String, String> options) {
        if (!part.method().equals("btree")) {
            return;
        }
        for (var option : options.keySet()) {
            if (!option.equals("fillfactor") && !option.equals("deduplicate_items")) {
                throw new SqlException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "unrecognized parameter \"" + option + "\"");
            }
        }
    }

    private Relation put(
            Relation table,
            String name,
            Relation.Index part,
            Map<String, String> options,
            List<String> names,
            boolean concurrently) {
        return put(table, name, part, options, names, concurrently, List.of());
    }

    private Relation put(
            Relation table,
            String name,
            Relation.Index part,
            Map<String, String> options,
            List<String> names,
            boolean concurrently,
            List<Integer> parents) {
        checkOptions(part, options);
        checkPartitionKey(table, part);
        var columns = new ArrayList<dev.quiverdb.sql.catalog.Column>();
        for (int i = 0; i < part.keys().size(); i++) {
            var key = part.keys().get(i);
            int type = 0;
            int typmod = -1;
            if (key.column() != 0) {
                type = table.column(key.column()).type();
                typmod = table.column(key.column()).typmod();
            } else if (key.expression() != null) {
                type = expressionType(table, key.expression());
            }
            columns.add(
                    dev.quiverdb.sql.catalog.Column.of(
                            i + 1, unique(names, i), type, typmod, key.collation(), false));
        }
        Relation index =
                Relations.make(
                        change,
                        change.newOid(),
                        name,
                        table.schema(),
                        'i',
                        table.persistence(),
                        table.owner(),
                        columns,
                        0,
                        0,
                        options,
                        part,
                        null,
                        null,
                        true,
                        'p');
        if (!parents.isEmpty()) {
            index = index.toBuilder().parents(parents).build();
        }
        change.put(index);
        change.add(new DdlAction.CreateIndex(table, index, concurrently));
        if (table.isPartitioned()) {
            for (var partition : change.catalog().children(table.oid())) {
                change.lock(partition.oid());
                if (change.catalog().constraintOfIndex(index) == null && !part.primary()) {
                    copy(index, table, partition, index.oid());
                }
            }
        }
        return index;
    }

    /** A unique index of a partitioned table must have the partition key among its columns. */
    private static void checkPartitionKey(Relation table, Relation.Index part) {
        var key = table.partitionKey();
        if (key == null || !part.unique()) {
            return;
        }
        var word = part.primary() ? "PRIMARY KEY" : "UNIQUE";
        for (var column : key.columns()) {
            if (column.column() == 0) {
                throw new SqlException(
                                SqlState.FEATURE_NOT_SUPPORTED,
                                "unsupported " + word + " constraint with partition key definition")
                        .withDetail(
                                word
                                        + " constraints cannot be used when partition keys include"
                                        + " expressions.");
            }
            boolean found =
                    part.keys().subList(0, part.keyCount()).stream()
                            .anyMatch(k -> k.column() == column.column());
            if (!found) {
                throw new SqlException(
                                SqlState.FEATURE_NOT_SUPPORTED,
                                "unique constraint on partitioned table must include all"
                                        + " partitioning columns")
                        .withDetail(
                                word
                                        + " constraint on table \""
                                        + table.name()
                                        + "\" lacks column \""
                                        + table.column(column.column()).name()
                                        + "\" which is part of the partition key.");
            }
        }
    }

    private static String unique(List<String> names, int position) {
        var name = names.get(position);
        int same = 0;
        for (int i = 0; i < position; i++) {
            if (names.get(i).equals(name)) {
                same++;
            }
        }
        return same == 0 ? name : name + same;
    }

    private int expressionType(Relation table, String sql) {
        return change.expressions().storedType(sql, table).type().oid();
    }

    /** The index of a primary key or unique constraint. */
    Relation forConstraint(
            Relation table,
            String name,
            List<Integer> columns,
            List<Integer> including,
            boolean primary,
            boolean nullsNotDistinct,
            Map<String, String> options) {
        var keys = new ArrayList<Relation.Key>();
        var names = new ArrayList<String>();
        for (int number : columns) {
            var column = table.column(number);
            var type = change.catalog().type(column.type());
            var operatorClass = change.catalog().defaultOperatorClass(AccessMethod.BTREE, type);
            if (operatorClass == null) {
                throw new SqlException(
                                SqlState.UNDEFINED_OBJECT,
                                "data type "
                                        + type.formatType(-1)
                                        + " has no default operator class for access method"
                                        + " \"btree\"")
                        .withHint(
                                "You must specify an operator class for the index or define a"
                                        + " default operator class for the data type.");
            }
            names.add(column.name());
            keys.add(
                    new Relation.Key(
                            number,
                            null,
                            0,
                            operatorClass.oid(),
                            column.collation(),
                            false,
                            false));
        }
        for (int number : including) {
            names.add(table.column(number).name());
            keys.add(new Relation.Key(number, null, 0, 0, 0, false, false));
        }
        var part =
                new Relation.Index(
                        table.oid(),
                        "btree",
                        keys,
                        columns.size(),
                        true,
                        primary,
                        nullsNotDistinct,
                        null,
                        0,
                        true,
                        false);
        return put(table, name, part, options, names, false);
    }

    /** The same index over another table, for LIKE ... INCLUDING INDEXES. */
    void copy(Relation index, Relation source, Relation target) {
        copy(index, source, target, 0);
    }

    /**
     * As {@link #copy(Relation, Relation, Relation)}, for a partition.
     *
     * @param parent the index that the copy belongs to; 0 for none
     */
    void copy(Relation index, Relation source, Relation target, int parent) {
        var part = index.index();
        if (part == null) {
            return;
        }
        var keys = new ArrayList<Relation.Key>();
        var names = new ArrayList<String>();
        int hidden = nextHidden(target);
        for (int i = 0; i < part.keys().size(); i++) {
            var key = part.keys().get(i);
            names.add(
                    key.column() == 0
                            ? index.columns().get(i).name()
                            : source.column(key.column()).name());
            keys.add(
                    new Relation.Key(
                            key.column() == 0
                                    ? 0
                                    : TableCreator.number(source, target, key.column()),
                            key.expression(),
                            key.hidden() == 0 ? 0 : hidden++,
                            key.operatorClass(),
                            key.collation(),
                            key.descending(),
                            key.nullsFirst()));
        }
        var constraint = change.catalog().constraintOfIndex(index);
        var label = part.primary() ? "pkey" : constraint != null ? "key" : "idx";
        var name =
                Names.relation(
                        change.catalog(),
                        target.schema(),
                        target.name(),
                        part.primary() ? "" : Names.columns(names),
                        label);
        var made =
                put(
                        target,
                        name,
                        new Relation.Index(
                                target.oid(),
                                part.method(),
                                keys,
                                part.keyCount(),
                                part.unique(),
                                part.primary(),
                                part.nullsNotDistinct(),
                                part.predicate(),
                                part.predicate() == null ? 0 : hidden,
                                true,
                                false),
                        index.options(),
                        names,
                        false,
                        parent == 0 ? List.of() : List.of(parent));
        if (constraint != null) {
            var numbers = new ArrayList<Integer>();
            for (int number : constraint.columns()) {
                numbers.add(TableCreator.number(source, target, number));
            }
            change.put(
                    constraint.toBuilder()
                            .oid(change.newOid())
                            .name(name)
                            .schema(target.schema())
                            .relation(target.oid())
                            .columns(numbers)
                            .index(made.oid())
                            .build());
            if (constraint.deferrable()) {
                change.buildBehind(target, made);
            }
        }
    }
}
