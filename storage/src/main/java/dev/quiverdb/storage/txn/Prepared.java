package dev.quiverdb.storage.txn;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.LockStrength;
import dev.quiverdb.storage.ObjectLockMode;
import dev.quiverdb.storage.WaitPolicy;
import dev.quiverdb.storage.spill.SpillDirectory;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prepared transaction: its redo and its locks, without a session. What stands in the log and in
 * checkpoints:
 *
 * <pre>
 * text gid, text owner, long transaction, long prepared (micros)
 * int locks, lock*      byte 1, long class, long object, int mode              an object
 *                       byte 2, int tablet, int index, int length, bytes       a unique key
 *                       byte 3, int tablet, int stripe, int slot << 3 | mode   a row
 *                       byte 4                                                 its own end, see {@link LockTarget.Load}
 *                       byte 5, int n, long*                                   hashes of unique keys
 *                       byte 6, long first out, tablets, tablets               it is serializable: see
 *         tablets  int n, int*                                                   {@link Serializability.Marks}
 * int length, redo
 * </pre>
 */
final class Prepared {
    final String gid;
    final String owner;
    final long transactionId;
    final long preparedMicros;
    final LockOwner locks;
    final KeptRedo redo;
    final Applier.Built built;

    /** Whether its entry in the log is behind the newest applied one. */
    volatile boolean isMade;

    /** What a restart must know of a serializable transaction; null for another one. */
    Serializability.@Nullable Marks marks;

    /** What serializable isolation knows of it; null at another level. */
    volatile @Nullable Serializable serializable;

    Prepared(
            String gid,
            String owner,
            long transactionId,
            long preparedMicros,
            LockOwner locks,
            KeptRedo redo,
            Applier.Built built) {
        this.gid = gid;
        this.owner = owner;
        this.transactionId = transactionId;
        this.preparedMicros = preparedMicros;
        this.locks = locks;
        this.redo = redo;
        this.built = built;
    }

    void write(ByteWriter out) {
        SpecCodec.text(gid, out);
        SpecCodec.text(owner, out);
        out.putLong(transactionId);
        out.putLong(preparedMicros);
        int countAt = out.size();
        out.putInt(0);
        int count = 0;
        for (int i = 0; i < locks.heldCount(); i++) {
            int what = locks.heldWhat(i);
            switch (locks.heldResource(i).target) {
                case LockTarget.Item(long classId, long objectId) -> {
                    out.putByte(1);
                    out.putLong(classId);
                    out.putLong(objectId);
                    out.putInt(what);
                    count++;
                }
                case LockTarget.Key key -> {
                    out.putByte(2);
                    key.write(out);
                    count++;
                }
                case LockTarget.Stripe(int tabletId, int stripe) -> {
                    out.putByte(3);
                    out.putInt(tabletId);
                    out.putInt(stripe);
                    out.putInt(what);
                    count++;
                }
                case LockTarget.Load(long loader) -> {
                    if (loader == transactionId) {
                        out.putByte(4);
                        count++;
                    }
                }
                case LockTarget.Advisory _ -> {}
            }
        }
        var many = locks.manyKeys;
        if (many != null) {
            long[] hashes = many.toArray();
            out.putByte(5);
            out.putInt(hashes.length);
            for (long hash : hashes) {
                out.putLong(hash);
            }
            count++;
        }
        var known = marks;
        if (known != null) {
            out.putByte(6);
            known.write(out);
            count++;
        }
        out.setInt(countAt, count);
        out.putInt(redo.length());
        out.putBytes(redo.bytes());
    }

    /** Reads a prepared transaction and takes its locks again. */
    static Prepared read(ByteBuffer in, LockManager manager, SpillDirectory directory) {
        var gid = SpecCodec.text(in);
        var owner = SpecCodec.text(in);
        long transactionId = in.getLong();
        long micros = in.getLong();
        var locks = new LockOwner(transactionId, new LockOwner.Session());
        Serializability.Marks marks = null;
        for (int rest = in.getInt(); rest > 0; rest--) {
            switch (in.get()) {
                case 1 -> {
                    var target = new LockTarget.Item(in.getLong(), in.getLong());
                    manager.lockItem(
                            locks, target, ObjectLockMode.ofCode(in.getInt()), WaitPolicy.NOWAIT);
                }
                case 2 -> manager.lockKey(locks, LockTarget.Key.read(in), WaitPolicy.NOWAIT);
                case 4 ->
                        manager.lockItem(
                                locks,
                                new LockTarget.Load(transactionId),
                                ObjectLockMode.EXCLUSIVE,
                                WaitPolicy.NOWAIT);
                case 5 -> {
                    long[] hashes = new long[in.getInt()];
                    for (int i = 0; i < hashes.length; i++) {
                        hashes[i] = in.getLong();
                    }
                    manager.restoreMany(locks, hashes);
                }
                case 6 -> marks = Serializability.Marks.read(in);
                default -> {
                    int tabletId = in.getInt();
                    int stripe = in.getInt();
                    int what = in.getInt();
                    manager.lockRow(
                            locks,
                            tabletId,
                            (long) stripe << 10 | what >> 3,
                            LockStrength.ofCode(what & 7),
                            WaitPolicy.NOWAIT);
                }
            }
        }
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        var redo = new KeptRedo(bytes, directory);
        var prepared = new Prepared(gid, owner, transactionId, micros, locks, redo, Applier.NONE);
        prepared.isMade = true;
        prepared.marks = marks;
        return prepared;
    }

    /** The redo as a list of pieces. */
    List<ByteBuffer> pieces() {
        return redo.length() == 0 ? List.of() : List.of(ByteBuffer.wrap(redo.bytes()));
    }

    /** The redo as the applier reads it; null if nothing was written. */
    @Nullable ByteBuffer payload() {
        return redo.length() == 0 ? null : ByteBuffer.wrap(redo.bytes());
    }
}
