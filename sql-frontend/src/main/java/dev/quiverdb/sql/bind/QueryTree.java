package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.From;
import dev.quiverdb.sql.parse.GroupItem;
import dev.quiverdb.sql.parse.QueryBody;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * A query as it was written, every name in it found: what PostgreSQL keeps of a view. Expressions
 * are over the row of {@code scope}, as they were before grouping and windows took them apart.
 *
 * @param sort positions among the targets
 * @param names of the columns
 */
record QueryTree(
        Scope scope,
        boolean recursive,
        List<Common> commons,
        Body body,
        List<Key> sort,
        @Nullable RexNode limit,
        @Nullable RexNode offset,
        boolean withTies,
        List<Clause.Locking> locks,
        List<String> names) {
    QueryTree {
        commons = List.copyOf(commons);
        sort = List.copyOf(sort);
        locks = List.copyOf(locks);
        names = List.copyOf(names);
    }

    /** A table of WITH, with its SEARCH and CYCLE. */
    record Common(Clause.Cte written, QueryTree query, @Nullable SearchCycle ways) {}

    /** A sort key: a target by position. */
    record Key(int target, boolean descending, boolean nullsFirst) {}

    /**
     * A column of the target list.
     *
     * @param junk is there for ORDER BY or DISTINCT ON alone
     */
    record Output(String name, RexNode value, boolean junk) {}

    /** What a query selects from. */
    sealed interface Body {}

    /**
     * @param groups the values of the expressions in {@code groupBy}
     */
    record Select(
            List<Output> targets,
            boolean distinct,
            List<Integer> distinctOn,
            List<Source> from,
            @Nullable RexNode where,
            boolean groupDistinct,
            List<GroupItem> groupBy,
            Map<Object, RexNode> groups,
            @Nullable RexNode having,
            List<Windows.Definition> windows)
            implements Body {
        Select {
            targets = List.copyOf(targets);
            distinctOn = List.copyOf(distinctOn);
            from = List.copyOf(from);
            windows = List.copyOf(windows);
        }
    }

    record Values(List<List<RexNode>> rows) implements Body {
        Values {
            rows = rows.stream().map(List::copyOf).toList();
        }
    }

    record SetOperation(QueryBody.Operator operator, boolean all, QueryTree left, QueryTree right)
            implements Body {}

    /** An item of FROM. */
    sealed interface Source {}

    /**
     * Something that adds columns to the row.
     *
     * @param item where its columns are
     * @param alias as written; null for none
     * @param aliasColumns names given to its first columns
     */
    record Leaf(
            Scope.Item item,
            Rows rows,
            boolean lateral,
            @Nullable String alias,
            List<String> aliasColumns)
            implements Source {
        Leaf {
            aliasColumns = List.copyOf(aliasColumns);
        }

        int end() {
            return item.start + item.columns.size();
        }
    }

    /**
     * A join.
     *
     * @param condition over the row of the scope; null where USING says it
     * @param using names that were merged
     * @param merged for each of them, the columns of the row that it stands for
     * @param columns what a named join calls its columns; empty for one without a name
     */
    record Join(
            From.Join written,
            Source left,
            Source right,
            @Nullable RexNode condition,
            List<String> using,
            List<List<Integer>> merged,
            List<Scope.Column> columns)
            implements Source {
        Join {
            using = List.copyOf(using);
            merged = merged.stream().map(List::copyOf).toList();
            columns = List.copyOf(columns);
        }
    }

    /** Where the rows of a {@link Leaf} come from. */
    sealed interface Rows {}

    record Table(Relation relation, boolean only) implements Rows {}

    record CommonTable(String name) implements Rows {}

    record Subquery(QueryTree query) implements Rows {}

    /** Functions, with the names and types that their column definitions gave. */
    record Functions(List<RexNode> calls, List<List<Defined>> definitions, boolean ordinality)
            implements Rows {
        Functions {
            calls = List.copyOf(calls);
            definitions = definitions.stream().map(List::copyOf).toList();
        }
    }

    /** A column of a column definition list. */
    record Defined(String name, dev.quiverdb.sql.algebra.PgType type) {}

    /** All leaves below an item, from left to right. */
    static List<Leaf> leaves(List<Source> sources) {
        var found = new ArrayList<Leaf>();
        for (var source : sources) {
            switch (source) {
                case Leaf leaf -> found.add(leaf);
                case Join join -> found.addAll(leaves(List.of(join.left(), join.right())));
            }
        }
        return found;
    }
}
