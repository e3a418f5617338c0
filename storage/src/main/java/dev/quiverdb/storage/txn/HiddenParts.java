package dev.quiverdb.storage.txn;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.btree.KeyRun;
import dev.quiverdb.storage.table.BulkRows;
import dev.quiverdb.storage.table.HiddenStamp;
import dev.quiverdb.storage.table.Layout;
import dev.quiverdb.storage.table.StripePart;
import dev.quiverdb.storage.table.Tablet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What bulk loads of unfinished transactions have put into tablets, by transaction. Their rows are
 * there already, hidden; their end makes them visible or takes them away. Used like {@link
 * Applier}, of which it is a part.
 *
 * <p>A checkpoint writes them as
 *
 * <pre>
 * int n, transaction*
 *   long id
 *   int n, (int ordinal, int tablet, int stripe, int first slot, int rows)*
 *   int n, (int ordinal, int tablet)*           tablets that only this transaction knows
 * </pre>
 */
final class HiddenParts {
    /** Rows of one bulk entry. */
    private record Part(int ordinal, int tabletId, int stripe, int first, int rows) {}

    /** A tablet that a transaction made and loaded before its commit. */
    private record Made(int ordinal, Tablet tablet) {}

    private static final class Load {
        /** Ascending by ordinal. */
        final List<Part> parts = new ArrayList<>();

        final List<Made> made = new ArrayList<>();

        boolean isEmpty() {
            return parts.isEmpty() && made.isEmpty();
        }
    }

    private final Applier applier;
    private final TreeMap<Long, Load> loads = new TreeMap<>();

    /** Tablets whose transaction has not committed, by id. Any thread may look. */
    final Map<Integer, Tablet> tablets = new ConcurrentHashMap<>();

    HiddenParts(Applier applier) {
        this.applier = applier;
    }

    /** What a session has at hand of a bulk entry that it logged just now. */
    interface AtHand extends BulkRows.Keys {
        /** The tablet that the session made, to be used instead of a new one. */
        @Nullable Tablet tablet();
    }

    /** Replay has nothing but the log. */
    static final AtHand NOTHING =
            new AtHand() {
                @Override
                public @Nullable Tablet tablet() {
                    return null;
                }

                @Override
                public @Nullable KeyRun of(int indexId) {
                    return null;
                }
            };

    List<Long> transactions() {
        return List.copyOf(loads.keySet());
    }

    boolean has(long transactionId) {
        return loads.containsKey(transactionId);
    }

    private Load load(long transactionId) {
        return loads.computeIfAbsent(transactionId, _ -> new Load());
    }

    /** The tablet, hidden or not; null if it is gone, as temporary ones are after a restart. */
    private @Nullable Tablet tablet(int tabletId) {
        var hidden = tablets.get(tabletId);
        return hidden != null ? hidden : applier.tablets.get(tabletId);
    }

    // ---- bulk entries ---------------------------------------------------------------------------

    /** Applies a bulk entry; one that is there since the checkpoint before is passed over. */
    void apply(ByteBuffer payload, long transactionId, AtHand atHand) {
        while (payload.hasRemaining()) {
            byte tag = payload.get();
            switch (tag) {
                case Redo.PART -> part(payload, transactionId, atHand);
                case Redo.HIDDEN_TABLET -> {
                    int ordinal = payload.getInt();
                    var spec = SpecCodec.readTablet(payload);
                    make(transactionId, ordinal, spec, atHand.tablet());
                }
                default -> throw new IllegalStateException("unknown record in a bulk entry " + tag);
            }
        }
    }

    private void part(ByteBuffer payload, long transactionId, AtHand atHand) {
        int ordinal = payload.getInt();
        int command = payload.getInt();
        int tabletId = payload.getInt();
        int version = payload.getInt();
        int stripe = payload.getInt();
        int first = payload.getInt();
        int rows = payload.getInt();
        var tablet = tablet(tabletId);
        if (tablet == null || tablet.layout().version() != version) {
            throw new IllegalStateException(
                    "the log loads tablet " + tabletId + " of layout " + version + ", not there");
        }
        var part = StripePart.read(tablet.layout(), stripe, first, rows, payload);
        var parts = load(transactionId).parts;
        if (!parts.isEmpty() && parts.getLast().ordinal() >= ordinal) {
            return;
        }
        tablet.bulk().apply(part, HiddenStamp.of(transactionId, command), atHand);
        parts.add(new Part(ordinal, tabletId, stripe, first, rows));
    }

    private void make(long transactionId, int ordinal, TabletSpec spec, @Nullable Tablet prepared) {
        var load = load(transactionId);
        if (load.made.stream().anyMatch(one -> one.ordinal() == ordinal)) {
            return;
        }
        var tablet = prepared != null ? prepared : applier.newTablet(Layout.of(spec), 0);
        tablet.become(spec);
        for (var index : spec.indexes()) {
            restoreIndex(tablet, index);
        }
        load.made.add(new Made(ordinal, tablet));
        tablets.put(spec.tabletId(), tablet);
    }

    private void restoreIndex(Tablet tablet, IndexSpec index) {
        tablet.restoreIndex(index, applier.method(index.method()).create(tablet.context(index)), 0);
    }

    // ---- the end --------------------------------------------------------------------------------

    /** Makes parts visible. Tablets follow as the commit's definitions create them. */
    void show(long transactionId, int first, int end, long commit) {
        var load = loads.get(transactionId);
        if (load == null) {
            return;
        }
        load.parts.removeIf(part -> {
            if (part.ordinal() < first || part.ordinal() >= end) {
                return false;
            }
            var tablet = tablet(part.tabletId());
            if (tablet != null) {
                tablet.bulk()
                        .unhide(part.stripe(), part.first(), part.rows(), transactionId, commit);
                applier.touched.add(tablet);
            }
            return true;
        });
        forgetEmpty(transactionId, load);
    }

    /** The hidden tablet of that id, which is hidden no more; null if there is none. */
    @Nullable Tablet adopt(int tabletId) {
        var tablet = tablets.remove(tabletId);
        if (tablet != null) {
            for (var load : List.copyOf(loads.entrySet())) {
                load.getValue().made.removeIf(one -> one.tablet() == tablet);
                forgetEmpty(load.getKey(), load.getValue());
            }
        }
        return tablet;
    }

    /** Takes away what was loaded from an ordinal on. */
    void takeBack(long transactionId, int first) {
        var load = loads.get(transactionId);
        if (load == null) {
            return;
        }
        for (int i = load.parts.size() - 1; i >= 0; i--) {
            var part = load.parts.get(i);
            if (part.ordinal() < first) {
                break;
            }
            var tablet = tablet(part.tabletId());
            if (tablet != null) {
                tablet.bulk().remove(part.stripe(), part.first(), part.rows(), transactionId);
            }
            load.parts.remove(i);
        }
        for (int i = load.made.size() - 1; i >= 0; i--) {
            var made = load.made.get(i);
            if (made.ordinal() >= first) {
                made.tablet().drop();
                tablets.remove(made.tablet().tabletId());
                load.made.remove(i);
            }
        }
        forgetEmpty(transactionId, load);
    }

    private void forgetEmpty(long transactionId, Load load) {
        if (load.isEmpty()) {
            loads.remove(transactionId);
        }
    }

    // ---- checkpoint -----------------------------------------------------------------------------

    void write(ByteWriter out) {
        out.putInt(loads.size());
        for (var load : loads.entrySet()) {
            out.putLong(load.getKey());
            out.putInt(load.getValue().parts.size());
            for (var part : load.getValue().parts) {
                out.putInt(part.ordinal());
                out.putInt(part.tabletId());
                out.putInt(part.stripe());
                out.putInt(part.first());
                out.putInt(part.rows());
            }
            out.putInt(load.getValue().made.size());
            for (var made : load.getValue().made) {
                out.putInt(made.ordinal());
                out.putInt(made.tablet().tabletId());
            }
        }
    }

    /** Reads what {@link #write} wrote, after {@link #tablets} are there again. */
    void read(ByteBuffer in) {
        for (int rest = in.getInt(); rest > 0; rest--) {
            var load = load(in.getLong());
            for (int parts = in.getInt(); parts > 0; parts--) {
                load.parts.add(
                        new Part(in.getInt(), in.getInt(), in.getInt(), in.getInt(), in.getInt()));
            }
            for (int made = in.getInt(); made > 0; made--) {
                int ordinal = in.getInt();
                int tabletId = in.getInt();
                var tablet = tablets.get(tabletId);
                if (tablet == null) {
                    throw new IllegalStateException("no hidden tablet " + tabletId);
                }
                load.made.add(new Made(ordinal, tablet));
            }
        }
    }
}
