package dev.quiverdb.base.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one writer knows that a database must have after a crash: each thing it wrote, by name, in
 * the last state that was acknowledged, and what the transaction that was ending would change. All
 * of that transaction is there afterwards, or nothing of it. Used by one thread at a time.
 */
public final class Ledger {
    /** The state of a thing that is not there. */
    public static final String NOTHING = "";

    private final NavigableMap<String, String> known = new TreeMap<>();
    private Map<String, String> doubt = Map.of();
    private final AtomicInteger acknowledged = new AtomicInteger();

    /** The last acknowledged state; {@link #NOTHING} for a thing that was never made. */
    public String state(String thing) {
        return known.getOrDefault(thing, NOTHING);
    }

    /** The things that are there whose names begin so, in order. */
    public NavigableMap<String, String> things(String prefix) {
        return known.subMap(prefix, true, prefix + Character.MAX_VALUE, true);
    }

    /** The things that a transaction changes, before its end is asked for. */
    public void intend(Map<String, String> change) {
        doubt = Map.copyOf(change);
    }

    /** The transaction has ended as it was intended. */
    public void acknowledge() {
        take();
        acknowledged.incrementAndGet();
    }

    /** The transaction has failed: nothing of it has happened. */
    public void abandon() {
        doubt = Map.of();
    }

    /** Transactions whose end was acknowledged; may be asked from any thread. */
    public int acknowledged() {
        return acknowledged.get();
    }

    private void take() {
        doubt.forEach((thing, state) -> {
            if (state.equals(NOTHING)) {
                known.remove(thing);
            } else {
                known.put(thing, state);
            }
        });
        doubt = Map.of();
    }

    /**
     * Compares with what there is after a crash; what was in doubt is known from then on.
     *
     * @param found every thing of this writer that is there
     * @return what is wrong
     */
    public List<String> judge(Map<String, String> found) {
        List<String> wrong = new ArrayList<>();
        boolean happened =
                !doubt.isEmpty()
                        && doubt.entrySet().stream()
                                .allMatch(one ->
                                        found.getOrDefault(one.getKey(), NOTHING)
                                                .equals(one.getValue()));
        if (happened) {
            take();
        }
        var torn = doubt;
        doubt = Map.of();
        known.forEach((thing, state) -> {
            var there = found.getOrDefault(thing, NOTHING);
            if (!state.equals(there)) {
                wrong.add(sentence(thing, there, state, torn));
            }
        });
        found.forEach((thing, there) -> {
            if (!known.containsKey(thing)) {
                wrong.add(sentence(thing, there, NOTHING, torn));
            }
        });
        return wrong;
    }

    private static String sentence(
            String thing, String there, String expected, Map<String, String> torn) {
        var sentence =
                "%s is %s and not %s"
                        .formatted(
                                thing,
                                there.isEmpty() ? "not there" : "\"" + there + "\"",
                                expected.isEmpty() ? "absent" : "\"" + expected + "\"");
        return there.equals(torn.get(thing)) ? sentence + ", as a torn commit leaves it" : sentence;
    }
}
