package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.parse.Ast;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Errors that several parts of the binder raise. */
final class Errors {
    private Errors() {}

    /** An error at a node; the position counts from 1. */
    static SqlException at(Ast node, SqlState state, String message) {
        return at(node.offset(), state, message);
    }

    /** An error at an offset, -1 for none. */
    static SqlException at(int offset, SqlState state, String message) {
        return new SqlException(state, message).withPosition(offset + 1);
    }

    static SqlException unsupported(Ast node, String what) {
        return SqlException.notSupported(what).withPosition(node.offset() + 1);
    }

    /** Parts of a qualified name joined by dots, as NameListToString does. */
    static String name(List<String> parts) {
        return String.join(".", parts);
    }

    /** An identifier, in double quotes where it needs them. */
    static String quoted(String name) {
        return Quoting.identifier(name);
    }

    /** Runs something and gives its error a position if it has none. */
    static <T> T positioned(int offset, java.util.function.Supplier<T> work) {
        try {
            return work.get();
        } catch (SqlException error) {
            throw error.withPositionIfAbsent(offset + 1);
        }
    }

    static @Nullable String nullIfEmpty(String text) {
        return text.isEmpty() ? null : text;
    }
}
