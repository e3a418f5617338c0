package dev.quiverdb.sql.parse;

import java.util.List;
import org.apache.calcite.sql.SqlKind;
import org.jspecify.annotations.Nullable;

/** Statements that neither query nor define. */
public sealed interface Utility extends Command {

    /** Transaction statements. */
    enum TransactionKind {
        BEGIN,
        START,
        COMMIT,
        ROLLBACK,
        SAVEPOINT,
        RELEASE,
        ROLLBACK_TO,
        PREPARE,
        COMMIT_PREPARED,
        ROLLBACK_PREPARED
    }

    /** Kinds of SET and RESET. */
    enum SetKind {
        VALUE,
        DEFAULT,
        CURRENT,
        MULTI,
        RESET,
        RESET_ALL
    }

    /** Where FETCH and MOVE go. */
    enum FetchDirection {
        FORWARD,
        BACKWARD,
        ABSOLUTE,
        RELATIVE
    }

    /** What REINDEX rebuilds. */
    enum ReindexKind {
        INDEX,
        TABLE,
        SCHEMA,
        SYSTEM,
        DATABASE
    }

    /** What DISCARD drops. */
    enum DiscardKind {
        ALL,
        PLANS,
        SEQUENCES,
        TEMP
    }

    /**
     * A transaction statement; modes are {@code transaction_isolation}, {@code
     * transaction_read_only} and {@code transaction_deferrable}; {@code name} is the savepoint or
     * the prepared transaction.
     */
    final class Transaction extends PgNode implements Utility {
        private final TransactionKind kind;
        private final List<Clause.Option> modes;
        private final @Nullable String name;
        private final boolean chain;

        public Transaction(
                Span span,
                TransactionKind kind,
                List<Clause.Option> modes,
                @Nullable String name,
                boolean chain) {
            super(span);
            this.kind = kind;
            this.modes = List.copyOf(modes);
            this.name = name;
            this.chain = chain;
        }

        public TransactionKind kind() {
            return kind;
        }

        public List<Clause.Option> modes() {
            return modes;
        }

        public @Nullable String name() {
            return name;
        }

        public boolean chain() {
            return chain;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {kind, modes, name, chain};
        }
    }

    /**
     * SET and RESET. Arguments are literals, or a {@link Expr.Cast} for an interval time zone;
     * MULTI is {@code TRANSACTION} or {@code SESSION CHARACTERISTICS} with options, or {@code
     * TRANSACTION SNAPSHOT} with a string.
     */
    final class SetVariable extends PgNode implements Utility {
        private final SetKind kind;
        private final String name;
        private final List<Ast> arguments;
        private final boolean local;

        public SetVariable(
                Span span, SetKind kind, String name, List<Ast> arguments, boolean local) {
            super(span);
            this.kind = kind;
            this.name = name;
            this.arguments = List.copyOf(arguments);
            this.local = local;
        }

        public SetKind kind() {
            return kind;
        }

        public String name() {
            return name;
        }

        public List<Ast> arguments() {
            return arguments;
        }

        /** The arguments as text: literals, words, names; SET of several is a list. */
        public List<String> values() {
            return arguments.stream().map(SetVariable::text).toList();
        }

        private static String text(Ast argument) {
            return switch (argument) {
                case Expr.Cast cast -> text(cast.operand());
                case Expr.Literal literal -> literal.text();
                case TypeName type -> type.names().getLast();
                case Clause.NameRef name -> String.join(".", name.parts());
                default -> "";
            };
        }

        public boolean local() {
            return local;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {kind, name, arguments, local};
        }
    }

    /** SHOW; {@code all} is SHOW ALL. */
    final class Show extends PgNode implements Utility {
        private final String name;

        public Show(Span span, String name) {
            super(span);
            this.name = name;
        }

        public String name() {
            return name;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name};
        }
    }

    /** COPY; a null file name is STDIN or STDOUT. */
    final class Copy extends PgNode implements Utility {
        private final @Nullable RangeVar relation;
        private final List<String> columns;
        private final @Nullable Command query;
        private final boolean from;
        private final boolean program;
        private final @Nullable String fileName;
        private final List<Clause.Option> options;
        private final @Nullable Expr where;

        public Copy(
                Span span,
                @Nullable RangeVar relation,
                List<String> columns,
                @Nullable Command query,
                boolean from,
                boolean program,
                @Nullable String fileName,
                List<Clause.Option> options,
                @Nullable Expr where) {
            super(span);
            this.relation = relation;
            this.columns = List.copyOf(columns);
            this.query = query;
            this.from = from;
            this.program = program;
            this.fileName = fileName;
            this.options = List.copyOf(options);
            this.where = where;
        }

        public @Nullable RangeVar relation() {
            return relation;
        }

        public List<String> columns() {
            return columns;
        }

        public @Nullable Command query() {
            return query;
        }

        public boolean from() {
            return from;
        }

        public boolean program() {
            return program;
        }

        public @Nullable String fileName() {
            return fileName;
        }

        public List<Clause.Option> options() {
            return options;
        }

        public @Nullable Expr where() {
            return where;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                relation, columns, query, from, program, fileName, options, where
            };
        }
    }

    /** EXPLAIN. */
    final class Explain extends PgNode implements Utility {
        private final Command statement;
        private final List<Clause.Option> options;

        public Explain(Span span, Command statement, List<Clause.Option> options) {
            super(span);
            this.statement = statement;
            this.options = List.copyOf(options);
        }

        public Command statement() {
            return statement;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {statement, options};
        }

        @Override
        public SqlKind getKind() {
            return SqlKind.EXPLAIN;
        }
    }

    /** PREPARE. */
    final class Prepare extends PgNode implements Utility {
        private final String name;
        private final List<TypeName> types;
        private final Command statement;

        public Prepare(Span span, String name, List<TypeName> types, Command statement) {
            super(span);
            this.name = name;
            this.types = List.copyOf(types);
            this.statement = statement;
        }

        public String name() {
            return name;
        }

        public List<TypeName> types() {
            return types;
        }

        public Command statement() {
            return statement;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, types, statement};
        }
    }

    /** EXECUTE. */
    final class Execute extends PgNode implements Utility {
        private final String name;
        private final List<Expr> parameters;

        public Execute(Span span, String name, List<Expr> parameters) {
            super(span);
            this.name = name;
            this.parameters = List.copyOf(parameters);
        }

        public String name() {
            return name;
        }

        public List<Expr> parameters() {
            return parameters;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name, parameters};
        }
    }

    /** DEALLOCATE; null is ALL. */
    final class Deallocate extends PgNode implements Utility {
        private final @Nullable String name;

        public Deallocate(Span span, @Nullable String name) {
            super(span);
            this.name = name;
        }

        public @Nullable String name() {
            return name;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name};
        }
    }

    /** DECLARE CURSOR. */
    final class DeclareCursor extends PgNode implements Utility {
        private final String name;
        private final boolean binary;
        private final boolean scroll;
        private final boolean noScroll;
        private final boolean insensitive;
        private final boolean asensitive;
        private final boolean hold;
        private final Query query;

        public DeclareCursor(
                Span span,
                String name,
                boolean binary,
                boolean scroll,
                boolean noScroll,
                boolean insensitive,
                boolean asensitive,
                boolean hold,
                Query query) {
            super(span);
            this.name = name;
            this.binary = binary;
            this.scroll = scroll;
            this.noScroll = noScroll;
            this.insensitive = insensitive;
            this.asensitive = asensitive;
            this.hold = hold;
            this.query = query;
        }

        public String name() {
            return name;
        }

        public boolean binary() {
            return binary;
        }

        public boolean scroll() {
            return scroll;
        }

        public boolean noScroll() {
            return noScroll;
        }

        public boolean insensitive() {
            return insensitive;
        }

        public boolean asensitive() {
            return asensitive;
        }

        public boolean hold() {
            return hold;
        }

        public Query query() {
            return query;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {
                name, binary, scroll, noScroll, insensitive, asensitive, hold, query
            };
        }
    }

    /** FETCH and MOVE; ALL is {@link Long#MAX_VALUE}. */
    final class Fetch extends PgNode implements Utility {
        private final FetchDirection direction;
        private final long count;
        private final String portal;
        private final boolean move;

        public Fetch(Span span, FetchDirection direction, long count, String portal, boolean move) {
            super(span);
            this.direction = direction;
            this.count = count;
            this.portal = portal;
            this.move = move;
        }

        public FetchDirection direction() {
            return direction;
        }

        public long count() {
            return count;
        }

        public String portal() {
            return portal;
        }

        public boolean move() {
            return move;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {direction, count, portal, move};
        }
    }

    /** CLOSE; null is ALL. */
    final class ClosePortal extends PgNode implements Utility {
        private final @Nullable String name;

        public ClosePortal(Span span, @Nullable String name) {
            super(span);
            this.name = name;
        }

        public @Nullable String name() {
            return name;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {name};
        }
    }

    /** LISTEN. */
    final class Listen extends PgNode implements Utility {
        private final String channel;

        public Listen(Span span, String channel) {
            super(span);
            this.channel = channel;
        }

        public String channel() {
            return channel;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {channel};
        }
    }

    /** UNLISTEN; null is all. */
    final class Unlisten extends PgNode implements Utility {
        private final @Nullable String channel;

        public Unlisten(Span span, @Nullable String channel) {
            super(span);
            this.channel = channel;
        }

        public @Nullable String channel() {
            return channel;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {channel};
        }
    }

    /** NOTIFY. */
    final class Notify extends PgNode implements Utility {
        private final String channel;
        private final @Nullable String payload;

        public Notify(Span span, String channel, @Nullable String payload) {
            super(span);
            this.channel = channel;
            this.payload = payload;
        }

        public String channel() {
            return channel;
        }

        public @Nullable String payload() {
            return payload;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {channel, payload};
        }
    }

    /** VACUUM and ANALYZE. */
    final class Vacuum extends PgNode implements Utility {
        private final boolean vacuum;
        private final List<Clause.Option> options;
        private final List<Clause.VacuumTarget> targets;

        public Vacuum(
                Span span,
                boolean vacuum,
                List<Clause.Option> options,
                List<Clause.VacuumTarget> targets) {
            super(span);
            this.vacuum = vacuum;
            this.options = List.copyOf(options);
            this.targets = List.copyOf(targets);
        }

        public boolean vacuum() {
            return vacuum;
        }

        public List<Clause.Option> options() {
            return options;
        }

        public List<Clause.VacuumTarget> targets() {
            return targets;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {vacuum, options, targets};
        }
    }

    /** CLUSTER. */
    final class Cluster extends PgNode implements Utility {
        private final @Nullable RangeVar relation;
        private final @Nullable String index;
        private final List<Clause.Option> options;

        public Cluster(
                Span span,
                @Nullable RangeVar relation,
                @Nullable String index,
                List<Clause.Option> options) {
            super(span);
            this.relation = relation;
            this.index = index;
            this.options = List.copyOf(options);
        }

        public @Nullable RangeVar relation() {
            return relation;
        }

        public @Nullable String index() {
            return index;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {relation, index, options};
        }
    }

    /** REINDEX. */
    final class Reindex extends PgNode implements Utility {
        private final ReindexKind kind;
        private final @Nullable RangeVar relation;
        private final @Nullable String name;
        private final List<Clause.Option> options;

        public Reindex(
                Span span,
                ReindexKind kind,
                @Nullable RangeVar relation,
                @Nullable String name,
                List<Clause.Option> options) {
            super(span);
            this.kind = kind;
            this.relation = relation;
            this.name = name;
            this.options = List.copyOf(options);
        }

        public ReindexKind kind() {
            return kind;
        }

        public @Nullable RangeVar relation() {
            return relation;
        }

        public @Nullable String name() {
            return name;
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {kind, relation, name, options};
        }
    }

    /** LOCK TABLE; the mode is spelt as in {@code ACCESS EXCLUSIVE}. */
    final class LockTable extends PgNode implements Utility {
        private final List<RangeVar> relations;
        private final String mode;
        private final boolean nowait;

        public LockTable(Span span, List<RangeVar> relations, String mode, boolean nowait) {
            super(span);
            this.relations = List.copyOf(relations);
            this.mode = mode;
            this.nowait = nowait;
        }

        public List<RangeVar> relations() {
            return relations;
        }

        public String mode() {
            return mode;
        }

        public boolean nowait() {
            return nowait;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {relations, mode, nowait};
        }
    }

    /** DISCARD. */
    final class Discard extends PgNode implements Utility {
        private final DiscardKind kind;

        public Discard(Span span, DiscardKind kind) {
            super(span);
            this.kind = kind;
        }

        public DiscardKind kind() {
            return kind;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {kind};
        }
    }

    /** CHECKPOINT. */
    final class Checkpoint extends PgNode implements Utility {

        public Checkpoint(Span span) {
            super(span);
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {};
        }
    }

    /** DO; options {@code as} and {@code language}. */
    final class DoBlock extends PgNode implements Utility {
        private final List<Clause.Option> options;

        public DoBlock(Span span, List<Clause.Option> options) {
            super(span);
            this.options = List.copyOf(options);
        }

        public List<Clause.Option> options() {
            return options;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {options};
        }
    }

    /** CALL. */
    final class Call extends PgNode implements Utility {
        private final Expr.FuncCall call;

        public Call(Span span, Expr.FuncCall call) {
            super(span);
            this.call = call;
        }

        public Expr.FuncCall call() {
            return call;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {call};
        }
    }

    /** SET CONSTRAINTS; no names is ALL. */
    final class SetConstraints extends PgNode implements Utility {
        private final List<RangeVar> constraints;
        private final boolean deferred;

        public SetConstraints(Span span, List<RangeVar> constraints, boolean deferred) {
            super(span);
            this.constraints = List.copyOf(constraints);
            this.deferred = deferred;
        }

        public List<RangeVar> constraints() {
            return constraints;
        }

        public boolean deferred() {
            return deferred;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {constraints, deferred};
        }
    }

    /** LOAD. */
    final class Load extends PgNode implements Utility {
        private final String fileName;

        public Load(Span span, String fileName) {
            super(span);
            this.fileName = fileName;
        }

        public String fileName() {
            return fileName;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {fileName};
        }
    }

    /** ALTER SYSTEM. */
    final class AlterSystem extends PgNode implements Utility {
        private final SetVariable set;

        public AlterSystem(Span span, SetVariable set) {
            super(span);
            this.set = set;
        }

        public SetVariable set() {
            return set;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {set};
        }
    }

    /**
     * A statement that PostgreSQL accepts and for which there is no node of its own; {@code tag} is
     * its command tag, such as {@code CREATE FOREIGN DATA WRAPPER}.
     */
    final class Other extends PgNode implements Utility {
        private final String tag;

        public Other(Span span, String tag) {
            super(span);
            this.tag = tag;
        }

        public String tag() {
            return tag;
        }

        @Override
        protected @Nullable Object[] components() {
            return new @Nullable Object[] {tag};
        }
    }
}
