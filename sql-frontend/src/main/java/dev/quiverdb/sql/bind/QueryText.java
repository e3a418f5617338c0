package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgRel;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.algebra.SubLink;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SearchPath;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.From;
import dev.quiverdb.sql.parse.GroupItem;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexCorrelVariable;
import org.apache.calcite.rex.RexFieldAccess;
import org.apache.calcite.rex.RexInputRef;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/** Writes {@link QueryTree}s as SQL text in the layout of ruleutils.c. For one text each. */
final class QueryText {
    private static final int STEP = 8;
    private static final int JOIN_STEP = 4;
    private static final int ITEM_STEP = 4;
    private static final int INDENT_LIMIT = 40;

    private final Catalog catalog;
    private final @Nullable SearchPath path;
    private final TypeContext types;
    private final boolean pretty;
    private final QueryTrees trees;
    private final LinkedHashSet<Relation.Reference> references = new LinkedHashSet<>();
    private StringBuilder out = new StringBuilder();
    private int indent;

    /**
     * @param catalog whose names are written
     * @param path as in {@link Deparser}
     */
    QueryText(
            Catalog catalog,
            @Nullable SearchPath path,
            TypeContext types,
            boolean pretty,
            QueryTrees trees) {
        this.catalog = catalog;
        this.path = path;
        this.types = types;
        this.pretty = pretty;
        this.trees = trees;
    }

    /**
     * The text of a whole query.
     *
     * @param names what its columns are called; null for what it says itself
     */
    String of(QueryTree tree, @Nullable List<String> names) {
        query(tree, null, names, true);
        return out.toString();
    }

    /** The tables that were written, by the columns that were, or as a whole where none was. */
    List<Relation.Reference> references() {
        return references.stream()
                .filter(reference ->
                        reference.column() != 0
                                || references.stream()
                                        .noneMatch(other ->
                                                other.oid() == reference.oid()
                                                        && other.column() != 0))
                .toList();
    }

    private void refer(QueryTree.Leaf leaf, int column) {
        if (leaf.rows() instanceof QueryTree.Table table
                && table.relation().oid() >= Catalog.FIRST_USER_OID) {
            var columns = table.relation().liveColumns();
            int number = column < columns.size() ? columns.get(column).number() : 0;
            references.add(new Relation.Reference(table.relation().oid(), number));
        }
    }

    // ------------------------------------------------------------------ layout

    /** appendContextKeyword. */
    private void keyword(String word, int before, int after, int plus) {
        indent += before;
        int end = out.length();
        while (end > 0 && out.charAt(end - 1) == ' ') {
            end--;
        }
        out.setLength(end);
        int amount =
                indent < INDENT_LIMIT
                        ? Math.max(indent, 0)
                        : (INDENT_LIMIT + (indent - INDENT_LIMIT) / (STEP / 2)) % INDENT_LIMIT;
        out.append('\n').append(" ".repeat(amount + plus)).append(word);
        indent = Math.max(0, indent + after);
    }

    /** Something written on its own first, so that it can be seen whether it needs a new line. */
    private String apart(Runnable writer) {
        var whole = out;
        out = new StringBuilder();
        writer.run();
        var text = out.toString();
        out = whole;
        return text;
    }

    // ------------------------------------------------------------------ queries

    /** One query in the text: what its items are called, and the query around it. */
    private final class Level implements Deparser.References {
        final QueryTree tree;
        final @Nullable Level parent;
        final QueryNaming naming;
        final List<QueryTree.Source> from;

        /** Joins with names whose insides are being written. */
        final List<QueryTree.Join> inside = new ArrayList<>();

        Level(QueryTree tree, @Nullable Level parent) {
            this.tree = tree;
            this.parent = parent;
            from = tree.body() instanceof QueryTree.Select select ? select.from() : List.of();
            naming =
                    new QueryNaming(
                            catalog, from, parent == null ? Set.of() : parent.naming.taken());
        }

        String text(RexNode node, boolean shown) {
            var deparser = new Deparser(catalog, path, this, types, pretty, indent);
            return deparser.text(node, shown);
        }

        String clause(RexNode node) {
            return new Deparser(catalog, path, this, types, pretty, indent).clause(node);
        }

        @Override
        public String column(RexInputRef reference) {
            return named(reference.getIndex(), reference);
        }

        private String named(int index, RexNode expression) {
            var joined = joined(from, index, expression);
            for (var leaf : naming.leaves()) {
                int at = index - leaf.item().start;
                int count = leaf.item().columns.size();
                if (at < 0 || at >= count + 2 || leaf.item().scan < 0 && at >= count) {
                    continue;
                }
                refer(leaf, at);
                var column =
                        at < count
                                ? naming.columns(leaf).get(at)
                                : at == count ? "ctid" : "tableoid";
                return joined != null
                        ? joined
                        : Quoting.identifier(naming.name(leaf)) + "." + Quoting.identifier(column);
            }
            throw SqlException.internal("no item of FROM has column " + index);
        }

        /** Whether a join's name is written; not in a text that later columns must not change. */
        boolean isNamed(QueryTree.Join join) {
            return path != null && join.written().alias() != null;
        }

        /** What a named join calls its columns. */
        List<String> columns(QueryTree.Join join) {
            var given =
                    join.written().alias() == null ? 0 : join.written().alias().columns().size();
            var names = new ArrayList<String>();
            for (int i = 0; i < join.columns().size(); i++) {
                var column = join.columns().get(i);
                var now = i < given ? null : plain(column.expression());
                names.add(now == null ? column.name() : now);
            }
            return names;
        }

        /** The name of a column of an item, where an expression is one; null where not. */
        private @Nullable String plain(RexNode expression) {
            if (expression instanceof RexInputRef reference) {
                for (var leaf : naming.leaves()) {
                    int at = reference.getIndex() - leaf.item().start;
                    if (at >= 0 && at < leaf.item().columns.size()) {
                        return naming.columns(leaf).get(at);
                    }
                }
            }
            return null;
        }

        /** The column as the outermost named join around it shows it. */
        private @Nullable String joined(
                List<QueryTree.Source> sources, int index, RexNode expression) {
            for (var source : sources) {
                if (!(source instanceof QueryTree.Join join)) {
                    continue;
                }
                if (isNamed(join) && !inside.contains(join)) {
                    for (int i = 0; i < join.columns().size(); i++) {
                        var column = join.columns().get(i).expression();
                        if (column instanceof RexInputRef reference && reference.getIndex() == index
                                || column.equals(expression)) {
                            return Quoting.identifier(naming.name(join))
                                    + "."
                                    + Quoting.identifier(columns(join).get(i));
                        }
                    }
                }
                var found = joined(List.of(join.left(), join.right()), index, expression);
                if (found != null) {
                    return found;
                }
            }
            return null;
        }

        @Override
        public String outer(RexFieldAccess access) {
            if (access.getReferenceExpr() instanceof RexCorrelVariable variable) {
                var row = trees.row(variable.id);
                for (var level = this; row != null && level != null; level = level.parent) {
                    if (level.tree.scope() == row.scope()) {
                        int index = row.start() + access.getField().getIndex();
                        return level.named(index, new RexInputRef(index, access.getType()));
                    }
                }
            }
            throw SqlException.internal("no query around has " + access);
        }

        @Override
        public @Nullable String whole(RexCall row) {
            int type = PgType.of(row).type().oid();
            if (type == Oids.RECORD || row.getOperands().isEmpty()) {
                return null;
            }
            for (var level = this; level != null; level = level.parent) {
                for (var leaf : level.naming.leaves()) {
                    var rowType = leaf.item().rowType;
                    if (rowType != null
                            && rowType.type().oid() == type
                            && level.isRow(leaf, row, level == this)) {
                        return Quoting.identifier(level.naming.name(leaf)) + ".*";
                    }
                }
            }
            return null;
        }

        private boolean isRow(QueryTree.Leaf leaf, RexCall row, boolean own) {
            var operands = row.getOperands();
            if (operands.size() != leaf.item().columns.size()) {
                return false;
            }
            for (int i = 0; i < operands.size(); i++) {
                int index = leaf.item().start + i;
                boolean same =
                        switch (operands.get(i)) {
                            case RexInputRef reference -> own && reference.getIndex() == index;
                            case RexFieldAccess access -> isColumn(access, index);
                            default -> false;
                        };
                if (!same) {
                    return false;
                }
            }
            return true;
        }

        private boolean isColumn(RexFieldAccess access, int index) {
            if (access.getReferenceExpr() instanceof RexCorrelVariable variable) {
                var row = trees.row(variable.id);
                return row != null
                        && row.scope() == tree.scope()
                        && row.start() + access.getField().getIndex() == index;
            }
            return false;
        }

        @Override
        public void subquery(SubLink link, Deparser deparser, StringBuilder into) {
            var whole = out;
            int before = indent;
            out = into;
            indent = deparser.indent();
            sublink(this, link);
            indent = before;
            out = whole;
        }

        @Override
        public String window(int number, Deparser deparser) {
            if (!(tree.body() instanceof QueryTree.Select select)) {
                throw SqlException.internal("a window outside of SELECT");
            }
            var definition = select.windows().get(number);
            var name = definition.name();
            return name == null ? specification(this, definition) : Quoting.identifier(name);
        }
    }

    private void query(
            QueryTree tree,
            @Nullable Level parent,
            @Nullable List<String> names,
            boolean namesVisible) {
        var level = new Level(tree, parent);
        int before = indent;
        with(level);
        boolean set = tree.body() instanceof QueryTree.SetOperation;
        if (tree.body() instanceof QueryTree.SetOperation operation) {
            setOperation(level, operation, names, namesVisible);
        } else {
            indent += STEP;
            out.append(' ');
            switch (tree.body()) {
                case QueryTree.Select select -> select(level, select, names, namesVisible);
                case QueryTree.Values values -> values(level, values);
                case QueryTree.SetOperation ignored -> {
                    // Written above.
                }
            }
        }
        if (!tree.sort().isEmpty()) {
            keyword(" ORDER BY ", -STEP, STEP, 1);
            var separator = "";
            for (var key : tree.sort()) {
                out.append(separator);
                if (tree.body() instanceof QueryTree.Select select && !set) {
                    out.append(level.clause(select.targets().get(key.target()).value()));
                } else {
                    out.append(key.target() + 1);
                }
                out.append(order(key.descending(), key.nullsFirst()));
                separator = ", ";
            }
        }
        tail(level);
        indent = before;
    }

    private void tail(Level level) {
        var tree = level.tree;
        var offset = tree.offset();
        if (offset != null) {
            keyword(" OFFSET ", -STEP, STEP, 0);
            out.append(level.text(offset, false));
        }
        var limit = tree.limit();
        if (limit != null) {
            var constant = PgOperator.constant(limit);
            if (tree.withTies()) {
                keyword(" FETCH FIRST ", -STEP, STEP, 0);
                out.append('(').append(level.text(limit, false)).append(") ROWS WITH TIES");
            } else {
                keyword(" LIMIT ", -STEP, STEP, 0);
                out.append(
                        constant != null && constant.value() == null
                                ? "ALL"
                                : level.text(limit, false));
            }
        }
        for (var lock : tree.locks()) {
            var items = new ArrayList<String>();
            lock.relations().forEach(variable -> items.add(variable.name()));
            if (items.isEmpty()) {
                level.naming.leaves().forEach(leaf -> items.add(level.naming.name(leaf)));
            }
            for (var item : items) {
                keyword(" " + SelectBinder.strengthText(lock.strength()), -STEP, STEP, 0);
                out.append(" OF ").append(Quoting.identifier(item));
                out.append(
                        switch (lock.waitPolicy()) {
                            case BLOCK -> "";
                            case SKIP -> " SKIP LOCKED";
                            case ERROR -> " NOWAIT";
                        });
            }
        }
    }

    static String order(boolean descending, boolean nullsFirst) {
        return descending
                ? nullsFirst ? " DESC" : " DESC NULLS LAST"
                : nullsFirst ? " NULLS FIRST" : "";
    }

    private void with(Level level) {
        var tree = level.tree;
        if (tree.commons().isEmpty()) {
            return;
        }
        indent += STEP;
        out.append(' ');
        var separator = tree.recursive() ? "WITH RECURSIVE " : "WITH ";
        for (var common : tree.commons()) {
            var table = common.written();
            out.append(separator).append(Quoting.identifier(table.name()));
            if (!table.columns().isEmpty()) {
                out.append(identifiers(table.columns()));
            }
            out.append(" AS ");
            out.append(
                    switch (table.materialized()) {
                        case DEFAULT -> "";
                        case ALWAYS -> "MATERIALIZED ";
                        case NEVER -> "NOT MATERIALIZED ";
                    });
            out.append('(');
            keyword("", 0, 0, 0);
            query(common.query(), level, null, true);
            keyword("", 0, 0, 0);
            out.append(')');
            search(table);
            cycle(level, common);
            separator = ", ";
        }
        indent -= STEP;
        keyword("", 0, 0, 0);
    }

    private void search(Clause.Cte table) {
        var search = table.search();
        if (search != null) {
            out.append(search.breadthFirst() ? " SEARCH BREADTH" : " SEARCH DEPTH")
                    .append(" FIRST BY ")
                    .append(listed(search.columns()))
                    .append(" SET ")
                    .append(Quoting.identifier(search.sequenceColumn()));
        }
    }

    private void cycle(Level level, QueryTree.Common common) {
        var cycle = common.written().cycle();
        var ways = common.ways();
        if (cycle == null || ways == null) {
            return;
        }
        out.append(" CYCLE ")
                .append(listed(cycle.columns()))
                .append(" SET ")
                .append(Quoting.identifier(cycle.markColumn()));
        var value = ways.markValue();
        var otherwise = ways.markDefault();
        if (value != null
                && otherwise != null
                && !(Boolean.TRUE.equals(constant(value))
                        && Boolean.FALSE.equals(constant(otherwise)))) {
            out.append(" TO ")
                    .append(mark(level, value))
                    .append(" DEFAULT ")
                    .append(mark(level, otherwise));
        }
        out.append(" USING ").append(Quoting.identifier(cycle.pathColumn()));
    }

    /** A mark: as PostgreSQL shows it, or, to be stored, as its grammar takes it. */
    private String mark(Level level, RexNode node) {
        var value = constant(node);
        var type = PgType.of(node).type();
        if (path != null) {
            return level.text(node, true);
        }
        return value == null
                ? "NULL"
                : "pg_catalog."
                        + Quoting.identifier(type.name())
                        + " "
                        + Quoting.literal(type.format(value, types));
    }

    private static @Nullable Object constant(RexNode node) {
        var constant = PgOperator.constant(node);
        return constant == null ? null : constant.value();
    }

    private static String listed(List<String> names) {
        return String.join(", ", names.stream().map(Quoting::identifier).toList());
    }

    private static String identifiers(List<String> names) {
        return "(" + String.join(", ", names.stream().map(Quoting::identifier).toList()) + ")";
    }

    private void values(Level level, QueryTree.Values values) {
        out.append("VALUES ");
        var separator = "";
        for (var row : values.rows()) {
            out.append(separator).append('(');
            for (int i = 0; i < row.size(); i++) {
                out.append(i == 0 ? "" : ",").append(level.text(row.get(i), false));
            }
            out.append(')');
            separator = ", ";
        }
    }

    private void setOperation(
            Level level,
            QueryTree.SetOperation operation,
            @Nullable List<String> names,
            boolean namesVisible) {
        boolean bracket =
                plain(operation.left()) instanceof QueryTree.SetOperation left
                        && (left.operator() != operation.operator()
                                || left.all() != operation.all());
        int step = bracket ? STEP : 0;
        if (bracket) {
            out.append('(');
            keyword("", step, 0, 0);
        }
        operand(level, operation.left(), names, namesVisible);
        keyword(bracket ? ") " : "", -step, 0, 0);
        out.append(operation.operator().name()).append(operation.all() ? " ALL " : " ");
        boolean right = plain(operation.right()) instanceof QueryTree.SetOperation;
        step = right ? STEP : 0;
        if (right) {
            out.append('(');
        }
        keyword("", step, 0, 0);
        operand(level, operation.right(), names, false);
        indent -= step;
        if (right) {
            keyword(")", 0, 0, 0);
        }
    }

    /** The body of an operand that has nothing else; null for one that has. */
    private static QueryTree.@Nullable Body plain(QueryTree tree) {
        return isPlain(tree) ? tree.body() : null;
    }

    private static boolean isPlain(QueryTree tree) {
        return tree.commons().isEmpty()
                && tree.sort().isEmpty()
                && tree.locks().isEmpty()
                && tree.limit() == null
                && tree.offset() == null;
    }

    private void operand(
            Level level, QueryTree tree, @Nullable List<String> names, boolean namesVisible) {
        if (plain(tree) instanceof QueryTree.SetOperation inner) {
            setOperation(level, inner, names, namesVisible);
            return;
        }
        boolean bracket = !isPlain(tree);
        out.append(bracket ? "(" : "");
        query(tree, level, names, namesVisible);
        out.append(bracket ? ")" : "");
    }

    // ------------------------------------------------------------------ SELECT

    private void select(
            Level level,
            QueryTree.Select select,
            @Nullable List<String> names,
            boolean namesVisible) {
        out.append("SELECT");
        if (!select.distinctOn().isEmpty()) {
            var parts = new ArrayList<String>();
            for (int target : select.distinctOn()) {
                parts.add(level.clause(select.targets().get(target).value()));
            }
            out.append(" DISTINCT ON (").append(String.join(", ", parts)).append(')');
        } else if (select.distinct()) {
            out.append(" DISTINCT");
        }
        targets(level, select, names, namesVisible);
        from(level, select.from());
        var where = select.where();
        if (where != null) {
            keyword(" WHERE ", -STEP, STEP, 1);
            out.append(level.text(where, false));
        }
        if (!select.groupBy().isEmpty()) {
            keyword(" GROUP BY ", -STEP, STEP, 1);
            out.append(select.groupDistinct() ? "DISTINCT " : "");
            var separator = "";
            for (var item : select.groupBy()) {
                out.append(separator).append(group(level, select, item, true));
                separator = ", ";
            }
        }
        var having = select.having();
        if (having != null) {
            keyword(" HAVING ", -STEP, STEP, 0);
            out.append(level.text(having, false));
        }
        boolean first = true;
        for (var window : select.windows()) {
            var name = window.name();
            if (name != null) {
                if (first) {
                    keyword(" WINDOW ", -STEP, STEP, 1);
                } else {
                    out.append(", ");
                }
                out.append(Quoting.identifier(name)).append(" AS ");
                out.append(specification(level, window));
                first = false;
            }
        }
    }

    private void targets(
            Level level,
            QueryTree.Select select,
            @Nullable List<String> names,
            boolean namesVisible) {
        boolean wasLong = false;
        int number = 0;
        for (var target : select.targets()) {
            if (target.junk()) {
                continue;
            }
            out.append(number == 0 ? " " : ", ");
            var given = names != null && number < names.size() ? names.get(number) : target.name();
            number++;
            var text = target(level, target.value(), given, namesVisible);
            boolean ownLine = text.startsWith("\n");
            if (ownLine) {
                int end = out.length();
                while (end > 0 && out.charAt(end - 1) == ' ') {
                    end--;
                }
                out.setLength(end);
            } else if (number > 1) {
                keyword("", -STEP, STEP, ITEM_STEP);
            }
            wasLong = text.indexOf('\n', ownLine ? 1 : 0) >= 0;
            out.append(text);
        }
        assert wasLong || number >= 0 : "a target list has columns or none";
    }

    private String target(Level level, RexNode value, String name, boolean namesVisible) {
        var text = level.text(value, true);
        String own = namesVisible ? null : "?column?";
        if (value instanceof RexInputRef || value instanceof RexFieldAccess) {
            own = bare(text);
        } else if (text.endsWith(".*") && PgOperator.form(value) instanceof Form.Row) {
            var deparser = new Deparser(catalog, path, level, types, pretty, indent);
            var type = PgType.of(value);
            text = text + "::" + deparser.typeName(type.type(), -1);
            own = null;
        }
        return name.equals(own) ? text : text + " AS " + Quoting.identifier(name);
    }

    /** The name of the column behind its item's. */
    private static String bare(String text) {
        var last = text.endsWith("\"") ? quoted(text) : text.substring(text.lastIndexOf('.') + 1);
        return last;
    }

    private static String quoted(String text) {
        int at = text.length() - 2;
        while (at >= 0) {
            if (text.charAt(at) == '"') {
                if (at > 0 && text.charAt(at - 1) == '"') {
                    at--;
                } else {
                    break;
                }
            }
            at--;
        }
        return text.substring(at + 1, text.length() - 1).replace("\"\"", "\"");
    }

    private String group(Level level, QueryTree.Select select, GroupItem item, boolean bare) {
        return switch (item) {
            case GroupItem.Simple simple -> simple(level, select, simple.expression(), bare);
            case GroupItem.GroupingSet set -> {
                if (set.kind() == GroupItem.SetKind.EMPTY) {
                    yield "()";
                }
                boolean sets = set.kind() == GroupItem.SetKind.SETS;
                var parts = new ArrayList<String>();
                for (var part : set.content()) {
                    parts.add(group(level, select, part, !sets));
                }
                yield (sets ? "GROUPING SETS (" : set.kind().name() + "(")
                        + String.join(", ", parts)
                        + ")";
            }
        };
    }

    private String simple(Level level, QueryTree.Select select, Expr expression, boolean bare) {
        var parts = new ArrayList<String>();
        if (expression instanceof Expr.Row row && !row.explicit()) {
            for (var field : row.fields()) {
                parts.add(level.clause(groupValue(select, field)));
            }
        } else {
            parts.add(level.clause(groupValue(select, expression)));
        }
        var text = String.join(", ", parts);
        return bare && parts.size() == 1 ? text : "(" + text + ")";
    }

    private static RexNode groupValue(QueryTree.Select select, Expr expression) {
        var value = select.groups().get(expression);
        if (value == null) {
            throw SqlException.internal("a GROUP BY item was not bound");
        }
        return value;
    }

    // ------------------------------------------------------------------ windows

    private String specification(Level level, Windows.Definition window) {
        var parts = new ArrayList<String>();
        if (!window.partition().isEmpty()) {
            var keys = window.partition().stream().map(value -> level.clause(value)).toList();
            parts.add("PARTITION BY " + String.join(", ", keys));
        }
        if (!window.order().isEmpty()) {
            var keys = new ArrayList<String>();
            for (int i = 0; i < window.order().size(); i++) {
                var order = window.order().get(i);
                keys.add(
                        level.clause(window.orderExpressions().get(i))
                                + order(order.descending(), order.nullsFirst()));
            }
            parts.add("ORDER BY " + String.join(", ", keys));
        }
        if (!window.frame().equals(PgRel.Frame.DEFAULT)) {
            parts.add(frame(level, window.frame()));
        }
        return "(" + String.join(" ", parts) + ")";
    }

    private String frame(Level level, PgRel.Frame frame) {
        var text =
                frame.mode()
                        + " BETWEEN "
                        + bound(level, frame.start(), frame.startOffset())
                        + " AND "
                        + bound(level, frame.end(), frame.endOffset());
        return switch (frame.exclusion()) {
            case "CURRENT_ROW" -> text + " EXCLUDE CURRENT ROW";
            case "GROUP" -> text + " EXCLUDE GROUP";
            case "TIES" -> text + " EXCLUDE TIES";
            default -> text;
        };
    }

    private String bound(Level level, PgRel.Bound bound, @Nullable RexNode offset) {
        var before = offset == null ? "" : level.text(offset, false) + " ";
        return before + bound.name().replace('_', ' ');
    }

    // ------------------------------------------------------------------ FROM

    private void from(Level level, List<QueryTree.Source> sources) {
        boolean first = true;
        for (var source : sources) {
            if (first) {
                keyword(" FROM ", -STEP, STEP, 2);
                item(level, source);
                first = false;
                continue;
            }
            out.append(", ");
            var text = apart(() -> item(level, source));
            if (!text.startsWith("\n")) {
                keyword("", -STEP, STEP, ITEM_STEP);
            }
            out.append(text);
        }
    }

    private void item(Level level, QueryTree.Source source) {
        switch (source) {
            case QueryTree.Leaf leaf -> leaf(level, leaf);
            case QueryTree.Join join -> join(level, join);
        }
    }

    private void leaf(Level level, QueryTree.Leaf leaf) {
        boolean named = leaf.alias() != null;
        var naming = level.naming;
        refer(leaf, Integer.MAX_VALUE);
        out.append(leaf.lateral() ? "LATERAL " : "");
        List<QueryTree.Defined> definitions = List.of();
        switch (leaf.rows()) {
            case QueryTree.Table table ->
                    out.append(table.only() ? "ONLY " : "").append(relation(level, table));
            case QueryTree.CommonTable common -> out.append(Quoting.identifier(common.name()));
            case QueryTree.Subquery subquery -> {
                named = true;
                out.append('(');
                query(subquery.query(), level, null, true);
                out.append(')');
            }
            case QueryTree.Functions functions -> {
                named = true;
                definitions = functions(level, functions);
            }
        }
        if (named
                || naming.listsColumns(leaf)
                || !naming.name(leaf).equals(naming.plainName(leaf))) {
            out.append(' ').append(Quoting.identifier(naming.name(leaf)));
        }
        if (!definitions.isEmpty()) {
            out.append(definitions(level, definitions, naming.columns(leaf)));
        } else if (naming.listsColumns(leaf)) {
            out.append(identifiers(naming.listed(leaf, path == null)));
        }
    }

    /** Answers the column definitions that are still to be written, behind the alias. */
    private List<QueryTree.Defined> functions(Level level, QueryTree.Functions functions) {
        List<QueryTree.Defined> later = List.of();
        boolean single =
                functions.calls().size() == 1
                        && (functions.definitions().getFirst().isEmpty()
                                || !functions.ordinality());
        if (single) {
            out.append(level.text(functions.calls().getFirst(), true));
            later = functions.definitions().getFirst();
        } else {
            out.append("ROWS FROM(");
            for (int i = 0; i < functions.calls().size(); i++) {
                out.append(i == 0 ? "" : ", ");
                out.append(level.text(functions.calls().get(i), true));
                var defined = functions.definitions().get(i);
                if (!defined.isEmpty()) {
                    var names = defined.stream().map(QueryTree.Defined::name).toList();
                    out.append(" AS ").append(definitions(level, defined, names));
                }
            }
            out.append(')');
        }
        out.append(functions.ordinality() ? " WITH ORDINALITY" : "");
        return later;
    }

    private String definitions(Level level, List<QueryTree.Defined> columns, List<String> names) {
        var deparser = new Deparser(catalog, path, level, types, pretty, indent);
        var parts = new ArrayList<String>();
        for (int i = 0; i < columns.size(); i++) {
            var type = columns.get(i).type();
            parts.add(
                    Quoting.identifier(names.get(i))
                            + " "
                            + deparser.typeName(type.type(), type.typmod()));
        }
        return "(" + String.join(", ", parts) + ")";
    }

    /** generate_relation_name: qualified where the path, or a common table, hides it. */
    private String relation(Level level, QueryTree.Table table) {
        Relation now = catalog.relation(table.relation().oid());
        var relation = now == null ? table.relation() : now;
        boolean hidden = false;
        for (var at = level; at != null; at = at.parent) {
            for (var common : at.tree.commons()) {
                hidden |= common.written().name().equals(relation.name());
            }
        }
        if (path != null && !hidden) {
            var seen = path.relation(catalog, relation.name());
            if (seen != null && seen.oid() == relation.oid()) {
                return Quoting.identifier(relation.name());
            }
        }
        if (path == null
                && !hidden
                && relation.schema() == dev.quiverdb.sql.catalog.Schema.PG_CATALOG) {
            return Quoting.identifier(relation.name());
        }
        return Quoting.qualified(catalog.schemaName(relation.schema()), relation.name());
    }

    private void join(Level level, QueryTree.Join join) {
        boolean named = level.isNamed(join);
        if (named) {
            level.inside.add(join);
        }
        boolean bracket = !pretty || named;
        out.append(bracket ? "(" : "");
        item(level, join.left());
        var condition = join.condition();
        boolean tests = condition != null || !join.using().isEmpty();
        keyword(
                switch (join.written().type()) {
                    case INNER -> tests ? " JOIN " : " CROSS JOIN ";
                    case LEFT -> " LEFT JOIN ";
                    case RIGHT -> " RIGHT JOIN ";
                    case FULL -> " FULL JOIN ";
                },
                -STEP,
                STEP,
                JOIN_STEP);
        boolean right =
                pretty
                        && join.right() instanceof QueryTree.Join inner
                        && inner.written().alias() == null;
        out.append(right ? "(" : "");
        item(level, join.right());
        out.append(right ? ")" : "");
        if (!join.using().isEmpty()) {
            for (var merged : join.merged()) {
                merged.forEach(
                        column -> level.named(column, new RexInputRef(column, PgType.bool())));
            }
            out.append(" USING ").append(identifiers(level.naming.using(join)));
            var alias = join.written().usingAlias();
            if (alias != null) {
                out.append(" AS ").append(Quoting.identifier(alias.name()));
            }
        } else if (condition != null) {
            var text = level.text(condition, false);
            out.append(" ON ").append(pretty ? text : "(" + text + ")");
        } else if (join.written().type() != From.JoinType.INNER) {
            out.append(" ON TRUE");
        }
        out.append(bracket ? ")" : "");
        if (named) {
            level.inside.remove(join);
            out.append(' ').append(Quoting.identifier(level.naming.name(join)));
            var alias = join.written().alias();
            boolean lists = alias != null && !alias.columns().isEmpty();
            out.append(lists ? identifiers(level.columns(join)) : "");
        }
    }

    // ------------------------------------------------------------------ subqueries

    /** get_sublink_expr. */
    private void sublink(Level level, SubLink link) {
        out.append(link.kind() == SubLink.Kind.ARRAY ? "ARRAY(" : "(");
        boolean inner = false;
        var test = link.test();
        if (test != null) {
            inner = true;
            var operator = test(level, test, link);
            out.append(
                    link.kind() == SubLink.Kind.ALL
                            ? " " + operator + " ALL "
                            : operator.equals("=") ? " IN " : " " + operator + " ANY ");
        } else if (link.kind() == SubLink.Kind.EXISTS) {
            inner = true;
            out.append("EXISTS ");
        }
        out.append(inner ? "(" : "");
        query(trees.query(link.rel()), level, null, false);
        out.append(inner ? "))" : ")");
    }

    /** Writes the left side of ANY or ALL; answers the operator. */
    private String test(Level level, RexNode test, SubLink link) {
        var comparisons = new ArrayList<RexCall>();
        if (PgOperator.form(test) instanceof Form.RowCompare compare) {
            var operands = ((RexCall) test).getOperands();
            var left = new ArrayList<String>();
            for (var operand : operands.subList(0, operands.size() / 2)) {
                left.add(level.text(operand, true));
            }
            out.append('(').append(String.join(", ", left)).append(')');
            return compare.comparison();
        }
        gather(test, comparisons);
        var left = new ArrayList<String>();
        var operator = "=";
        for (var comparison : comparisons) {
            left.add(level.text(comparison.getOperands().getFirst(), true));
            if (PgOperator.form(comparison) instanceof Form.Call call && call.operator() != null) {
                var deparser = new Deparser(catalog, path, level, types, pretty, indent);
                operator = deparser.operator(call.operator().name(), call.operator().schema());
            }
        }
        var text = String.join(", ", left);
        out.append(link.placeholders().size() == 1 ? text : "(" + text + ")");
        return operator;
    }

    private static void gather(RexNode test, List<RexCall> comparisons) {
        if (test instanceof RexCall call) {
            if (PgOperator.form(call) == null) {
                call.getOperands().forEach(operand -> gather(operand, comparisons));
            } else {
                comparisons.add(call);
            }
        }
    }
}
