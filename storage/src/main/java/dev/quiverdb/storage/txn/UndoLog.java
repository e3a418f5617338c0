package dev.quiverdb.storage.txn;

import dev.quiverdb.storage.spill.SpillFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which rows a transaction wrote, in order: blocks of 8,192 writes, of which the older ones may lie
 * in a temporary file. Read from the end. One thread.
 */
final class UndoLog {
    private static final int BLOCK_WRITES = 8192;
    private static final int WRITE_BYTES = 12;
    private static final long[] NO_ROWS = {};
    private static final int[] NO_TABLETS = {};

    private static final class Block {
        /** Row ids, doubled, plus one for an insert. */
        long[] rows;

        int[] tablets;
        long position = -1;

        Block(long[] rows, int[] tablets) {
            this.rows = rows;
            this.tablets = tablets;
        }
    }

    private final List<Block> blocks = new ArrayList<>(1);
    private int size;
    private @Nullable SpillFile file;

    int size() {
        return size;
    }

    void add(int tabletId, long rowId, boolean insert) {
        int at = size % BLOCK_WRITES;
        if (at == 0) {
            blocks.add(new Block(NO_ROWS, NO_TABLETS));
        }
        var block = loaded(blocks.getLast());
        if (at == block.rows.length) {
            int length = Math.clamp(at * 2L, 4, BLOCK_WRITES);
            block.rows = Arrays.copyOf(block.rows, length);
            block.tablets = Arrays.copyOf(block.tablets, length);
        }
        block.rows[at] = rowId << 1 | (insert ? 1 : 0);
        block.tablets[at] = tabletId;
        block.position = -1;
        size++;
    }

    long rowId(int index) {
        return block(index).rows[index % BLOCK_WRITES] >> 1;
    }

    boolean isInsert(int index) {
        return (block(index).rows[index % BLOCK_WRITES] & 1) != 0;
    }

    int tabletId(int index) {
        return block(index).tablets[index % BLOCK_WRITES];
    }

    private Block block(int index) {
        // Who reads goes down: blocks above are not wanted again.
        int number = index / BLOCK_WRITES;
        return loaded(blocks.get(number));
    }

    private Block loaded(Block block) {
        if (block.rows.length == 0 && block.position >= 0 && file != null) {
            byte[] bytes = new byte[BLOCK_WRITES * WRITE_BYTES];
            file.read(block.position, bytes, 0, bytes.length);
            var in = ByteBuffer.wrap(bytes);
            block.rows = new long[BLOCK_WRITES];
            block.tablets = new int[BLOCK_WRITES];
            for (int i = 0; i < BLOCK_WRITES; i++) {
                block.rows[i] = in.getLong();
                block.tablets[i] = in.getInt();
            }
        }
        return block;
    }

    /** Moves the full blocks to a file. */
    void spill(SpillFile to) {
        file = to;
        for (int i = 0; i < size / BLOCK_WRITES; i++) {
            var block = blocks.get(i);
            if (block.rows.length == 0) {
                continue;
            }
            if (block.position < 0) {
                var out = ByteBuffer.allocate(BLOCK_WRITES * WRITE_BYTES);
                for (int w = 0; w < BLOCK_WRITES; w++) {
                    out.putLong(block.rows[w]).putInt(block.tablets[w]);
                }
                block.position = to.append(out.array(), 0, out.capacity());
            }
            block.rows = NO_ROWS;
            block.tablets = NO_TABLETS;
        }
    }

    void truncate(int keep) {
        size = keep;
        int blocksKept = (keep + BLOCK_WRITES - 1) / BLOCK_WRITES;
        blocks.subList(blocksKept, blocks.size()).clear();
    }
}
