package dev.quiverdb.server.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The key words of SQL and what they are reserved for: pg_get_keywords. The resource has a line for
 * each kind: its letter, {@code -} behind it if AS must precede such a word as a label, then the
 * words.
 */
final class Keywords {
    private static final class Holder {
        static final List<@Nullable Object[]> ROWS = read();
    }

    private Keywords() {}

    static List<@Nullable Object[]> rows() {
        return Holder.ROWS;
    }

    private static List<@Nullable Object[]> read() {
        var rows = new ArrayList<@Nullable Object[]>();
        try (var in = Keywords.class.getResourceAsStream("keywords.txt")) {
            if (in == null) {
                throw new IllegalStateException("keywords.txt is missing");
            }
            var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (var line : text.split("\n", -1)) {
                var words = line.split(" ", -1);
                for (int i = 1; i < words.length; i++) {
                    rows.add(row(words[i], words[0]));
                }
            }
        } catch (IOException broken) {
            throw new UncheckedIOException("keywords", broken);
        }
        rows.sort(Comparator.comparing(row -> String.valueOf(row[0])));
        return List.copyOf(rows);
    }

    private static @Nullable Object[] row(String word, String kind) {
        boolean bare = !kind.endsWith("-");
        var letter = kind.substring(0, 1);
        return new @Nullable Object[] {
            word,
            letter,
            bare,
            switch (letter) {
                case "U" -> "unreserved";
                case "C" -> "unreserved (cannot be function or type name)";
                case "T" -> "reserved (can be function or type name)";
                default -> "reserved";
            },
            bare ? "can be bare label" : "requires AS"
        };
    }
}
