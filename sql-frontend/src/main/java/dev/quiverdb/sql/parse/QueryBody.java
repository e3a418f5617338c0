package dev.quiverdb.sql.parse;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Query} selects from: one SELECT, a VALUES list, or two queries with a set operator
 * between them.
 */
public sealed interface QueryBody extends Ast {

    /** Set operators. */
    enum Operator {
        UNION,
        INTERSECT,
        EXCEPT
    }

    /**
     * One SELECT. {@code distinctOn} is empty for plain DISTINCT. {@code TABLE t} is {@code SELECT
     * * FROM t}.
     */
    final class Select extends PgNode implements QueryBody {
        private final boolean distinct;
        private final List<Expr> distinctOn;
        private final List<Clause.Target> targets;
        private final @Nullable IntoClause into;
        private final List<From> from;
        private final @Nullable Expr where;
        private final boolean groupDistinct;
        private final List<GroupItem> groupBy;
        private final @Nullable Expr having;
        private final List<Clause.Window> windows;

        public Select(
                Span span,
                boolean distinct,
                List<Expr> distinctOn,
                List<Clause.Target> targets,
                @Nullable IntoClause into,
                List<From> from,
                @Nullable Expr where,
                boolean groupDistinct,
                List<GroupItem> groupBy,
                @Nullable Expr having,
                List<Clause.Window> windows) {
            super(span);
            this.distinct = distinct;
            this.distinctOn = List.copyOf(distinctOn);
            this.targets = List.copyOf(targets);
            this.into = into;
            this.from = List.copyOf(from);
            this.where = where;
            this.groupDistinct = groupDistinct;
            this.groupBy = List.copyOf(groupBy);
            this.having = having;
            this.windows = List.copyOf(windows);
        }

        public boolean distinct() {
            return distinct;
        }

        public List<Expr> distinctOn() {
            return distinctOn;
        }

        public List<Clause.Target> targets() {
            return targets;
        }

        public @Nullable IntoClause into() {
            return into;
        }

        public List<From> from() {
            return from;
        }

        public @Nullable Expr where() {
            return where;
        }

        public boolean groupDistinct() {
            return groupDistinct;
        }

        public List<GroupItem> groupBy() {
            return groupBy;
        }

        public @Nullable Expr having() {
            return having;
        }

        public List<Clause.Window> windows() {
            return windows;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                distinct,
                distinctOn,
                targets,
                into,
                from,
                where,
                groupDistinct,
                groupBy,
                having,
                windows
            };
        }
    }

    /** VALUES lists; an element may be {@link Expr.Default}. */
    final class Values extends PgNode implements QueryBody {
        private final List<List<Expr>> rows;

        public Values(Span span, List<List<Expr>> rows) {
            super(span);
            this.rows = List.copyOf(rows);
        }

        public List<List<Expr>> rows() {
            return rows;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {rows};
        }
    }

    /** Two queries and a set operator; {@code offset()} is that of the operator. */
    final class SetOperation extends PgNode implements QueryBody {
        private final Operator operator;
        private final boolean all;
        private final Query left;
        private final Query right;

        public SetOperation(Span span, Operator operator, boolean all, Query left, Query right) {
            super(span);
            this.operator = operator;
            this.all = all;
            this.left = left;
            this.right = right;
        }

        public Operator operator() {
            return operator;
        }

        public boolean all() {
            return all;
        }

        public Query left() {
            return left;
        }

        public Query right() {
            return right;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {operator, all, left, right};
        }
    }
}
