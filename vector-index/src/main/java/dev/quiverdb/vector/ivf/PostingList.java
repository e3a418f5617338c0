package dev.quiverdb.vector.ivf;

import java.util.Arrays;

/** One list: its blocks and how many entries they hold; only the last block is not full. */
final class PostingList {
    int[] blocks;
    int count;

    PostingList(int[] blocks, int count) {
        this.blocks = blocks;
        this.count = count;
    }

    int blockCount() {
        return (count + 31) >>> 5;
    }

    void addBlock(int block) {
        int at = blockCount();
        if (at == blocks.length) {
            blocks = Arrays.copyOf(blocks, Math.max(4, at + (at >>> 1) + 1));
        }
        blocks[at] = block;
    }
}
