package dev.quiverdb.storage.block;

import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** One pinned root, read from disk past the cache. */
final class Backup implements BackupPin {
    private final BlockFile file;
    private final Root root;
    private final BlockStoreOptions options;
    private final Runnable unpin;
    private final AtomicBoolean closed = new AtomicBoolean();

    Backup(BlockFile file, Root root, BlockStoreOptions options, Runnable unpin) {
        this.file = file;
        this.root = root;
        this.options = options;
        this.unpin = unpin;
    }

    @Override
    public Manifest manifest() {
        return new Manifest(
                root.sequence(), root.logIndex(), StoreRecovery.readPayload(file, root));
    }

    /** A block of the pinned image and where it is. */
    private interface Visitor {
        void block(long blockId, Location location);
    }

    /** Everything but what {@code damage} then tells could not be read. */
    private void walk(Visitor visitor, List<BlockDamagedException> damage) {
        for (int i = 0; i < root.payload().size(); i++) {
            visitor.block(StoreRecovery.payloadId(i), root.payload().get(i));
        }
        if (root.tableLevels() > 0) {
            walkNode(root.tableLevels() - 1, 0, root.table(), visitor, damage);
        }
    }

    private void walkNode(
            int level,
            int number,
            Location location,
            Visitor visitor,
            List<BlockDamagedException> damage) {
        long nodeId = TableTree.nodeId(level, number);
        visitor.block(nodeId, location);
        var node = BlockFile.node();
        try {
            file.read(nodeId, location, node);
        } catch (BlockDamagedException e) {
            damage.add(e);
            return;
        }
        node.rewind();
        for (int i = 0; i < TableTree.FAN_OUT; i++) {
            var child = Location.decode(node);
            if (!child.isSomewhere()) {
                continue;
            }
            if (level == 0) {
                visitor.block((long) number * TableLeaf.BLOCKS + i, child);
            } else {
                walkNode(level - 1, number * TableTree.FAN_OUT + i, child, visitor, damage);
            }
        }
    }

    List<BlockDamagedException> verify() {
        List<BlockDamagedException> damage = new ArrayList<>();
        var buffer = ByteBuffer.allocateDirect(BlockStore.BLOCK_BYTES_MAX);
        walk(
                (blockId, location) -> {
                    boolean tableNode = blockId < 0 && blockId > StoreRecovery.payloadId(1 << 20);
                    if (tableNode) {
                        return; // Read by the walk itself.
                    }
                    try {
                        file.read(
                                blockId,
                                location,
                                buffer.clear().limit(location.pages * BlockStore.PAGE_BYTES));
                    } catch (BlockDamagedException e) {
                        damage.add(e);
                    }
                },
                damage);
        return damage;
    }

    @Override
    public void copyTo(Disk target, String directory) {
        target.createDirectory(directory);
        List<BlockDamagedException> damage = new ArrayList<>();
        var dataName = directory + "/" + LocalBlockStore.DATA_FILE;
        try (var data = target.open(dataName, Disk.Open.CREATE_NEW)) {
            var buffer = ByteBuffer.allocateDirect(BlockStore.BLOCK_BYTES_MAX);
            walk((blockId, location) -> copy(data, buffer, blockId, location), damage);
            if (!damage.isEmpty()) {
                throw damage.getFirst();
            }
            data.force();
        }
        target.forceDirectory(directory);
        ManifestFile.create(target, directory, root);
    }

    private void copy(DiskFile data, ByteBuffer buffer, long blockId, Location location) {
        buffer.clear().limit(location.pages * BlockStore.PAGE_BYTES);
        file.readRaw(blockId, location, buffer);
        data.write(location.page * BlockStore.PAGE_BYTES, buffer);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            unpin.run();
        }
    }

    @Override
    public String toString() {
        return "checkpoint " + root.sequence() + " of " + options.directory();
    }
}
