package dev.quiverdb.vector.access;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads what stood in {@code WITH (...)}, with PostgreSQL's errors. */
final class IndexOptions {
    private final Map<String, String> given;

    /** Takes the options given; throws where one is not among {@code known}. */
    IndexOptions(Map<String, String> given, Set<String> known) {
        this.given = given;
        for (String name : given.keySet()) {
            if (!known.contains(name)) {
                throw invalid("unrecognized parameter \"" + name + "\"");
            }
        }
    }

    int integer(String name, int otherwise, int least, int greatest) {
        String text = given.get(name);
        if (text == null) {
            return otherwise;
        }
        long value;
        try {
            value = Long.parseLong(text.strip());
        } catch (NumberFormatException notANumber) {
            throw invalid("invalid value for integer option \"" + name + "\": " + text);
        }
        if (value < least || value > greatest) {
            throw invalid("value " + text + " out of bounds for option \"" + name + "\"")
                    .withDetail(
                            "Valid values are between \"" + least + "\" and \"" + greatest + "\".");
        }
        return (int) value;
    }

    /** Returns one of the words; the first is the default. */
    String word(String name, List<String> words) {
        String text = given.getOrDefault(name, words.getFirst());
        if (!words.contains(text)) {
            throw invalid("invalid value for enum option \"" + name + "\": " + text)
                    .withDetail("Valid values are " + quoted(words) + ".");
        }
        return text;
    }

    private static String quoted(List<String> words) {
        var text = new StringBuilder();
        for (int i = 0; i < words.size(); i++) {
            text.append(i == 0 ? "" : i == words.size() - 1 ? " and " : ", ");
            text.append('"').append(words.get(i)).append('"');
        }
        return text.toString();
    }

    static SqlException invalid(String message) {
        return new SqlException(SqlState.INVALID_PARAMETER_VALUE, message);
    }
}
