package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;

/** jsonb as text. */
final class JsonbText {
    private JsonbText() {}

    static Jsonb parse(String text) {
        throw SqlException.invalidText("json", text);
    }

    static String format(Jsonb value) {
        return value.getClass().getSimpleName();
    }
}
