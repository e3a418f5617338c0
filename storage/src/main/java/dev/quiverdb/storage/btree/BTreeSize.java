package dev.quiverdb.storage.btree;

import dev.quiverdb.storage.block.BlockStore;

/**
 * Counts the nodes of a tree. Leaves are not read, since the nodes above them say how many there
 * are. Any thread, in no visit: each node is read in a visit of its own, so that a large tree holds
 * nothing up; what a writer moves meanwhile may be missed or counted twice.
 */
final class BTreeSize {
    private static final int TRIES = 100;

    private final BlockStore store;

    BTreeSize(BlockStore store) {
        this.store = store;
    }

    /** How many nodes hang on a node, itself among them. */
    long nodes(long id) {
        int ticket = store.enterReader();
        Inner inner;
        try {
            inner = read(id);
        } finally {
            store.exitReader(ticket);
        }
        if (inner.level <= 1) {
            return 1L + inner.children.length;
        }
        long count = 1;
        for (long child : inner.children) {
            count += nodes(child);
        }
        return count;
    }

    /** What a node says of those below it; a node that has gone meanwhile has none. */
    private Inner read(long id) {
        for (int i = 0; i < TRIES; i++) {
            try {
                var node = store.read(id);
                long version = Node.version(node);
                var children =
                        Node.type(node) == Node.INNER ? new long[Node.count(node)] : new long[0];
                for (int child = 0; child < children.length; child++) {
                    children[child] = Node.child(node, child);
                }
                var inner = new Inner(Node.level(node), children);
                if (Node.isUnchanged(node, version)) {
                    return inner;
                }
            } catch (IndexOutOfBoundsException | NegativeArraySizeException e) {
                // It is being changed.
            } catch (IllegalArgumentException e) {
                break;
            }
            Thread.onSpinWait();
        }
        return new Inner(0, new long[0]);
    }

    @SuppressWarnings("ArrayRecordComponent") // It is never compared.
    private record Inner(int level, long[] children) {}
}
