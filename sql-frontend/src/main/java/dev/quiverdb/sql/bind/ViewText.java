package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.sql.parse.Query;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The query of a view as text. What is stored says every column and puts the schema before every
 * name, so that it means the same wherever it is read and whatever columns its tables get later;
 * when something that it names is renamed, it is bound under the old names and written under the
 * new ones. What is shown is bound and written each time it is asked for.
 */
final class ViewText {
    /** The text of a query to be stored, what it reads, and its columns. */
    record Stored(String sql, List<Relation.Reference> references, BoundQuery bound) {
        Stored {
            references = List.copyOf(references);
        }
    }

    private ViewText() {}

    /** A query that is to become a view. */
    static Stored of(State state, Query query) {
        var trees = new QueryTrees();
        state.trees = trees;
        var bound = new QueryBinder(state, null, null).bind(query);
        state.parameters.resolved();
        var writer = new QueryText(state.catalog, null, state.context.types(), false, trees);
        var sql = writer.of(trees.query(bound.rel()), null).strip();
        var references = new ArrayList<>(writer.references());
        for (int oid : state.uses.keySet()) {
            var object = state.catalog.object(oid);
            if (!(object instanceof Relation)) {
                references.add(new Relation.Reference(oid, 0));
            }
        }
        return new Stored(sql, references, bound);
    }

    /** A view's query under the names that {@code now} has, for the catalog to keep. */
    static String renamed(BindContext context, Relation view, Catalog now) {
        return write(context, view, now, null, false, null).strip();
    }

    /** A view's query as pg_get_viewdef shows it. */
    static String shown(BindContext context, Relation view, boolean pretty) {
        var names = view.liveColumns().stream().map(Column::name).toList();
        return write(context, view, context.catalog(), context.searchPath(), pretty, names);
    }

    private static String write(
            BindContext context,
            Relation view,
            Catalog now,
            @Nullable SearchPath path,
            boolean pretty,
            @Nullable List<String> names) {
        var part = view.view();
        if (part == null) {
            throw SqlException.internal(view.name() + " is no view");
        }
        var creator = new SearchPath(part.searchPath(), 0, context.searchPath().temporary());
        var state = new State(context.with(creator), List.of());
        state.inlines = false;
        var trees = new QueryTrees();
        state.trees = trees;
        var bound = new QueryBinder(state, null, null).bind(Views.query(view));
        var writer = new QueryText(now, path, context.types(), pretty, trees);
        return writer.of(trees.query(bound.rel()), names);
    }
}
