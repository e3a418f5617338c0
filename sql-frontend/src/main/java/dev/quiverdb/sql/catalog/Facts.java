package dev.quiverdb.sql.catalog;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table of facts as it lies in a resource: a line with the column names, then the rows in the
 * text form of COPY ({@code \N} is NULL, tabs and line ends are escaped).
 */
public final class Facts {
    /** One row; columns are asked for by name. */
    public final class Row {
        private final @Nullable String[] values;

        Row(@Nullable String[] values) {
            this.values = values;
        }

        /** The value of a column in its text form; null for NULL. */
        public @Nullable String get(String column) {
            return values[index(column)];
        }

        public String text(String column) {
            var value = get(column);
            return value == null ? "" : value;
        }

        public int number(String column) {
            var value = get(column);
            return value == null || value.isEmpty() || value.equals("-")
                    ? 0
                    : Integer.parseInt(value);
        }

        public boolean flag(String column) {
            return "t".equals(get(column));
        }

        public char letter(String column) {
            var value = text(column);
            return value.isEmpty() ? 0 : value.charAt(0);
        }

        public List<Integer> oids(String column) {
            return numbers(text(column));
        }

        @Nullable String[] values() {
            return values;
        }
    }

    private final Map<String, Integer> indexByName = new HashMap<>();
    private final List<String> columns;
    private final List<Row> rows = new ArrayList<>();

    private Facts(List<String> columns) {
        this.columns = columns;
        for (int i = 0; i < columns.size(); i++) {
            indexByName.put(columns.get(i), i);
        }
    }

    /**
     * Reads {@code directory/table.tsv} beside this class; an absent file has no rows and no
     * columns.
     */
    static Facts read(String directory, String table) {
        try (var in = Facts.class.getResourceAsStream(directory + "/" + table + ".tsv")) {
            if (in == null) {
                return new Facts(List.of());
            }
            var text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            int end = text.indexOf('\n');
            var facts = new Facts(List.of(text.substring(0, end).split("\t", -1)));
            while (end + 1 < text.length()) {
                int next = text.indexOf('\n', end + 1);
                facts.rows.add(
                        facts.new Row(cut(text.substring(end + 1, next), facts.columns.size())));
                end = next;
            }
            return facts;
        } catch (IOException broken) {
            throw new UncheckedIOException("facts of " + table, broken);
        }
    }

    private static @Nullable String[] cut(String line, int columns) {
        var values = new @Nullable String[columns];
        var pieces = line.split("\t", -1);
        for (int i = 0; i < columns; i++) {
            values[i] = pieces[i].equals("\\N") ? null : unescape(pieces[i]);
        }
        return values;
    }

    private static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text.intern();
        }
        var out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\' || i + 1 == text.length()) {
                out.append(c);
                continue;
            }
            char escaped = text.charAt(++i);
            out.append(
                    switch (escaped) {
                        case 'n' -> '\n';
                        case 't' -> '\t';
                        case 'r' -> '\r';
                        case 'b' -> '\b';
                        case 'f' -> '\f';
                        default -> escaped;
                    });
        }
        return out.toString();
    }

    private int index(String column) {
        var index = indexByName.get(column);
        if (index == null) {
            throw new IllegalArgumentException("no column " + column + " among " + columns);
        }
        return index;
    }

    /** Names of the columns in the order in which they lie. */
    public List<String> columns() {
        return columns;
    }

    public List<Row> rows() {
        return rows;
    }

    /** The numbers of {@code 1 2 3} or <code>{1,2,3}</code>. */
    static List<Integer> numbers(String text) {
        var numbers = new ArrayList<Integer>();
        for (var word : words(text)) {
            numbers.add(Integer.valueOf(word));
        }
        return List.copyOf(numbers);
    }

    /**
     * The words of {@code a b} or <code>{a,b}</code>; no word of the facts holds a blank or a
     * comma.
     */
    static List<String> words(String text) {
        var words = new ArrayList<String>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || " ,{}".indexOf(text.charAt(i)) >= 0) {
                if (i > start) {
                    var word = text.substring(start, i);
                    words.add(word.equals("\"\"") ? "" : word);
                }
                start = i + 1;
            }
        }
        return List.copyOf(words);
    }
}
