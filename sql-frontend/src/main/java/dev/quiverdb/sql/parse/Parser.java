package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.List;
import java.util.function.Consumer;

/**
 * The door of the room: PostgreSQL's SQL to parse trees. Stateless; any thread may call it.
 *
 * <p>Cost: linear in the text, and a few microseconds for an ordinary statement.
 */
public final class Parser {

    private Parser() {}

    /**
     * Parses a text of any number of statements.
     *
     * @throws SqlException 42601 with PostgreSQL's message and position, or what else PostgreSQL's
     *     grammar reports by itself
     */
    public static List<Statement> parse(String sql) {
        return parse(sql, StringRules.STANDARD, _ -> {});
    }

    /**
     * Parses a text of a session's client.
     *
     * @param warnings hears of escapes that the rules warn of
     * @throws SqlException as {@link #parse(String)}; 22P06 for <code>\\'</code> where the rules
     *     forbid it
     */
    public static List<Statement> parse(
            String sql, StringRules rules, Consumer<SqlException> warnings) {
        try {
            return new StatementParser(new Lexer(sql, rules, warnings).run()).statements();
        } catch (StackOverflowError e) {
            throw new SqlException(SqlState.STATEMENT_TOO_COMPLEX, "stack depth limit exceeded", e)
                    .withHint(
                            "Simplify the expression, or raise the thread stack size of the"
                                    + " server.");
        }
    }

    /** PostgreSQL's error position of a node's {@code offset()}: code points, from 1. */
    public static int position(String sql, int offset) {
        return Tokens.position(sql, offset);
    }

    /** Whether a word must be quoted to be a column's or table's name, for quote_ident. */
    public static boolean isReserved(String lowerCaseWord) {
        var keyword = Token.keyword(lowerCaseWord);
        return keyword != null && keyword.keywordClass != Token.KeywordClass.UNRESERVED;
    }
}
