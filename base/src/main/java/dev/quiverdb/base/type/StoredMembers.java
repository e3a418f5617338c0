package dev.quiverdb.base.type;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * The members of a jsonb object as they are stored, read when somebody asks for them: a look for
 * one key passes over the others' bytes and makes no objects of them. Immutable to the eye and for
 * any thread; what was read is kept.
 */
final class StoredMembers extends AbstractList<Jsonb.Member> implements RandomAccess {
    /** So many looks pass over the bytes; then all is read, and found by halving. */
    private static final int LOOKS_MAX = 4;

    private final byte[] bytes;
    private final int start;
    private final int count;
    private @Nullable List<Jsonb.Member> all;
    private int looks;

    /**
     * @param bytes not changed any more
     * @param start where the first member begins, behind the count
     */
    StoredMembers(byte[] bytes, int start, int count) {
        this.bytes = bytes;
        this.start = start;
        this.count = count;
    }

    private ByteBuffer members() {
        return ByteBuffer.wrap(bytes).position(start);
    }

    private List<Jsonb.Member> all() {
        var known = all;
        if (known == null) {
            var in = members();
            List<Jsonb.Member> read = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                String key = JsonbRoutines.readText(in);
                read.add(new Jsonb.Member(key, JsonbRoutines.read(bytes, in)));
            }
            // Its fields are final, so that another thread sees all of it or none.
            known = List.copyOf(read);
            all = known;
        }
        return known;
    }

    /** Whether a look for a key is better done by halving. */
    boolean isRead() {
        return all != null || ++looks > LOOKS_MAX;
    }

    /** The value of a key, or null; O(bytes before it). */
    @Nullable Jsonb find(String key) {
        byte[] wanted = key.getBytes(StandardCharsets.UTF_8);
        var in = members();
        for (int i = 0; i < count; i++) {
            int length = VarInts.getInt(in);
            // The shorter ones stand first.
            if (length > wanted.length) {
                return null;
            }
            int at = in.position();
            in.position(at + length);
            if (length == wanted.length
                    && Arrays.equals(bytes, at, at + length, wanted, 0, length)) {
                return JsonbRoutines.read(bytes, in);
            }
            JsonbRoutines.skip(in);
        }
        return null;
    }

    @Override
    public Jsonb.Member get(int index) {
        return all().get(index);
    }

    @Override
    public int size() {
        return count;
    }
}
