package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.bind.TableExpressions;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.RangeVar;
import dev.quiverdb.sql.parse.TableDdl;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** CREATE VIEW, CREATE MATERIALIZED VIEW and the table of CREATE TABLE AS. */
final class ViewCreator {
    private final Change change;

    ViewCreator(Change change) {
        this.change = change;
    }

    DdlResult create(TableDdl.CreateView create) {
        var variable = create.relation();
        if (create.recursive()) {
            throw SqlException.notSupported("recursive views are not supported");
        }
        var shape = change.expressions().storedView(create.query());
        var columns =
                columns(
                        shape,
                        create.columns(),
                        "CREATE VIEW specifies more column names than columns");
        int schema = change.creationSchema(variable);
        var part =
                new Relation.View(
                        shape.sql(),
                        change.context().searchPath().schemas(),
                        shape.references(),
                        switch (create.check()) {
                            case NONE -> 'n';
                            case LOCAL -> 'l';
                            case CASCADED -> 'c';
                        });
        var old = change.catalog().relation(schema, variable.name());
        if (old != null && create.replace()) {
            replace(old, columns, part, create);
            return change.result("CREATE VIEW");
        }
        Relations.checkFree(change, schema, variable.name(), false);
        TypeNames.claimForRows(change, schema, variable.name());
        boolean temporary = schema == change.context().searchPath().temporary();
        int rowType = change.newOid();
        var view =
                Relations.make(
                        change,
                        change.newOid(),
                        variable.name(),
                        schema,
                        'v',
                        temporary ? 't' : 'p',
                        change.role(),
                        columns,
                        rowType,
                        0,
                        TableCreator.options(create.options()),
                        null,
                        null,
                        part,
                        true,
                        'p');
        if (part.check() != 'n') {
            change.expressions().checkCheckOption(view);
        }
        change.put(view);
        Relations.putRowType(change, rowType, view.name(), schema, view.oid());
        return change.result("CREATE VIEW");
    }

    private void replace(
            Relation old, List<Column> columns, Relation.View part, TableDdl.CreateView create) {
        if (old.kind() != 'v') {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "\"" + old.name() + "\" is not a view");
        }
        change.requireOwner(old);
        change.lock(old.oid());
        var before = old.liveColumns();
        if (columns.size() < before.size()) {
            throw new SqlException(
                    SqlState.INVALID_TABLE_DEFINITION, "cannot drop columns from view");
        }
        for (int i = 0; i < before.size(); i++) {
            var first = before.get(i);
            var second = columns.get(i);
            if (!first.name().equals(second.name())) {
                throw new SqlException(
                                SqlState.INVALID_TABLE_DEFINITION,
                                "cannot change name of view column \""
                                        + first.name()
                                        + "\" to \""
                                        + second.name()
                                        + "\"")
                        .withHint(
                                "Use ALTER VIEW ... RENAME COLUMN ... to change name of view column"
                                        + " instead.");
            }
            if (first.type() != second.type() || first.typmod() != second.typmod()) {
                throw new SqlException(
                        SqlState.INVALID_TABLE_DEFINITION,
                        "cannot change data type of view column \""
                                + first.name()
                                + "\" from "
                                + change.catalog().type(first.type()).formatType(first.typmod())
                                + " to "
                                + change.catalog().type(second.type()).formatType(second.typmod()));
            }
        }
        var replaced =
                old.toBuilder()
                        .columns(columns)
                        .view(part)
                        .options(TableCreator.options(create.options()))
                        .build();
        if (part.check() != 'n') {
            change.expressions().checkCheckOption(replaced);
        }
        change.put(replaced);
    }

    private static List<Column> columns(
            TableExpressions.ViewShape shape, List<String> aliases, String tooMany) {
        if (aliases.size() > shape.names().size()) {
            throw new SqlException(SqlState.SYNTAX_ERROR, tooMany);
        }
        var columns = new ArrayList<Column>();
        var seen = new HashSet<String>();
        for (int i = 0; i < shape.names().size(); i++) {
            var name = i < aliases.size() ? aliases.get(i) : shape.names().get(i);
            if (!seen.add(name)) {
                throw new SqlException(
                        SqlState.DUPLICATE_COLUMN,
                        "column \"" + name + "\" specified more than once");
            }
            PgType type = shape.types().get(i);
            int oid = type.type().oid();
            if (oid == Oids.RECORD || oid == Oids.RECORD_ARRAY) {
                throw new SqlException(
                        SqlState.INVALID_TABLE_DEFINITION,
                        "column \"" + name + "\" has pseudo-type " + type.type().displayName());
            }
            columns.add(
                    Column.of(
                            i + 1,
                            name,
                            type.type().oid(),
                            type.typmod(),
                            type.collation(),
                            false));
        }
        return columns;
    }

    /**
     * The table or materialized view of CREATE TABLE AS, to be filled by {@link
     * DdlAction.Populate}; the query is the command's.
     */
    DdlResult create(TableDdl.CreateTableAs create) {
        var tag = create.materializedView() ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS";
        var into = create.into();
        if (!(create.query() instanceof Query query)) {
            throw new IllegalStateException("The session knows what EXECUTE stands for.");
        }
        return into(into, query, List.of(), create.materializedView(), create.ifNotExists(), tag);
    }

    /**
     * @param parameterTypes OIDs of the query's parameters
     */
    DdlResult into(
            dev.quiverdb.sql.parse.IntoClause into,
            Query query,
            List<Integer> parameterTypes,
            boolean materialized,
            boolean ifNotExists,
            String tag) {
        var variable = into.relation();
        int schema = change.creationSchema(variable);
        if (!Relations.checkFree(change, schema, variable.name(), ifNotExists)) {
            return change.result(tag);
        }
        TypeNames.claimForRows(change, schema, variable.name());
        var shape =
                materialized
                        ? change.expressions().storedView(query)
                        : change.expressions().view(query, parameterTypes);
        var columns = columns(shape, into.columns(), "too many column names were specified");
        boolean temporary = schema == change.context().searchPath().temporary();
        for (var column : columns) {
            new Owners(change).requireUsage(column.type());
        }
        boolean data = into.withData() != dev.quiverdb.sql.parse.Ddl.WithData.NO_DATA;
        int rowType = change.newOid();
        var relation =
                Relations.make(
                        change,
                        change.newOid(),
                        variable.name(),
                        schema,
                        materialized ? 'm' : 'r',
                        temporary
                                ? 't'
                                : variable.persistence() == RangeVar.Persistence.UNLOGGED
                                        ? 'u'
                                        : 'p',
                        change.role(),
                        columns,
                        rowType,
                        change.newOid(),
                        TableCreator.options(into.options()),
                        null,
                        null,
                        materialized
                                ? new Relation.View(
                                        shape.sql(),
                                        change.context().searchPath().schemas(),
                                        shape.references(),
                                        'n')
                                : null,
                        !materialized || data,
                        switch (into.onCommit()) {
                            case NOOP, PRESERVE_ROWS -> 'p';
                            case DELETE_ROWS -> 'd';
                            case DROP -> 'x';
                        });
        change.put(relation);
        Relations.putRowType(change, rowType, relation.name(), schema, relation.oid());
        change.add(new DdlAction.CreateTablet(relation));
        if (relation.onCommit() != 'p') {
            change.add(new DdlAction.RememberOnCommit(relation));
        }
        if (data) {
            change.add(new DdlAction.Populate(relation));
        }
        return change.result(tag);
    }
}
