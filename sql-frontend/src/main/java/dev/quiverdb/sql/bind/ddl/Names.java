package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Relation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Predicate;

/** Names that PostgreSQL makes up: {@code t_pkey}, {@code t_a_seq} and kin. */
final class Names {
    static final int NAME_BYTES_MAX = 63;

    private Names() {}

    /** makeObjectName: the parts joined by underscores, the longer ones cut to fit. */
    static String object(String first, String second, String label) {
        int overhead = (second.isEmpty() ? 0 : 1) + (label.isEmpty() ? 0 : label.length() + 1);
        int available = NAME_BYTES_MAX - overhead;
        int firstBytes = bytes(first);
        int secondBytes = bytes(second);
        while (firstBytes + secondBytes > available) {
            if (firstBytes > secondBytes) {
                firstBytes--;
            } else {
                secondBytes--;
            }
        }
        var name = new StringBuilder(cut(first, firstBytes));
        if (!second.isEmpty()) {
            name.append('_').append(cut(second, secondBytes));
        }
        if (!label.isEmpty()) {
            name.append('_').append(label);
        }
        return name.toString();
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    static String cut(String text, int bytes) {
        var cut = text;
        while (bytes(cut) > bytes) {
            cut = cut.substring(0, cut.length() - 1);
        }
        return cut;
    }

    /** The first of {@code name}, {@code name1}, {@code name2} ... that is free. */
    static String free(String first, String second, String label, Predicate<String> taken) {
        int pass = 0;
        var suffix = label;
        while (true) {
            var name = object(first, second, suffix);
            if (!taken.test(name)) {
                return name;
            }
            suffix = label + ++pass;
        }
    }

    /** ChooseRelationName. */
    static String relation(Catalog catalog, int schema, String first, String second, String label) {
        return free(first, second, label, name -> catalog.relation(schema, name) != null);
    }

    /** ChooseConstraintName. */
    static String constraint(
            Catalog catalog, int table, String first, String second, String label) {
        return free(
                first,
                second,
                label,
                name -> catalog.constraints(table).stream().anyMatch(c -> c.name().equals(name)));
    }

    /** Column names joined for a name: ChooseIndexNameAddition. */
    static String columns(List<String> names) {
        return cut(String.join("_", names), NAME_BYTES_MAX);
    }

    /** How a relation is spoken of. */
    static String kind(Relation relation) {
        return switch (relation.kind()) {
            case 'i' -> "index";
            case 'S' -> "sequence";
            case 'v' -> "view";
            case 'm' -> "materialized view";
            case 'c' -> "type";
            default -> "table";
        };
    }
}
