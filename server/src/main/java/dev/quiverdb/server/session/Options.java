package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.parse.Ast;
import dev.quiverdb.sql.parse.Clause;
import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.TypeName;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads {@code name = value} options of utility statements as PostgreSQL's defGet family does. */
final class Options {
    private Options() {}

    /** The value as text; 42601 where there is none. */
    static String text(Clause.Option option) {
        var text = textOrNull(option.value());
        if (text == null) {
            throw new SqlException(SqlState.SYNTAX_ERROR, option.name() + " requires a parameter");
        }
        return text;
    }

    /** The text of a literal, word or name; null for no value. */
    static @Nullable String textOrNull(@Nullable Ast value) {
        return switch (value) {
            case null -> null;
            case Expr.Literal literal -> literal.text();
            case TypeName type -> type.names().getLast();
            case Clause.NameRef name -> String.join(".", name.parts());
            default -> null;
        };
    }

    /** A Boolean; an option without value is true. */
    static boolean flag(Clause.Option option) {
        return flag(option, "a Boolean value");
    }

    /** As {@link #flag(Clause.Option)}, where an error says that something else was required. */
    static boolean flag(Clause.Option option, String required) {
        var text = textOrNull(option.value());
        if (text == null) {
            return true;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "on", "1" -> true;
            case "false", "off", "0" -> false;
            default ->
                    throw new SqlException(
                            SqlState.SYNTAX_ERROR, option.name() + " requires " + required);
        };
    }

    /** A list of names; null for {@code *}. */
    static @Nullable List<String> names(Clause.Option option) {
        return switch (option.value()) {
            case Clause.ListOf list ->
                    list.items().stream()
                            .map(Options::textOrNull)
                            .map(t -> t == null ? "" : t)
                            .toList();
            case null, default -> null;
        };
    }
}
