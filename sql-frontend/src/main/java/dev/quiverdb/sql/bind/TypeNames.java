package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.TypeName;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds types by the names that users write. */
final class TypeNames {
    private final State state;

    TypeNames(State state) {
        this.state = state;
    }

    /** The type and modifier that a name means; 42704 if there is none. */
    PgType resolve(TypeName name) {
        if (name.percentType()) {
            return percentType(name);
        }
        var found = find(name);
        if (found == null) {
            throw Errors.at(
                    name,
                    SqlState.UNDEFINED_OBJECT,
                    "type \"" + display(name) + "\" does not exist");
        }
        return found;
    }

    @Nullable PgType find(TypeName name) {
        var base = lookup(state.catalog, state.context.searchPath(), name.names(), name.offset());
        if (base == null) {
            return null;
        }
        state.use(state.catalog.userType(base.oid()));
        int typmod = typmod(name, base);
        var type = base;
        if (!name.arrayBounds().isEmpty()) {
            type = base.arrayOid() == 0 ? null : state.catalog.typeOrNull(base.arrayOid());
            if (type == null) {
                return null;
            }
        }
        return PgType.of(type, typmod);
    }

    private static String display(TypeName name) {
        return Errors.name(name.names()) + (name.arrayBounds().isEmpty() ? "" : "[]");
    }

    /** A type by its possibly qualified name. */
    static @Nullable Type lookup(Catalog catalog, SearchPath path, List<String> names, int offset) {
        var name = names.getLast();
        if (names.size() == 1) {
            for (int schema : path.schemas()) {
                var type = catalog.type(schema, name);
                if (type != null) {
                    return type;
                }
            }
            return null;
        }
        var schemaName = names.get(names.size() - 2);
        var schema = path.schema(catalog, schemaName);
        if (schema == null) {
            if (schemaName.equals("pg_temp")) {
                return path.temporary() == 0 ? null : catalog.type(path.temporary(), name);
            }
            throw Errors.at(
                    offset,
                    SqlState.INVALID_SCHEMA_NAME,
                    "schema \"" + schemaName + "\" does not exist");
        }
        return catalog.type(schema.oid(), name);
    }

    private int typmod(TypeName name, Type type) {
        if (name.typmods().isEmpty()) {
            return -1;
        }
        var texts = new ArrayList<String>();
        for (var expression : name.typmods()) {
            switch (expression) {
                case Expr.Literal literal -> texts.add(literal.text());
                case Expr.ColumnRef column when column.names().size() == 1 && !column.star() ->
                        texts.add(column.names().getFirst());
                default ->
                        throw Errors.at(
                                expression,
                                SqlState.SYNTAX_ERROR,
                                "type modifiers must be simple constants or identifiers");
            }
        }
        try {
            return type.typmodIn(texts);
        } catch (SqlException error) {
            throw error.withPositionIfAbsent(name.offset() + 1);
        }
    }

    private PgType percentType(TypeName name) {
        var parts = name.names();
        if (parts.size() < 2) {
            throw Errors.at(
                    name,
                    SqlState.SYNTAX_ERROR,
                    "improper %TYPE reference (too few dotted names): " + Errors.name(parts));
        }
        var relationName = parts.get(parts.size() - 2);
        var relation =
                parts.size() == 2
                        ? state.context.searchPath().relation(state.catalog, relationName)
                        : schemaRelation(parts.get(parts.size() - 3), relationName);
        if (relation == null) {
            throw Errors.at(
                    name,
                    SqlState.UNDEFINED_TABLE,
                    "relation \""
                            + Errors.name(parts.subList(0, parts.size() - 1))
                            + "\" does not exist");
        }
        var column = relation.column(parts.getLast());
        if (column == null) {
            throw Errors.at(
                    name,
                    SqlState.UNDEFINED_COLUMN,
                    "column \""
                            + parts.getLast()
                            + "\" of relation \""
                            + relation.name()
                            + "\" does not exist");
        }
        return PgType.of(state.type(column.type()), column.typmod());
    }

    private dev.quiverdb.sql.catalog.@Nullable Relation schemaRelation(
            String schemaName, String name) {
        var schema = state.context.searchPath().schema(state.catalog, schemaName);
        return schema == null ? null : state.catalog.relation(schema.oid(), name);
    }
}
