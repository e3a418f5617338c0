package dev.quiverdb.sql.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One element of GROUP BY. */
public sealed interface GroupItem extends Ast {

    /** Kinds of grouping sets. */
    enum SetKind {
        EMPTY,
        ROLLUP,
        CUBE,
        SETS
    }

    /** A plain expression; {@code (a, b)} arrives as an implicit {@link Expr.Row}. */
    final class Simple extends PgNode implements GroupItem {
        private final Expr expression;

        public Simple(Span span, Expr expression) {
            super(span);
            this.expression = expression;
        }

        public Expr expression() {
            return expression;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {expression};
        }
    }

    /** {@code ()}, ROLLUP, CUBE or GROUPING SETS. */
    final class GroupingSet extends PgNode implements GroupItem {
        private final SetKind kind;
        private final List<GroupItem> content;

        public GroupingSet(Span span, SetKind kind, List<GroupItem> content) {
            super(span);
            this.kind = kind;
            this.content = List.copyOf(content);
        }

        public SetKind kind() {
            return kind;
        }

        public List<GroupItem> content() {
            return content;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {kind, content};
        }
    }
}
