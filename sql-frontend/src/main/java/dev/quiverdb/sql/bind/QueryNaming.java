package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.catalog.Catalog;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the items of FROM and their columns are called in the text of one query: the names of now,
 * kept apart from those of the queries around it; after set_deparse_for_query.
 */
final class QueryNaming {
    private final Catalog catalog;
    private final Set<String> taken;
    private final Map<QueryTree.Source, String> names = new IdentityHashMap<>();
    private final Map<QueryTree.Leaf, List<String>> columns = new IdentityHashMap<>();
    private final Map<QueryTree.Leaf, @Nullable String[]> merged = new IdentityHashMap<>();
    private final Map<QueryTree.Join, List<String>> using = new IdentityHashMap<>();
    private final List<QueryTree.Leaf> leaves;

    QueryNaming(Catalog catalog, List<QueryTree.Source> from, Set<String> outside) {
        this.catalog = catalog;
        taken = new HashSet<>(outside);
        leaves = QueryTree.leaves(from);
        for (var leaf : leaves) {
            merged.put(leaf, new @Nullable String[leaf.item().columns.size()]);
        }
        from.forEach(this::merge);
        var usingNames = new HashSet<String>();
        using.values().forEach(usingNames::addAll);
        for (var leaf : leaves) {
            columns.put(leaf, columns(leaf, usingNames));
        }
        from.forEach(this::name);
    }

    /** Names that queries inside must not take. */
    Set<String> taken() {
        return taken;
    }

    List<QueryTree.Leaf> leaves() {
        return leaves;
    }

    /** What an item is called; a join without a name is not. */
    String name(QueryTree.Leaf leaf) {
        return names.getOrDefault(leaf, leaf.item().alias);
    }

    String name(QueryTree.Join join) {
        var alias = join.written().alias();
        return names.getOrDefault(join, alias == null ? "" : alias.name());
    }

    List<String> columns(QueryTree.Leaf leaf) {
        return columns.getOrDefault(leaf, List.of());
    }

    List<String> using(QueryTree.Join join) {
        return using.getOrDefault(join, join.using());
    }

    /** What the columns of an item are called where no alias says otherwise. */
    List<String> plain(QueryTree.Leaf leaf) {
        var item = leaf.item();
        var found = new ArrayList<String>();
        if (leaf.rows() instanceof QueryTree.Table table) {
            var before = table.relation().liveColumns();
            var now = catalog.relation(table.relation().oid());
            for (var column : before) {
                found.add(now == null ? column.name() : now.column(column.number()).name());
            }
        } else {
            item.columns.forEach(column -> found.add(column.name()));
        }
        return found;
    }

    /** The name without an alias: of the relation, as it is now, or of the common table. */
    String plainName(QueryTree.Leaf leaf) {
        return switch (leaf.rows()) {
            case QueryTree.Table table -> {
                var now = catalog.relation(table.relation().oid());
                yield now == null ? table.relation().name() : now.name();
            }
            case QueryTree.CommonTable common -> common.name();
            case QueryTree.Subquery ignored -> leaf.item().alias;
            case QueryTree.Functions ignored -> leaf.item().alias;
        };
    }

    private void name(QueryTree.Source source) {
        switch (source) {
            case QueryTree.Leaf leaf -> {
                var alias = leaf.alias();
                names.put(leaf, free(alias == null ? plainName(leaf) : alias, taken));
            }
            case QueryTree.Join join -> {
                name(join.left());
                name(join.right());
                var alias = join.written().alias();
                if (alias != null) {
                    names.put(join, free(alias.name(), taken));
                }
            }
        }
    }

    private static String free(String wanted, Set<String> taken) {
        var name = wanted;
        for (int i = 1; !taken.add(name); i++) {
            name = wanted + "_" + i;
        }
        return name;
    }

    /** Columns that a USING puts together go by one name; the outermost USING says which. */
    private void merge(QueryTree.Source source) {
        if (!(source instanceof QueryTree.Join join)) {
            return;
        }
        var mine = new ArrayList<String>();
        for (int i = 0; i < join.using().size(); i++) {
            String name = null;
            for (int column : join.merged().get(i)) {
                var seat = seat(column);
                name = name == null && seat != null ? seat.get() : name;
            }
            var chosen = name == null ? join.using().get(i) : name;
            for (int column : join.merged().get(i)) {
                var seat = seat(column);
                if (seat != null) {
                    seat.set(chosen);
                }
            }
            mine.add(chosen);
        }
        using.put(join, mine);
        merge(join.left());
        merge(join.right());
    }

    /** Where the name of a column of the row is kept. */
    private static final class Seat {
        private final @Nullable String[] names;
        private final int column;

        Seat(@Nullable String[] names, int column) {
            this.names = names;
            this.column = column;
        }

        @Nullable String get() {
            return names[column];
        }

        void set(String name) {
            names[column] = name;
        }
    }

    private @Nullable Seat seat(int column) {
        for (var leaf : leaves) {
            var names = merged.get(leaf);
            if (names != null && column >= leaf.item().start && column < leaf.end()) {
                return new Seat(names, column - leaf.item().start);
            }
        }
        return null;
    }

    private List<String> columns(QueryTree.Leaf leaf, Set<String> usingNames) {
        var plain = plain(leaf);
        var mine = merged.get(leaf);
        var used = new HashSet<String>();
        if (mine != null) {
            for (var name : mine) {
                if (name != null) {
                    used.add(name);
                }
            }
        }
        var found = new ArrayList<String>();
        for (int i = 0; i < plain.size(); i++) {
            var name = mine == null ? null : mine[i];
            if (name != null) {
                found.add(name);
                continue;
            }
            var wanted = i < leaf.aliasColumns().size() ? leaf.aliasColumns().get(i) : plain.get(i);
            var blocked = new HashSet<>(used);
            blocked.addAll(usingNames);
            var chosen = free(wanted, blocked);
            used.add(chosen);
            found.add(chosen);
        }
        return found;
    }

    /**
     * The columns that the text says, dropped ones left out.
     *
     * @param few whether those at the end that go by their own names may be left out
     */
    List<String> listed(QueryTree.Leaf leaf, boolean few) {
        var all = columns(leaf);
        var plain = plain(leaf);
        var now =
                leaf.rows() instanceof QueryTree.Table table
                        ? catalog.relation(table.relation().oid())
                        : null;
        var before =
                leaf.rows() instanceof QueryTree.Table table
                        ? table.relation().liveColumns()
                        : List.<dev.quiverdb.sql.catalog.Column>of();
        var found = new ArrayList<String>();
        int last = 0;
        for (int i = 0; i < all.size(); i++) {
            if (now != null && now.column(before.get(i).number()).dropped()) {
                continue;
            }
            found.add(all.get(i));
            last = all.get(i).equals(plain.get(i)) ? last : found.size();
        }
        boolean shorter = few && leaf.rows() instanceof QueryTree.Table;
        return shorter ? found.subList(0, last) : found;
    }

    /** Whether the text must say what the columns of an item are called. */
    boolean listsColumns(QueryTree.Leaf leaf) {
        return switch (leaf.rows()) {
            case QueryTree.Functions ignored -> true;
            case QueryTree.Table ignored -> !columns(leaf).equals(plain(leaf));
            default -> !leaf.aliasColumns().isEmpty() || !columns(leaf).equals(plain(leaf));
        };
    }
}
