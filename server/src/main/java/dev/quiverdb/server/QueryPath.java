package dev.quiverdb.server;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.execute.Execution;
import dev.quiverdb.execute.ExecutionContext;
import dev.quiverdb.execute.Executor;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.PlanContext;
import dev.quiverdb.plan.Planned;
import dev.quiverdb.plan.Planner;
import dev.quiverdb.sql.bind.BindContext;
import dev.quiverdb.sql.bind.Binder;
import dev.quiverdb.sql.bind.BoundStatement;
import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.Parser;
import dev.quiverdb.sql.parse.Statement;
import dev.quiverdb.sql.parse.StringRules;
import dev.quiverdb.sql.rewrite.Rewriter;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way of a statement: text, parsed, bound, secured, planned, executed. Each step takes what the
 * one before it made; none can be left out.
 */
public final class QueryPath {
    private QueryPath() {}

    /** A statement that is ready to run, any number of times, while what it uses stays as it is. */
    public record Prepared(BoundStatement.Rows bound, Planned planned) {
        public Plan plan() {
            return planned.plan();
        }
    }

    /** Text to trees, one for each statement. */
    public static List<Statement> parse(String sql) {
        return Parser.parse(sql);
    }

    /** A client's text to trees, read as its session's settings say. */
    public static List<Statement> parse(
            String sql, StringRules rules, Consumer<SqlException> warnings) {
        return Parser.parse(sql, rules, warnings);
    }

    /** A tree to names and types. */
    public static BoundStatement bind(
            Command command, BindContext context, List<Integer> parameterTypes) {
        return Binder.bind(command, context, parameterTypes);
    }

    /** Names and types to a plan that shows nobody what a policy hides. */
    public static Prepared plan(BoundStatement.Rows bound, PlanContext context) {
        var secured = Rewriter.secure(bound, context.bind());
        return new Prepared(bound, Planner.plan(secured, context));
    }

    /** A plan to rows. */
    public static Execution execute(Plan plan, ExecutionContext context) {
        return Executor.open(plan, context);
    }

    /** The value of an expression without columns, of the type wanted. */
    public static @Nullable Object evaluate(
            Expr expression, Type target, PlanContext context, ExecutionContext execution) {
        try (var rows = execute(Planner.expression(expression, target, context), execution)) {
            var batch = rows.next();
            if (batch == null) {
                throw new IllegalStateException("no value");
            }
            return batch.get(0, 0);
        }
    }
}
