package dev.quiverdb.sql.parse;

import java.util.List;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/** Statements that change rows. */
public sealed interface Dml extends Command {

    /** OVERRIDING as written. */
    enum Overriding {
        NONE,
        USER_VALUE,
        SYSTEM_VALUE
    }

    /** What ON CONFLICT does. */
    enum ConflictAction {
        NOTHING,
        UPDATE
    }

    /** What a WHEN clause of MERGE does. */
    enum MergeAction {
        INSERT,
        UPDATE,
        DELETE,
        NOTHING
    }

    /** INSERT; a null source is DEFAULT VALUES. */
    final class Insert extends PgNode implements Dml {
        private final Clause.@Nullable With with;
        private final RangeVar relation;
        private final List<Clause.AssignTarget> columns;
        private final Overriding overriding;
        private final @Nullable Query source;
        private final @Nullable OnConflict onConflict;
        private final List<Clause.Target> returning;

        public Insert(
                Span span,
                Clause.@Nullable With with,
                RangeVar relation,
                List<Clause.AssignTarget> columns,
                Overriding overriding,
                @Nullable Query source,
                @Nullable OnConflict onConflict,
                List<Clause.Target> returning) {
            super(span);
            this.with = with;
            this.relation = relation;
            this.columns = List.copyOf(columns);
            this.overriding = overriding;
            this.source = source;
            this.onConflict = onConflict;
            this.returning = List.copyOf(returning);
        }

        public Clause.@Nullable With with() {
            return with;
        }

        public RangeVar relation() {
            return relation;
        }

        public List<Clause.AssignTarget> columns() {
            return columns;
        }

        public Overriding overriding() {
            return overriding;
        }

        public @Nullable Query source() {
            return source;
        }

        public @Nullable OnConflict onConflict() {
            return onConflict;
        }

        public List<Clause.Target> returning() {
            return returning;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                with, relation, columns, overriding, source, onConflict, returning
            };
        }

        @Override
        public SqlKind getKind() {
            return SqlKind.INSERT;
        }
    }

    /** UPDATE. */
    final class Update extends PgNode implements Dml {
        private final Clause.@Nullable With with;
        private final RangeVar relation;
        private final List<Clause.Assignment> assignments;
        private final List<From> from;
        private final @Nullable Expr where;
        private final List<Clause.Target> returning;

        public Update(
                Span span,
                Clause.@Nullable With with,
                RangeVar relation,
                List<Clause.Assignment> assignments,
                List<From> from,
                @Nullable Expr where,
                List<Clause.Target> returning) {
            super(span);
            this.with = with;
            this.relation = relation;
            this.assignments = List.copyOf(assignments);
            this.from = List.copyOf(from);
            this.where = where;
            this.returning = List.copyOf(returning);
        }

        public Clause.@Nullable With with() {
            return with;
        }

        public RangeVar relation() {
            return relation;
        }

        public List<Clause.Assignment> assignments() {
            return assignments;
        }

        public List<From> from() {
            return from;
        }

        public @Nullable Expr where() {
            return where;
        }

        public List<Clause.Target> returning() {
            return returning;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {with, relation, assignments, from, where, returning};
        }

        @Override
        public SqlKind getKind() {
            return SqlKind.UPDATE;
        }
    }

    /** DELETE. */
    final class Delete extends PgNode implements Dml {
        private final Clause.@Nullable With with;
        private final RangeVar relation;
        private final List<From> using;
        private final @Nullable Expr where;
        private final List<Clause.Target> returning;

        public Delete(
                Span span,
                Clause.@Nullable With with,
                RangeVar relation,
                List<From> using,
                @Nullable Expr where,
                List<Clause.Target> returning) {
            super(span);
            this.with = with;
            this.relation = relation;
            this.using = List.copyOf(using);
            this.where = where;
            this.returning = List.copyOf(returning);
        }

        public Clause.@Nullable With with() {
            return with;
        }

        public RangeVar relation() {
            return relation;
        }

        public List<From> using() {
            return using;
        }

        public @Nullable Expr where() {
            return where;
        }

        public List<Clause.Target> returning() {
            return returning;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {with, relation, using, where, returning};
        }

        @Override
        public SqlKind getKind() {
            return SqlKind.DELETE;
        }
    }

    /** MERGE. */
    final class Merge extends PgNode implements Dml {
        private final Clause.@Nullable With with;
        private final RangeVar relation;
        private final From source;
        private final Expr on;
        private final List<MergeWhen> whens;

        public Merge(
                Span span,
                Clause.@Nullable With with,
                RangeVar relation,
                From source,
                Expr on,
                List<MergeWhen> whens) {
            super(span);
            this.with = with;
            this.relation = relation;
            this.source = source;
            this.on = on;
            this.whens = List.copyOf(whens);
        }

        public Clause.@Nullable With with() {
            return with;
        }

        public RangeVar relation() {
            return relation;
        }

        public From source() {
            return source;
        }

        public Expr on() {
            return on;
        }

        public List<MergeWhen> whens() {
            return whens;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {with, relation, source, on, whens};
        }

        @Override
        public SqlKind getKind() {
            return SqlKind.MERGE;
        }
    }

    /** ON CONFLICT. */
    final class OnConflict extends PgNode implements Ast {
        private final ConflictAction action;
        private final List<Clause.IndexElement> inferElements;
        private final @Nullable Expr inferWhere;
        private final @Nullable String constraint;
        private final List<Clause.Assignment> assignments;
        private final @Nullable Expr where;

        public OnConflict(
                Span span,
                ConflictAction action,
                List<Clause.IndexElement> inferElements,
                @Nullable Expr inferWhere,
                @Nullable String constraint,
                List<Clause.Assignment> assignments,
                @Nullable Expr where) {
            super(span);
            this.action = action;
            this.inferElements = List.copyOf(inferElements);
            this.inferWhere = inferWhere;
            this.constraint = constraint;
            this.assignments = List.copyOf(assignments);
            this.where = where;
        }

        public ConflictAction action() {
            return action;
        }

        public List<Clause.IndexElement> inferElements() {
            return inferElements;
        }

        public @Nullable Expr inferWhere() {
            return inferWhere;
        }

        public @Nullable String constraint() {
            return constraint;
        }

        public List<Clause.Assignment> assignments() {
            return assignments;
        }

        public @Nullable Expr where() {
            return where;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                action, inferElements, inferWhere, constraint, assignments, where
            };
        }
    }

    /** One WHEN of MERGE; an INSERT without values is DEFAULT VALUES. */
    final class MergeWhen extends PgNode implements Ast {
        private final boolean matched;
        private final @Nullable Expr condition;
        private final MergeAction action;
        private final Overriding overriding;
        private final List<Clause.AssignTarget> columns;
        private final List<Expr> values;
        private final List<Clause.Assignment> assignments;

        public MergeWhen(
                Span span,
                boolean matched,
                @Nullable Expr condition,
                MergeAction action,
                Overriding overriding,
                List<Clause.AssignTarget> columns,
                List<Expr> values,
                List<Clause.Assignment> assignments) {
            super(span);
            this.matched = matched;
            this.condition = condition;
            this.action = action;
            this.overriding = overriding;
            this.columns = List.copyOf(columns);
            this.values = List.copyOf(values);
            this.assignments = List.copyOf(assignments);
        }

        public boolean matched() {
            return matched;
        }

        public @Nullable Expr condition() {
            return condition;
        }

        public MergeAction action() {
            return action;
        }

        public Overriding overriding() {
            return overriding;
        }

        public List<Clause.AssignTarget> columns() {
            return columns;
        }

        public List<Expr> values() {
            return values;
        }

        public List<Clause.Assignment> assignments() {
            return assignments;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                matched, condition, action, overriding, columns, values, assignments
            };
        }
    }
}
