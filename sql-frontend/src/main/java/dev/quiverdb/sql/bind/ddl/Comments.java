package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Comment;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.ObjectDdl;
import dev.quiverdb.sql.parse.RangeVar;
import org.jspecify.annotations.Nullable;

/** COMMENT ON. */
final class Comments {
    private final Change change;

    Comments(Change change) {
        this.change = change;
    }

    private record Subject(int oid, int classId, int subId) {}

    DdlResult comment(ObjectDdl.Comment command) {
        var subject = subject(command.object());
        if (subject != null) {
            var old = change.catalog().comment(subject.oid, subject.subId);
            var text = command.comment();
            if (old != null) {
                change.remove(old);
            }
            if (text != null && !text.isEmpty()) {
                change.put(
                        new Comment(
                                change.newOid(),
                                1,
                                subject.oid,
                                subject.classId,
                                subject.subId,
                                text));
            }
        }
        return change.result("COMMENT");
    }

    private @Nullable Subject subject(Clause.ObjectRef reference) {
        var parts = reference.name();
        return switch (reference.type()) {
            case TABLE, VIEW, MATERIALIZED_VIEW, SEQUENCE, INDEX -> {
                var relation = change.relation(Drops.variable(reference));
                change.requireOwner(relation);
                yield new Subject(relation.oid(), CatalogObject.CLASS_RELATION, 0);
            }
            case COLUMN -> {
                var table = owner(reference);
                var column = table.column(parts.getLast());
                if (column == null) {
                    throw new SqlException(
                            SqlState.UNDEFINED_COLUMN,
                            "column \""
                                    + parts.getLast()
                                    + "\" of relation \""
                                    + table.name()
                                    + "\" does not exist");
                }
                yield new Subject(table.oid(), CatalogObject.CLASS_RELATION, column.number());
            }
            case TABLE_CONSTRAINT -> {
                var table = owner(reference);
                for (var constraint : change.catalog().constraints(table.oid())) {
                    if (constraint.name().equals(parts.getLast())) {
                        yield new Subject(constraint.oid(), CatalogObject.CLASS_CONSTRAINT, 0);
                    }
                }
                throw new SqlException(
                        SqlState.UNDEFINED_OBJECT,
                        "constraint \""
                                + parts.getLast()
                                + "\" for table \""
                                + table.name()
                                + "\" does not exist");
            }
            case SCHEMA ->
                    new Subject(
                            change.schema(parts.getLast(), reference.offset()).oid(),
                            CatalogObject.CLASS_SCHEMA,
                            0);
            case TYPE, DOMAIN ->
                    new Subject(
                            change.expressions().type(reference.types().getFirst()).type().oid(),
                            CatalogObject.CLASS_TYPE,
                            0);
            case DATABASE ->
                    named(change.catalog().database(parts.getLast()), "database", parts.getLast());
            case ROLE -> named(change.catalog().role(parts.getLast()), "role", parts.getLast());
            case EXTENSION ->
                    named(
                            change.catalog().extension(parts.getLast()),
                            "extension",
                            parts.getLast());
            default ->
                    throw SqlException.notSupported(
                            "COMMENT ON "
                                    + Drops.word(reference.type())
                                            .toUpperCase(java.util.Locale.ROOT)
                                    + " is not supported");
        };
    }

    private static Subject named(@Nullable CatalogObject object, String kind, String name) {
        if (object == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT, kind + " \"" + name + "\" does not exist");
        }
        return new Subject(object.oid(), object.classId(), 0);
    }

    private Relation owner(Clause.ObjectRef reference) {
        var parts = reference.name();
        return change.relation(
                new RangeVar(
                        reference.span(),
                        null,
                        parts.size() > 2 ? parts.get(parts.size() - 3) : null,
                        parts.get(parts.size() - 2),
                        true,
                        RangeVar.Persistence.PERMANENT,
                        null));
    }
}
