package dev.quiverdb.base.error;

import org.jspecify.annotations.Nullable;

/**
 * An error in PostgreSQL's words, as it will be shown to the user. It is cheap: a stack trace is
 * taken only for {@link SqlState#INTERNAL_ERROR}, because only then the fault is ours.
 *
 * <p>The {@code with...} methods change this exception and return it, so that a place that knows
 * more (the parser a position, the table its name) adds it on the way up: {@code throw
 * e.withPosition(7)}. Not thread-safe; an exception belongs to the thread that throws it.
 */
public final class SqlException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final SqlState state;
    private Severity severity = Severity.ERROR;
    private @Nullable String detail;
    private @Nullable String hint;
    private @Nullable String where;
    private @Nullable String schema;
    private @Nullable String table;
    private @Nullable String column;
    private @Nullable String dataType;
    private @Nullable String constraint;
    private @Nullable String routine;
    private @Nullable String internalQuery;
    private int internalPosition;
    private int position;

    public SqlException(SqlState state, String message) {
        this(state, message, null);
    }

    public SqlException(SqlState state, String message, @Nullable Throwable cause) {
        super(message, cause, true, state == SqlState.INTERNAL_ERROR);
        this.state = state;
    }

    /** {@code 0A000}: PostgreSQL can do it, we cannot yet. */
    public static SqlException notSupported(String message) {
        return new SqlException(SqlState.FEATURE_NOT_SUPPORTED, message);
    }

    /** {@code 42601} at a one-based character offset, 0 for none. */
    public static SqlException syntax(String message, int position) {
        return new SqlException(SqlState.SYNTAX_ERROR, message).withPosition(position);
    }

    /** {@code 22P02}: text that is no value of the type. */
    public static SqlException invalidText(String typeName, String text) {
        return new SqlException(
                SqlState.INVALID_TEXT_REPRESENTATION,
                "invalid input syntax for type " + typeName + ": \"" + text + "\"");
    }

    /** {@code 22003}: a number written as text that the type cannot hold. */
    public static SqlException outOfRange(String typeName, String text) {
        return new SqlException(
                SqlState.NUMERIC_VALUE_OUT_OF_RANGE,
                "value \"" + text + "\" is out of range for type " + typeName);
    }

    /** {@code 22003}: a result that the type cannot hold, such as {@code integer out of range}. */
    public static SqlException outOfRange(String typeName) {
        return new SqlException(SqlState.NUMERIC_VALUE_OUT_OF_RANGE, typeName + " out of range");
    }

    /** {@code 22012}. */
    public static SqlException divisionByZero() {
        return new SqlException(SqlState.DIVISION_BY_ZERO, "division by zero");
    }

    /** {@code XX000}, with a stack trace: we did something wrong. */
    public static SqlException internal(String message) {
        return new SqlException(SqlState.INTERNAL_ERROR, message);
    }

    public static SqlException internal(String message, Throwable cause) {
        return new SqlException(SqlState.INTERNAL_ERROR, message, cause);
    }

    public SqlException withSeverity(Severity severity) {
        this.severity = severity;
        return this;
    }

    public SqlException withDetail(@Nullable String detail) {
        this.detail = detail;
        return this;
    }

    public SqlException withHint(@Nullable String hint) {
        this.hint = hint;
        return this;
    }

    /** The context lines of field W, outermost last. */
    public SqlException withWhere(@Nullable String where) {
        this.where = where;
        return this;
    }

    /** A one-based offset in characters (code points) into the statement; 0 for none. */
    public SqlException withPosition(int position) {
        this.position = position;
        return this;
    }

    /** As {@link #withPosition}, but keeps a position that is already known. */
    public SqlException withPositionIfAbsent(int position) {
        if (this.position == 0) {
            this.position = position;
        }
        return this;
    }

    public SqlException withInternalQuery(String query, int position) {
        this.internalQuery = query;
        this.internalPosition = position;
        return this;
    }

    public SqlException withSchema(@Nullable String schema) {
        this.schema = schema;
        return this;
    }

    public SqlException withTable(@Nullable String table) {
        this.table = table;
        return this;
    }

    public SqlException withTable(@Nullable String schema, @Nullable String table) {
        this.schema = schema;
        this.table = table;
        return this;
    }

    public SqlException withColumn(@Nullable String column) {
        this.column = column;
        return this;
    }

    public SqlException withDataType(@Nullable String schema, @Nullable String dataType) {
        this.schema = schema;
        this.dataType = dataType;
        return this;
    }

    public SqlException withConstraint(@Nullable String constraint) {
        this.constraint = constraint;
        return this;
    }

    /**
     * The routine of PostgreSQL's source that reports this, field R: for the errors which drivers
     * know by it alone.
     */
    public SqlException withRoutine(@Nullable String routine) {
        this.routine = routine;
        return this;
    }

    public SqlState state() {
        return state;
    }

    /** The primary message; never null. */
    public String message() {
        var message = getMessage();
        return message == null ? "" : message;
    }

    public Severity severity() {
        return severity;
    }

    public @Nullable String detail() {
        return detail;
    }

    public @Nullable String hint() {
        return hint;
    }

    public @Nullable String where() {
        return where;
    }

    public int position() {
        return position;
    }

    public @Nullable String internalQuery() {
        return internalQuery;
    }

    public int internalPosition() {
        return internalPosition;
    }

    public @Nullable String schema() {
        return schema;
    }

    public @Nullable String table() {
        return table;
    }

    public @Nullable String column() {
        return column;
    }

    public @Nullable String dataType() {
        return dataType;
    }

    public @Nullable String constraint() {
        return constraint;
    }

    public @Nullable String routine() {
        return routine;
    }

    /** One line for a log: severity, code and message. */
    public String summary() {
        return severity + " " + state.code() + ": " + message();
    }
}
