package dev.quiverdb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A statement with those of its literals taken out that mean the same as a parameter of their type:
 * {@code SELECT a FROM t WHERE b = 5} becomes {@code SELECT a FROM t WHERE b = $1} and 5. So texts
 * that differ in data alone share a plan.
 *
 * <p>A literal is taken only where nothing but its value matters: as the whole right side of a
 * comparison, a distance or an assignment, as a value of INSERT's one row, or as a LIMIT or OFFSET.
 * It stays where it is syntax (a type's modifier, a position in ORDER BY, {@code INTERVAL '1'
 * DAY}), where it is cast, and where anything is done with it. Statements in which expressions are
 * compared with each other (GROUP BY, DISTINCT), or that are more than one SELECT or change of
 * rows, are left alone.
 *
 * @param text the statement with {@code $n} for the literals taken
 */
public record OpenText(String text, List<Literal> literals) {
    private static final int LITERALS_MAX = 100;

    /** What a literal is before anything is known of its place. */
    public enum Kind {
        INTEGER,
        BIGINT,
        NUMERIC,
        UNKNOWN
    }

    public record Literal(Kind kind, String value) {}

    public OpenText {
        literals = List.copyOf(literals);
    }

    /**
     * Takes the literals out; null if there are none that may be, or if the text is no such
     * statement.
     */
    public static @Nullable OpenText of(String sql) {
        return new Taker(new Lexer(sql).run()).take();
    }

    private static final class Taker {
        private final Tokens tokens;
        private final boolean[] rowValues;
        private final List<Literal> literals = new ArrayList<>();

        /** Where each literal's distance operator stands, 0 for others. */
        private final List<Integer> distances = new ArrayList<>();

        Taker(Tokens tokens) {
            this.tokens = tokens;
            rowValues = new boolean[tokens.kinds.length];
        }

        @Nullable OpenText take() {
            if (!isPlain()) {
                return null;
            }
            markRow();
            var text = new StringBuilder(tokens.sql.length());
            int copied = 0;
            for (int i = 1; i < tokens.kinds.length; i++) {
                var kind = kind(i);
                if (kind == null || !isOpen(i)) {
                    continue;
                }
                text.append(tokens.sql, copied, tokens.starts[i]);
                text.append('$').append(number(i, kind));
                copied = tokens.ends[i];
                if (copied < tokens.sql.length()
                        && Lexer.isIdentifierStart(tokens.sql.charAt(copied))) {
                    text.append(' ');
                }
            }
            if (literals.isEmpty() || literals.size() > LITERALS_MAX) {
                return null;
            }
            return new OpenText(
                    text.append(tokens.sql, copied, tokens.sql.length()).toString(), literals);
        }

        private boolean isPlain() {
            var first = tokens.kinds[0];
            int last = tokens.kinds.length - 1;
            switch (first) {
                case SELECT, INSERT, UPDATE, DELETE -> {}
                default -> {
                    return false;
                }
            }
            for (int i = 1; i < tokens.kinds.length; i++) {
                switch (tokens.kinds[i]) {
                    case GROUP, DISTINCT, UNION, INTERSECT, EXCEPT, OVER, WINDOW, WITH, WITH_LA ->
                    // Their expressions are compared, or there is more than one query.
                    {
                        return false;
                    }
                    case CASE, HAVING, FETCH, PARAM, ERROR -> {
                        return false;
                    }
                    case SELECT, INSERT, UPDATE, DELETE -> {
                        // FOR UPDATE and DO UPDATE are no statements of their own.
                        var before = tokens.kinds[i - 1];
                        if (tokens.kinds[i] != Token.UPDATE
                                || (before != Token.FOR && before != Token.DO)) {
                            return false;
                        }
                    }
                    case INTO -> {
                        if (first != Token.INSERT || i != 1) {
                            return false;
                        }
                    }
                    case SEMICOLON -> {
                        if (i != last - 1) {
                            return false;
                        }
                    }
                    default -> {}
                }
            }
            return true;
        }

        /** Marks the values of INSERT's row, if there is only one. */
        private void markRow() {
            if (tokens.kinds[0] != Token.INSERT) {
                return;
            }
            int at = 1;
            while (tokens.kinds[at] != Token.VALUES) {
                if (tokens.kinds[at] == Token.EOF) {
                    return;
                }
                at++;
            }
            if (tokens.kinds[++at] != Token.LPAREN) {
                return;
            }
            int depth = 1;
            int end = at + 1;
            while (depth > 0) {
                switch (tokens.kinds[end]) {
                    case LPAREN, LBRACKET -> depth++;
                    case RPAREN, RBRACKET -> depth--;
                    case EOF -> {
                        return;
                    }
                    default -> {}
                }
                rowValues[end] = depth == 1;
                end++;
            }
            if (tokens.kinds[end] == Token.COMMA) {
                java.util.Arrays.fill(rowValues, false);
            }
        }

        private @Nullable Kind kind(int i) {
            return switch (tokens.kinds[i]) {
                case ICONST -> Kind.INTEGER;
                case FCONST -> {
                    var digits = value(i);
                    boolean whole = digits.chars().allMatch(c -> c >= '0' && c <= '9');
                    if (whole && digits.length() == 19) {
                        // A bigint or a numeric, whichever it is.
                        yield null;
                    }
                    yield whole && digits.length() < 19 ? Kind.BIGINT : Kind.NUMERIC;
                }
                case SCONST -> tokens.sql.charAt(tokens.starts[i]) == '\'' ? Kind.UNKNOWN : null;
                default -> null;
            };
        }

        private String value(int i) {
            var value = tokens.values[i];
            return value == null ? "" : value;
        }

        private boolean isOpen(int i) {
            int before = i - 1;
            if (tokens.kinds[before] == Token.MINUS || tokens.kinds[before] == Token.PLUS) {
                // A sign, or the operator between two operands.
                if (tokens.kinds[i] != Token.ICONST) {
                    return false;
                }
                if (before > 0 && endsOperand(tokens.kinds[before - 1])) {
                    return endsValue(i + 1);
                }
                before--;
            }
            return endsValue(i + 1) && beginsValue(before, i);
        }

        private static boolean endsOperand(Token kind) {
            return switch (kind) {
                case IDENT, RPAREN, ICONST -> true;
                default -> false;
            };
        }

        private boolean beginsValue(int before, int i) {
            return switch (tokens.kinds[before]) {
                case EQ, LT, GT, LESS_EQUALS, GREATER_EQUALS, NOT_EQUALS -> true;
                case OP -> isDistance(before);
                case LPAREN, COMMA -> rowValues[i];
                case LIMIT, OFFSET -> tokens.kinds[i] == Token.ICONST;
                default -> false;
            };
        }

        private boolean isDistance(int i) {
            return switch (value(i)) {
                case "<->", "<=>", "<#>", "<+>" -> true;
                default -> false;
            };
        }

        private boolean endsValue(int next) {
            return switch (tokens.kinds[next]) {
                case EOF, SEMICOLON, RPAREN, COMMA, AND, OR, WHERE, FROM, ORDER, LIMIT, OFFSET ->
                        true;
                case RETURNING, ON, ASC, DESC, AS, FOR -> true;
                default -> false;
            };
        }

        /**
         * The parameter of a literal. Equal targets of a distance are one: the planner must see
         * that the distance in ORDER BY is that of the select list.
         */
        private int number(int i, Kind kind) {
            boolean distance = tokens.kinds[i - 1] == Token.OP;
            var literal = new Literal(kind, value(i));
            if (distance) {
                for (int known = 0; known < literals.size(); known++) {
                    if (distances.get(known) > 0
                            && value(distances.get(known)).equals(value(i - 1))
                            && literals.get(known).equals(literal)) {
                        return known + 1;
                    }
                }
            }
            literals.add(literal);
            distances.add(distance ? i - 1 : 0);
            return literals.size();
        }
    }
}
