package dev.quiverdb.base.type;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A value of the extension hstore: texts by key, each perhaps NULL. Keys stand as PostgreSQL keeps
 * them, the shorter (in UTF-8 bytes) first, then by bytes. Immutable.
 */
public final class Hstore {
    private static final Comparator<String> ORDER =
            Comparator.comparingInt((String key) -> bytes(key).length)
                    .thenComparing(Hstore::bytes, Arrays::compareUnsigned);

    public static final Hstore EMPTY = new Hstore(new TreeMap<>(ORDER));

    private final NavigableMap<String, @Nullable String> pairs;

    private Hstore(NavigableMap<String, @Nullable String> pairs) {
        this.pairs = Collections.unmodifiableNavigableMap(pairs);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Takes pairs in any order; of a key that comes again the last value counts. */
    public static Hstore of(Map<String, @Nullable String> pairs) {
        var sorted = new TreeMap<String, @Nullable String>(ORDER);
        sorted.putAll(pairs);
        return new Hstore(sorted);
    }

    /** The pairs in their order; not to be changed. */
    public NavigableMap<String, @Nullable String> pairs() {
        return pairs;
    }

    /** As hstore_cmp: the bytes of all keys and values first. */
    int compareTo(Hstore other) {
        if (pairs.isEmpty() || other.pairs.isEmpty()) {
            return Integer.compare(pairs.size(), other.pairs.size());
        }
        var mine = new Layout(this);
        var others = new Layout(other);
        int common = Math.min(mine.text.size(), others.text.size());
        int byText =
                Arrays.compareUnsigned(
                        mine.text.array(), 0, common, others.text.array(), 0, common);
        if (byText != 0) {
            return byText;
        }
        if (mine.text.size() != others.text.size()) {
            return Integer.compare(mine.text.size(), others.text.size());
        }
        if (pairs.size() != other.pairs.size()) {
            return Integer.compare(pairs.size(), other.pairs.size());
        }
        for (int i = 0; i < mine.ends.length; i++) {
            if (mine.ends[i] != others.ends[i]) {
                return Integer.compare(mine.ends[i], others.ends[i]);
            }
            if (mine.nulls[i] != others.nulls[i]) {
                return mine.nulls[i] ? 1 : -1;
            }
        }
        return 0;
    }

    /** Bytes in the order of {@link #compareTo}. */
    void key(KeyWriter out) {
        var layout = new Layout(this);
        out.keyBytes(layout.text.array(), 0, layout.text.size());
        out.keyInt(pairs.size());
        for (int i = 0; i < layout.ends.length; i++) {
            out.keyInt(layout.ends[i]);
            out.putByte(layout.nulls[i] ? 1 : 0);
        }
    }

    /** Keys and values one behind the other, with where each ends. */
    private static final class Layout {
        final ByteWriter text = new ByteWriter();
        final int[] ends;
        final boolean[] nulls;

        Layout(Hstore value) {
            ends = new int[2 * value.pairs.size()];
            nulls = new boolean[ends.length];
            int at = 0;
            for (var pair : value.pairs.entrySet()) {
                add(at++, pair.getKey());
                add(at++, pair.getValue());
            }
        }

        private void add(int at, @Nullable String part) {
            nulls[at] = part == null;
            if (part != null) {
                text.putUtf8(part);
            }
            ends[at] = text.size();
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Hstore hstore && pairs.equals(hstore.pairs);
    }

    @Override
    public int hashCode() {
        return pairs.hashCode();
    }

    @Override
    public String toString() {
        var out = new StringBuilder();
        for (var pair : pairs.entrySet()) {
            quote(out.append(out.isEmpty() ? "" : ", "), pair.getKey());
            var value = pair.getValue();
            if (value == null) {
                out.append("=>NULL");
            } else {
                quote(out.append("=>"), value);
            }
        }
        return out.toString();
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\');
            }
            out.append(c);
        }
        out.append('"');
    }
}
