package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.Comment;
import dev.quiverdb.sql.catalog.Facts;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Comments on objects: the server's own and those of users. */
final class Descriptions {
    private record Key(int classId, int oid, int subId) {}

    private static final Map<Facts, Map<Key, String>> BUILTIN = new ConcurrentHashMap<>();
    private static final int ANY_CLASS = 0;

    private Descriptions() {}

    /** {@code classId} 0 is any. */
    static @Nullable String find(Catalog catalog, int classId, int oid, int subId) {
        for (var object : catalog.dependents(oid)) {
            if (object instanceof Comment comment
                    && comment.subject() == oid
                    && comment.subId() == subId
                    && (classId == ANY_CLASS || comment.subjectClass() == classId)) {
                return comment.text();
            }
        }
        for (var facts : catalog.facts("pg_description")) {
            var text =
                    BUILTIN.computeIfAbsent(facts, Descriptions::read)
                            .get(new Key(classId, oid, subId));
            if (text != null) {
                return text;
            }
        }
        return null;
    }

    private static Map<Key, String> read(Facts facts) {
        var texts = new HashMap<Key, String>();
        for (var row : facts.rows()) {
            int oid = row.number("objoid");
            int subId = row.number("objsubid");
            var text = row.text("description");
            texts.put(new Key(row.number("classoid"), oid, subId), text);
            texts.putIfAbsent(new Key(ANY_CLASS, oid, subId), text);
        }
        return texts;
    }
}
