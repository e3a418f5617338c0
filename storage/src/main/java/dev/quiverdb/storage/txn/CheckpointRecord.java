package dev.quiverdb.storage.txn;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.block.BlockStore;
import dev.quiverdb.storage.spill.SpillDirectory;
import dev.quiverdb.storage.table.Layout;
import dev.quiverdb.storage.table.Overflow;
import dev.quiverdb.storage.table.Tablet;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The root of all structures, as each checkpoint writes it: into a chain of blocks, whose first
 * number and length are the payload of the manifest.
 *
 * <pre>
 * int format, long newest commit, long next transaction, int greatest tablet id
 * int n, (long sequence, long last value, byte called)*
 * int n, prepared*                                        see {@link Prepared}
 * int n, tablet*
 * int n, tablet*                                          those that only their maker knows
 * hidden parts                                            see {@link HiddenParts}
 *   tablet   spec, layout, long created, rows, int n, (int index, long created, int length, bytes)*
 * </pre>
 */
final class CheckpointRecord {
    static final int FORMAT = 2;

    long newestCommit;
    long nextTransaction = 1;

    /** Blocks of the record in the store, to be freed by the next one. */
    long firstBlock;

    final List<byte[]> prepared = new ArrayList<>();

    /** Writes the record, in a writer's visit. Returns the manifest's payload. */
    ByteBuffer write(BlockStore store, Applier applier, Collection<Prepared> transactions) {
        var out = new ByteWriter(4096);
        out.putInt(FORMAT);
        out.putLong(newestCommit);
        out.putLong(nextTransaction);
        out.putInt(applier.greatestTabletId);
        out.putInt(applier.sequences.size());
        for (var sequence : applier.sequences.entrySet()) {
            out.putLong(sequence.getKey());
            out.putLong(sequence.getValue().lastValue());
            out.putByte(sequence.getValue().called() ? 1 : 0);
        }
        out.putInt(transactions.size());
        for (var transaction : transactions) {
            transaction.write(out);
        }
        out.putInt(applier.tablets.size());
        for (var tablet : applier.tablets.values()) {
            write(tablet, out);
        }
        out.putInt(applier.hidden.tablets.size());
        for (var tablet : applier.hidden.tablets.values()) {
            write(tablet, out);
        }
        applier.hidden.write(out);
        if (firstBlock != 0) {
            Overflow.free(store, firstBlock);
        }
        firstBlock = Overflow.write(store, out.array(), 0, out.size());
        return ByteBuffer.allocate(12).putLong(firstBlock).putInt(out.size()).flip();
    }

    private static void write(Tablet tablet, ByteWriter out) {
        SpecCodec.write(tablet.layout().spec(), out);
        tablet.layout().write(out);
        out.putLong(tablet.created());
        tablet.save(out);
        out.putInt(tablet.indexes().size());
        for (var index : tablet.indexes()) {
            out.putInt(index.spec().indexId());
            out.putLong(index.created());
            int at = out.size();
            out.putInt(0);
            index.index().save(out);
            out.setInt(at, out.size() - at - 4);
        }
    }

    /** Reads the newest record; an empty one for a new store. */
    static CheckpointRecord read(
            BlockStore store,
            Applier applier,
            LockManager locks,
            SpillDirectory directory,
            Collection<Prepared> prepared) {
        var record = new CheckpointRecord();
        var payload = store.manifest().payload();
        if (!payload.hasRemaining()) {
            return record;
        }
        record.firstBlock = payload.getLong();
        byte[] bytes;
        int ticket = store.enterReader();
        try {
            bytes = Overflow.read(store, record.firstBlock, payload.getInt());
        } finally {
            store.exitReader(ticket);
        }
        var in = ByteBuffer.wrap(bytes);
        int format = in.getInt();
        if (format != FORMAT) {
            throw new IllegalStateException("checkpoint of unknown format " + format);
        }
        record.newestCommit = in.getLong();
        record.nextTransaction = in.getLong();
        applier.greatestTabletId = in.getInt();
        for (int rest = in.getInt(); rest > 0; rest--) {
            long id = in.getLong();
            applier.sequences.put(id, new SequenceTable.Logged(in.getLong(), in.get() != 0));
        }
        for (int rest = in.getInt(); rest > 0; rest--) {
            prepared.add(Prepared.read(in, locks, directory));
        }
        for (int rest = in.getInt(); rest > 0; rest--) {
            var tablet = readTablet(in, applier);
            applier.tablets.put(tablet.tabletId(), tablet);
        }
        for (int rest = in.getInt(); rest > 0; rest--) {
            var tablet = readTablet(in, applier);
            applier.hidden.tablets.put(tablet.tabletId(), tablet);
        }
        applier.hidden.read(in);
        return record;
    }

    private static Tablet readTablet(ByteBuffer in, Applier applier) {
        var spec = SpecCodec.readTablet(in);
        var layout = Layout.read(spec, in);
        var tablet = applier.newTablet(layout.withSpec(spec), in.getLong());
        tablet.restore(in);
        for (int rest = in.getInt(); rest > 0; rest--) {
            var index = spec.index(in.getInt());
            long created = in.getLong();
            int length = in.getInt();
            var saved = in.slice(in.position(), length);
            in.position(in.position() + length);
            var opened = applier.method(index.method()).open(tablet.context(index), saved);
            tablet.restoreIndex(index, opened, created);
        }
        return tablet;
    }
}
