package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.pgwire.message.ResultField;
import dev.quiverdb.pgwire.session.Responder;
import dev.quiverdb.plan.Estimate;
import dev.quiverdb.plan.OutputColumn;
import dev.quiverdb.plan.Plan;
import dev.quiverdb.plan.Planner;
import dev.quiverdb.server.QueryPath;
import dev.quiverdb.server.copy.CopyOptions;
import dev.quiverdb.server.copy.CopyWriter;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Statement;
import dev.quiverdb.sql.parse.Utility;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * COPY. Rows come in through the plan of {@code INSERT INTO t (columns) VALUES ($1, ...)}, whose
 * one row of parameters gives way to the rows of the data, so defaults, checks, keys and policies
 * hold as for any INSERT; rows go out through the plan of a query.
 */
final class CopyRunner {
    private final SessionState state;
    private final StatementRunner statements;

    CopyRunner(SessionState state, StatementRunner statements) {
        this.state = state;
        this.statements = statements;
    }

    StatementResult run(Utility.Copy copy, PreparedStatement statement, Responder responder) {
        var options = options(copy);
        if (copy.program()) {
            throw SqlException.notSupported("COPY to or from a program is not supported");
        }
        if (copy.fileName() != null && !state.isSuperuser()) {
            throw new SqlException(
                            SqlState.INSUFFICIENT_PRIVILEGE,
                            copy.from()
                                    ? "must be superuser or have privileges of the"
                                            + " pg_read_server_files role to COPY from a file"
                                    : "must be superuser or have privileges of the"
                                            + " pg_write_server_files role to COPY to a file")
                    .withHint(
                            "Anyone can COPY to stdout or from stdin. psql's \\copy command also"
                                    + " works for anyone.");
        }
        long rows =
                copy.from()
                        ? in(copy, options, responder)
                        : out(copy, statement, options, responder);
        return new StatementResult.Done("COPY " + rows);
    }

    // COPY TO.

    private long out(
            Utility.Copy copy, PreparedStatement outer, CopyOptions options, Responder responder) {
        PreparedStatement query;
        var inner = copy.query();
        if (inner != null) {
            query =
                    new PreparedStatement(
                            "",
                            outer.text(),
                            new Statement(inner, inner.start(), inner.end(), 0),
                            List.of(),
                            true,
                            state.nowMicros());
        } else {
            var relation = relation(copy);
            if (relation.kind() == 'v') {
                throw new SqlException(
                                SqlState.WRONG_OBJECT_TYPE,
                                "cannot copy from view \"" + relation.name() + "\"")
                        .withHint("Try the COPY (SELECT ...) TO variant.");
            }
            if (relation.kind() == 'S') {
                throw new SqlException(
                        SqlState.WRONG_OBJECT_TYPE,
                        "cannot copy from sequence \"" + relation.name() + "\"");
            }
            var columns = columns(copy, relation);
            query =
                    internal(
                            "SELECT "
                                    + String.join(
                                            ", ",
                                            columns.stream()
                                                    .map(c -> Quoting.identifier(c.name()))
                                                    .toList())
                                    + " FROM ONLY "
                                    + qualified(relation));
        }
        var result = statements.startRows(query, List.of());
        if (!(result instanceof StatementResult.Rows rows)) {
            throw SqlException.notSupported("COPY query must have a RETURNING clause");
        }
        var names = rows.fields().stream().map(ResultField::name).toList();
        var types = rows.fields().stream().map(ResultField::type).toList();
        var writer = new CopyWriter(options, names, types, state.typeContext());
        var file = copy.fileName();
        try (var cursor = rows.cursor();
                var sink =
                        file == null
                                ? responder.copyOut(
                                        options.format() == CopyOptions.Format.BINARY, types.size())
                                : fileSink(file)) {
            long count = 0;
            send(writer.header(), sink);
            for (var batch = cursor.next(); batch != null; batch = cursor.next()) {
                for (int i = 0; i < batch.size(); i++) {
                    send(writer.row(batch, batch.row(i)), sink);
                    count++;
                }
                state.checkCancelled();
            }
            send(writer.trailer(), sink);
            return count;
        }
    }

    private static void send(ByteWriter data, Responder.CopySink sink) {
        if (data.size() > 0) {
            sink.write(data.array(), 0, data.size());
        }
    }

    private static Responder.CopySink fileSink(String name) {
        var path = absolute(name, "COPY to file");
        OutputStream out;
        try {
            out = new BufferedOutputStream(Files.newOutputStream(path));
        } catch (IOException e) {
            throw fileProblem("could not open file \"" + name + "\" for writing: ", e);
        }
        return new Responder.CopySink() {
            @Override
            public void write(byte[] bytes, int from, int length) {
                try {
                    out.write(bytes, from, length);
                } catch (IOException e) {
                    throw fileProblem("could not write to COPY file: ", e);
                }
            }

            @Override
            public void close() {
                try {
                    out.close();
                } catch (IOException e) {
                    throw fileProblem("could not close file \"" + name + "\": ", e);
                }
            }
        };
    }

    private static Path absolute(String name, String what) {
        var path = Path.of(name);
        if (!path.isAbsolute()) {
            throw new SqlException(SqlState.INVALID_NAME, "relative path not allowed for " + what);
        }
        return path;
    }

    private static SqlException fileProblem(String message, IOException e) {
        return e instanceof NoSuchFileException
                ? new SqlException(SqlState.UNDEFINED_FILE, message + "No such file or directory")
                : new SqlException(SqlState.IO_ERROR, message + e.getMessage());
    }

    // COPY FROM.

    private long in(Utility.Copy copy, CopyOptions options, Responder responder) {
        state.checkNotReadOnly("COPY FROM");
        var relation = relation(copy);
        if (!relation.isTable()) {
            throw new SqlException(
                    SqlState.WRONG_OBJECT_TYPE,
                    "cannot copy to "
                            + switch (relation.kind()) {
                                case 'v' -> "view";
                                case 'm' -> "materialized view";
                                case 'S' -> "sequence";
                                default -> "non-table relation";
                            }
                            + " \""
                            + relation.name()
                            + "\"");
        }
        var columns = columns(copy, relation);
        requireCopied(options.forceNotNull(), "FORCE_NOT_NULL", columns, relation);
        requireCopied(options.forceNull(), "FORCE_NULL", columns, relation);
        var text = new StringBuilder("INSERT INTO ").append(qualified(relation)).append(" (");
        for (int i = 0; i < columns.size(); i++) {
            text.append(i == 0 ? "" : ", ").append(Quoting.identifier(columns.get(i).name()));
        }
        text.append(") OVERRIDING SYSTEM VALUE VALUES (");
        for (int i = 0; i < columns.size(); i++) {
            text.append(i == 0 ? "$" : ", $").append(i + 1);
        }
        var insert = internal(text.append(")").toString());
        var prepared = statements.lockedPlan(insert);
        if (!(prepared.plan() instanceof Plan.Insert plan)) {
            throw new IllegalStateException("COPY planned as " + prepared.plan());
        }
        List<OutputColumn> outputs = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            var column = columns.get(i);
            var type = state.catalog().type(column.type());
            outputs.add(new OutputColumn(column.name(), type, column.typmod()));
            positions.add(i);
        }
        var scan =
                new Plan.VirtualScan(
                        0, "", "copy", "copy", positions, null, outputs, Estimate.UNKNOWN);
        var copying =
                new Plan.Insert(
                        plan.target(),
                        scan,
                        plan.values(),
                        plan.onConflict(),
                        plan.checks(),
                        plan.returning(),
                        plan.estimate());
        var where = copy.where();
        if (where != null) {
            copying =
                    Planner.filtered(
                            copying, relation, where, state.planContext(state.bindContext()));
        }
        var types = outputs.stream().map(OutputColumn::type).toList();
        try (var source = source(copy, options, types.size(), responder)) {
            var rows =
                    new CopyRows(
                            relation.name(), columns, types, options, source, state.typeContext());
            var context = statements.context(List.of()).withRows(scan, rows);
            try (var execution = QueryPath.execute(copying, context)) {
                execution.finish();
                source.skipRest();
                return execution.modifiedRows();
            } catch (SqlException e) {
                throw rows.located(e);
            }
        } catch (IOException e) {
            throw fileProblem("could not read from COPY file: ", e);
        }
    }

    /** Pieces of COPY data, closed at the end. */
    interface Source extends Supplier<byte @Nullable []>, AutoCloseable {
        /** The rows have ended, at {@code \.} perhaps before the data: takes the rest of it. */
        default void skipRest() {}

        @Override
        void close() throws IOException;
    }

    private static Source source(
            Utility.Copy copy, CopyOptions options, int columnCount, Responder responder)
            throws IOException {
        var name = copy.fileName();
        if (name == null) {
            var data = responder.copyIn(options.format() == CopyOptions.Format.BINARY, columnCount);
            return new Source() {
                private boolean ended;

                @Override
                public byte @Nullable [] get() {
                    if (ended) {
                        return null;
                    }
                    // If the client gave up, what comes next belongs to no COPY any more.
                    ended = true;
                    byte[] piece = data.next();
                    ended = piece == null;
                    return piece;
                }

                @Override
                public void skipRest() {
                    while (get() != null) {
                        // Nobody wants it.
                    }
                }

                @Override
                public void close() {
                    // After an error the wire ignores what the client still sends.
                }
            };
        }
        InputStream in;
        try {
            in = Files.newInputStream(absolute(name, "COPY from file"));
        } catch (IOException e) {
            throw fileProblem("could not open file \"" + name + "\" for reading: ", e);
        }
        return new Source() {
            @Override
            public byte @Nullable [] get() {
                try {
                    byte[] piece = in.readNBytes(64 << 10);
                    return piece.length == 0 ? null : piece;
                } catch (IOException e) {
                    throw fileProblem("could not read from COPY file: ", e);
                }
            }

            @Override
            public void close() throws IOException {
                in.close();
            }
        };
    }

    // What both share.

    private PreparedStatement internal(String sql) {
        return new PreparedStatement(
                "", sql, QueryPath.parse(sql).getFirst(), List.of(), true, state.nowMicros());
    }

    private Relation relation(Utility.Copy copy) {
        var name = copy.relation();
        if (name == null) {
            throw new IllegalStateException("COPY without relation");
        }
        return state.resolve(name);
    }

    private String qualified(Relation relation) {
        return Quoting.qualified(state.catalog().schemaName(relation.schema()), relation.name());
    }

    /** 42P10 unless the columns that an option names are among those that are copied. */
    private static void requireCopied(
            Set<String> named, String option, List<Column> columns, Relation relation) {
        for (var name : named) {
            if (relation.column(name) == null) {
                throw new SqlException(
                        SqlState.UNDEFINED_COLUMN,
                        "column \"%s\" of relation \"%s\" does not exist"
                                .formatted(name, relation.name()));
            }
            if (columns.stream().noneMatch(column -> column.name().equals(name))) {
                throw new SqlException(
                        SqlState.INVALID_COLUMN_REFERENCE,
                        option + " column \"" + name + "\" not referenced by COPY");
            }
        }
    }

    private List<Column> columns(Utility.Copy copy, Relation relation) {
        if (copy.columns().isEmpty()) {
            return relation.liveColumns().stream().filter(c -> !c.isGenerated()).toList();
        }
        List<Column> columns = new ArrayList<>();
        var seen = new HashSet<String>();
        for (var name : copy.columns()) {
            var column = relation.column(name);
            if (column == null) {
                throw new SqlException(
                        SqlState.UNDEFINED_COLUMN,
                        "column \"%s\" of relation \"%s\" does not exist"
                                .formatted(name, relation.name()));
            }
            if (!seen.add(name)) {
                throw new SqlException(
                        SqlState.DUPLICATE_COLUMN,
                        "column \"" + name + "\" specified more than once");
            }
            if (column.isGenerated()) {
                throw new SqlException(
                                SqlState.INVALID_COLUMN_REFERENCE,
                                "column \"" + name + "\" is a generated column")
                        .withDetail("Generated columns cannot be used in COPY.");
            }
            columns.add(column);
        }
        return columns;
    }

    private static CopyOptions options(Utility.Copy copy) {
        var builder = new CopyOptions.Builder();
        var seen = new HashSet<String>();
        for (var option : copy.options()) {
            if (!seen.add(option.name())) {
                throw new SqlException(SqlState.SYNTAX_ERROR, "conflicting or redundant options")
                        .withPosition(option.offset() + 1);
            }
            option(builder, option);
        }
        return builder.build(copy.from());
    }

    private static void option(CopyOptions.Builder builder, Clause.Option option) {
        switch (option.name()) {
            case "format" -> {
                if (!builder.format(Options.text(option))) {
                    throw new SqlException(
                                    SqlState.INVALID_PARAMETER_VALUE,
                                    "COPY format \"" + Options.text(option) + "\" not recognized")
                            .withPosition(option.offset() + 1);
                }
            }
            case "freeze" -> Options.flag(option);
            case "delimiter" -> builder.delimiter(Options.text(option));
            case "null" -> builder.nullText(Options.text(option));
            case "header" -> {
                var text = Options.textOrNull(option.value());
                boolean match = text != null && CopyOptions.isMatch(text);
                builder.header(
                        match || Options.flag(option, "a Boolean value or \"match\""), match);
            }
            case "quote" -> builder.quote(Options.text(option));
            case "escape" -> builder.escape(Options.text(option));
            case "force_quote" -> builder.forceQuote(Options.names(option));
            case "force_not_null" -> builder.forceNotNull(names(option));
            case "force_null" -> builder.forceNull(names(option));
            case "encoding" -> {
                var name = Options.text(option).toLowerCase(Locale.ROOT).replace("-", "");
                if (!name.equals("utf8") && !name.equals("unicode")) {
                    throw SqlException.notSupported("COPY supports only the encoding UTF8");
                }
            }
            default ->
                    throw new SqlException(
                                    SqlState.SYNTAX_ERROR,
                                    "option \"" + option.name() + "\" not recognized")
                            .withPosition(option.offset() + 1);
        }
    }

    private static List<String> names(Clause.Option option) {
        var names = Options.names(option);
        if (names == null) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "argument to option \"" + option.name() + "\" must be a list of column names");
        }
        return names;
    }
}
