package dev.quiverdb.base.world;

import java.util.function.BiConsumer;

/**
 * Messages between nodes, so that a simulation can lose, delay, repeat and reorder them. The seat
 * is kept for the cluster; a single node has no use for it.
 */
public interface Network {
    /** Sends, or silently loses, one message. Never blocks. */
    void send(int node, byte[] message);

    /** Who hears what arrives here: (sender, message). */
    void onMessage(BiConsumer<Integer, byte[]> listener);
}
