package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.TableDdl;
import java.util.List;
import java.util.Map;

/** CREATE and ALTER SEQUENCE, and the sequences of serial and identity columns. */
final class SequenceCreator {
    private static final List<Column> COLUMNS =
            List.of(
                    Column.of(1, "last_value", Oids.INT8, -1, 0, true),
                    Column.of(2, "log_cnt", Oids.INT8, -1, 0, true),
                    Column.of(3, "is_called", Oids.BOOL, -1, 0, true));

    private final Change change;

    SequenceCreator(Change change) {
        this.change = change;
    }

    private Relation draft(String name, int schema, char persistence) {
        return Relations.make(
                change,
                change.newOid(),
                name,
                schema,
                'S',
                persistence,
                change.role(),
                COLUMNS,
                0,
                0,
                Map.of(),
                null,
                new Relation.Sequence(Oids.INT8, 1, 1, 1, Long.MAX_VALUE, 1, false, 0, 0, 'a'),
                null,
                true,
                'p');
    }

    DdlResult create(TableDdl.CreateSequence create) {
        var variable = create.relation();
        int schema = change.creationSchema(variable);
        if (!Relations.checkFree(change, schema, variable.name(), create.ifNotExists())) {
            return change.result("CREATE SEQUENCE");
        }
        char persistence = schema == change.context().searchPath().temporary() ? 't' : 'p';
        var draft = draft(variable.name(), schema, persistence);
        put(draft, new SequenceOptions(change).apply(create.options(), null, Oids.INT8, draft));
        return change.result("CREATE SEQUENCE");
    }

    private Relation put(Relation draft, SequenceOptions.Result options) {
        var sequence = draft.toBuilder().sequence(options.sequence()).build();
        change.put(sequence);
        change.add(new DdlAction.CreateSequence(sequence));
        return sequence;
    }

    /** The sequence behind a column. */
    Relation owned(
            String name,
            Relation table,
            int column,
            int type,
            char ownership,
            List<Clause.Option> options) {
        Relations.checkFree(change, table.schema(), name, false);
        var draft = draft(name, table.schema(), table.persistence());
        var result = new SequenceOptions(change).apply(options, null, type, draft);
        var made = result.sequence();
        return put(
                draft,
                new SequenceOptions.Result(
                        new Relation.Sequence(
                                made.type(),
                                made.start(),
                                made.increment(),
                                made.minimum(),
                                made.maximum(),
                                made.cache(),
                                made.cycle(),
                                table.oid(),
                                column,
                                ownership),
                        null));
    }

    DdlResult alter(TableDdl.AlterSequence alter) {
        var found = change.relationOrNull(alter.relation());
        if (found == null && alter.missingOk()) {
            change.notice("relation \"" + alter.relation().name() + "\" does not exist, skipping");
            return change.result("ALTER SEQUENCE");
        }
        var relation = change.relation(alter.relation());
        alter(relation, alter.options());
        return change.result("ALTER SEQUENCE");
    }

    void alter(Relation relation, List<Clause.Option> options) {
        var old = relation.sequence();
        if (old == null) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE, "\"" + relation.name() + "\" is not a sequence");
        }
        change.requireOwner(relation);
        change.lock(relation.oid());
        var result = new SequenceOptions(change).apply(options, old, old.type(), relation);
        var altered = relation.toBuilder().sequence(result.sequence()).build();
        change.put(altered);
        change.add(new DdlAction.AlterSequence(altered, result.restart()));
    }
}
