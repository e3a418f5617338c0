package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.Executor;
import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.plan.Explain;
import dev.quiverdb.plan.ExplainOptions;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.sql.parse.Command;
import dev.quiverdb.sql.parse.Dml;
import dev.quiverdb.sql.parse.Query;
import dev.quiverdb.sql.parse.Statement;
import dev.quiverdb.sql.parse.TableDdl;
import dev.quiverdb.sql.parse.Utility;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** EXPLAIN. */
final class ExplainRunner {
    private static final List<String> FORMATS = List.of("text", "json", "xml", "yaml");

    private final SessionState state;
    private final StatementRunner statements;
    private final PreparedStatements prepared;

    ExplainRunner(SessionState state, StatementRunner statements, PreparedStatements prepared) {
        this.state = state;
        this.statements = statements;
        this.prepared = prepared;
    }

    /** The options as written. */
    private record Wish(ExplainOptions options, String format) {}

    private static Wish wish(Utility.Explain explain) {
        boolean analyze = false;
        boolean verbose = false;
        boolean costs = true;
        Boolean timing = null;
        Boolean summary = null;
        var format = "text";
        for (var option : explain.options()) {
            switch (option.name()) {
                case "analyze" -> analyze = Options.flag(option);
                case "verbose" -> verbose = Options.flag(option);
                case "costs" -> costs = Options.flag(option);
                case "timing" -> timing = Options.flag(option);
                case "summary" -> summary = Options.flag(option);
                case "buffers", "wal", "settings" -> Options.flag(option);
                case "format" -> format = Options.text(option);
                default ->
                        throw new SqlException(
                                        SqlState.SYNTAX_ERROR,
                                        "unrecognized EXPLAIN option \"" + option.name() + "\"")
                                .withPosition(option.offset() + 1);
            }
        }
        if (Boolean.TRUE.equals(timing) && !analyze) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE, "EXPLAIN option TIMING requires ANALYZE");
        }
        if (!FORMATS.contains(format)) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "unrecognized value for EXPLAIN option \"format\": \"" + format + "\"");
        }
        return new Wish(
                new ExplainOptions(
                        analyze,
                        verbose,
                        costs,
                        timing == null ? analyze : timing,
                        summary == null ? analyze : summary),
                format);
    }

    static List<ResultField> fields(Utility.Explain explain) {
        int type = Oids.TEXT;
        for (var option : explain.options()) {
            if (option.name().equals("format")) {
                var format = Options.textOrNull(option.value());
                type =
                        "json".equals(format)
                                ? Oids.JSON
                                : "xml".equals(format) ? Oids.XML : Oids.TEXT;
            }
        }
        return List.of(StatementResult.field("QUERY PLAN", Types.get(type)));
    }

    StatementResult run(
            Utility.Explain explain, PreparedStatement outer, List<@Nullable Object> parameters) {
        var wish = wish(explain);
        long began = System.nanoTime();
        List<@Nullable Object> values = parameters;
        PreparedStatement inner;
        switch (explain.statement()) {
            case Utility.Execute execute -> {
                inner = prepared.get(execute.name());
                values = statements.parameters(execute, inner);
            }
            case Utility.DeclareCursor declare -> inner = inner(declare.query(), outer);
            case TableDdl.CreateTableAs create when create.query() instanceof Query query ->
                    inner = inner(query, outer);
            case TableDdl.CreateTableAs create
                    when create.query() instanceof Utility.Execute execute -> {
                inner = prepared.get(execute.name());
                values = statements.parameters(execute, inner);
            }
            case Command command when command instanceof Query || command instanceof Dml ->
                    inner = inner(command, outer);
            case Command command ->
                    throw SqlException.notSupported(
                            "EXPLAIN " + CommandTag.of(command) + " is not supported");
        }
        var plan = statements.lockedPlan(inner, values).plan();
        double planning = (System.nanoTime() - began) / 1e6;
        return explained(explain, wish, plan, values, planning);
    }

    private StatementResult explained(
            Utility.Explain explain,
            Wish wish,
            Plan plan,
            List<@Nullable Object> values,
            double planning) {
        List<List<String>> rows;
        if (wish.options.analyze()) {
            long began = System.nanoTime();
            try (var execution = Executor.openInstrumented(plan, statements.context(values))) {
                execution.finish();
                double running = (System.nanoTime() - began) / 1e6;
                rows = rows(wish, plan, execution::measured, planning, running);
            }
        } else {
            rows = rows(wish, plan, _ -> null, planning, 0);
        }
        var fields = fields(explain);
        return new StatementResult.Rows(
                fields, StatementResult.cursor(fields, rows), _ -> "EXPLAIN");
    }

    private List<List<String>> rows(
            Wish wish,
            Plan plan,
            java.util.function.Function<Plan, dev.quiverdb.execute.@Nullable Measured> measures,
            double planning,
            double running) {
        var types = state.typeContext();
        if (!wish.format.equals("text")) {
            return List.of(
                    List.of(
                            Explain.document(
                                    plan,
                                    wish.format,
                                    wish.options,
                                    types,
                                    measures,
                                    planning,
                                    running)));
        }
        return Explain.text(plan, wish.options, types, measures, planning, running).stream()
                .map(List::of)
                .toList();
    }

    private PreparedStatement inner(Command command, PreparedStatement outer) {
        return new PreparedStatement(
                "",
                outer.text(),
                new Statement(command, command.start(), command.end(), 0),
                outer.declaredTypes(),
                true,
                state.nowMicros());
    }
}
