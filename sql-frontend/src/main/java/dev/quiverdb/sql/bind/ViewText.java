package dev.quiverdb.sql.bind;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.PgNode;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.RangeVar;
import dev.quiverdb.sql.parse.TypeName;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.calcite.sql.SqlNode;
import org.jspecify.annotations.Nullable;

/**
 * The query of a view as it was written, with the schema put before every name of a relation, type
 * or function that the reader's search path would not find, or find elsewhere than the view's
 * creator did. So the text means the same wherever it is read; a dump is read with no path at all.
 */
final class ViewText {
    private final Catalog catalog;
    private final SearchPath reader;

    /** Schemas to be put in, by where they go. */
    private final TreeMap<Integer, String> insertions = new TreeMap<>();

    ViewText(Catalog catalog, SearchPath reader) {
        this.catalog = catalog;
        this.reader = reader;
    }

    String of(Relation view) {
        var part = view.view();
        if (part == null) {
            return "";
        }
        insertions.clear();
        var creator = new SearchPath(part.searchPath(), 0, reader.temporary());
        walk(Views.query(view), creator, Set.of());
        var out = new StringBuilder(part.query());
        insertions.descendingMap().forEach(out::insert);
        return out.toString();
    }

    private void walk(SqlNode node, SearchPath creator, Set<String> commonTables) {
        var known = commonTables;
        switch (node) {
            case Query query -> {
                var names = new HashSet<>(commonTables);
                query.getOperandList().forEach(child -> commonNames(child, names));
                known = names;
            }
            case RangeVar variable when variable.schema() == null -> {
                if (!known.contains(variable.name())) {
                    relation(variable, creator);
                }
            }
            case TypeName name when name.names().size() == 1 -> type(name, creator);
            case Expr.FuncCall call when call.name().size() == 1 && !call.sqlSyntax() ->
                    function(call, creator);
            default -> {
                // Names nothing itself.
            }
        }
        if (node instanceof PgNode inner) {
            for (var child : inner.getOperandList()) {
                walk(child, creator, known);
            }
        }
    }

    private static void commonNames(SqlNode node, Set<String> names) {
        if (node instanceof Clause.With with) {
            with.ctes().forEach(table -> names.add(table.name()));
        }
    }

    private void relation(RangeVar variable, SearchPath creator) {
        var meant = creator.relation(catalog, variable.name());
        if (meant == null) {
            return;
        }
        var seen = reader.relation(catalog, variable.name());
        if (seen == null || seen.oid() != meant.oid()) {
            put(variable.offset(), meant.schema());
        }
    }

    private void type(TypeName name, SearchPath creator) {
        var meant = type(creator, name.names().getFirst());
        if (meant == null) {
            return;
        }
        var seen = type(reader, name.names().getFirst());
        if (seen == null || seen.oid() != meant.oid()) {
            put(name.offset(), catalog.schemaOfType(meant.oid()));
        }
    }

    private @Nullable Type type(SearchPath path, String name) {
        for (int schema : path.schemas()) {
            var found = catalog.type(schema, name);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private void function(Expr.FuncCall call, SearchPath creator) {
        var name = call.name().getFirst();
        Integer schema = first(name, creator);
        if (schema != null && !reader.sees(schema)) {
            put(call.offset(), schema);
        }
    }

    /** The first schema of a path that has a function of a name. */
    private @Nullable Integer first(String name, SearchPath path) {
        List<Integer> schemas =
                catalog.functions(name).stream().map(function -> function.schema()).toList();
        return path.schemas().stream().filter(schemas::contains).findFirst().orElse(null);
    }

    private void put(int offset, int schema) {
        insertions.put(offset, Quoting.identifier(catalog.schemaName(schema)) + ".");
    }
}
