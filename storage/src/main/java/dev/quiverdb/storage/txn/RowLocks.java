package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.LockStrength;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The row locks of one stripe: per owner and strength a bitmap of 1,024 slots, so that a statement
 * that locks a million rows needs bits, not objects.
 */
final class RowLocks extends LockResource {
    private static final LockStrength[] STRENGTHS = LockStrength.values();
    private static final int WORDS = 1024 / 64;

    private static final class Holder {
        final LockOwner owner;
        final long[] @Nullable [] bits = new long[STRENGTHS.length][];

        Holder(LockOwner owner) {
            this.owner = owner;
        }

        boolean has(int slot, int strength) {
            var words = bits[strength];
            return words != null && (words[slot >> 6] & 1L << slot) != 0;
        }
    }

    private final List<Holder> holders = new ArrayList<>(1);

    RowLocks(LockTarget target, int partition) {
        super(target, partition);
    }

    static int what(int slot, LockStrength strength) {
        return slot << 3 | strength.code();
    }

    @Override
    boolean conflicts(int what, int other) {
        return what >> 3 == other >> 3 && STRENGTHS[what & 7].conflictsWith(STRENGTHS[other & 7]);
    }

    private @Nullable Holder holderOf(LockOwner owner) {
        for (var holder : holders) {
            if (holder.owner == owner) {
                return holder;
            }
        }
        return null;
    }

    @Override
    boolean holds(LockOwner owner, int what) {
        var holder = holderOf(owner);
        if (holder != null) {
            for (int strength = what & 7; strength < STRENGTHS.length; strength++) {
                if (holder.has(what >> 3, strength)) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    boolean holdsAny(LockOwner owner, int what) {
        return holds(owner, what & ~7);
    }

    private boolean inTheWay(Holder holder, LockOwner owner, int what) {
        if (holder.owner.sameSession(owner)) {
            return false;
        }
        int slot = what >> 3;
        int least = STRENGTHS.length - 1 - (what & 7);
        for (int strength = least; strength < STRENGTHS.length; strength++) {
            if (holder.has(slot, strength)) {
                return true;
            }
        }
        return false;
    }

    @Override
    void forEachBlocker(LockOwner owner, int what, Consumer<LockOwner> consumer) {
        for (var holder : holders) {
            if (inTheWay(holder, owner, what)) {
                consumer.accept(holder.owner);
            }
        }
    }

    @Override
    boolean blocked(LockOwner owner, int what) {
        for (int i = 0; i < holders.size(); i++) {
            if (inTheWay(holders.get(i), owner, what)) {
                return true;
            }
        }
        return false;
    }

    @Override
    void grant(LockOwner owner, int what) {
        var holder = holderOf(owner);
        if (holder == null) {
            holder = new Holder(owner);
            holders.add(holder);
        }
        var words = holder.bits[what & 7];
        if (words == null) {
            words = new long[WORDS];
            holder.bits[what & 7] = words;
        }
        int slot = what >> 3;
        words[slot >> 6] |= 1L << slot;
    }

    @Override
    void release(LockOwner owner, int what) {
        for (Iterator<Holder> it = holders.iterator(); it.hasNext(); ) {
            var holder = it.next();
            if (holder.owner == owner) {
                var words = holder.bits[what & 7];
                int slot = what >> 3;
                if (words != null) {
                    words[slot >> 6] &= ~(1L << slot);
                }
                if (isEmpty(holder)) {
                    it.remove();
                }
                return;
            }
        }
    }

    private static boolean isEmpty(Holder holder) {
        for (var words : holder.bits) {
            if (words != null) {
                for (long word : words) {
                    if (word != 0) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    @Override
    void releaseAll(LockOwner owner) {
        holders.removeIf(holder -> holder.owner == owner);
    }

    @Override
    boolean unused() {
        return holders.isEmpty() && queue.isEmpty();
    }

    @Override
    void forEachHeld(ObjIntConsumer<LockOwner> consumer) {
        for (var holder : holders) {
            for (int strength = 0; strength < STRENGTHS.length; strength++) {
                var words = holder.bits[strength];
                for (int word = 0; words != null && word < WORDS; word++) {
                    for (long rest = words[word]; rest != 0; rest &= rest - 1) {
                        int slot = word << 6 | Long.numberOfTrailingZeros(rest);
                        consumer.accept(holder.owner, slot << 3 | strength);
                    }
                }
            }
        }
    }
}
