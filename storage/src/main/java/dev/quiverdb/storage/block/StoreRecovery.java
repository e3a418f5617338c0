package dev.quiverdb.storage.block;

import dev.quiverdb.base.world.Disk;
import dev.quiverdb.base.world.DiskFile;
import dev.quiverdb.storage.key.KeyException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** Finds the newest whole root and reads its table. Free space is what neither kept root uses. */
final class StoreRecovery {
    final ManifestFile manifestFile;
    final BlockFile file;
    final Root root;
    final TableTree tree;
    final List<TableLeaf> leaves = new ArrayList<>();
    final PageSpace space = new PageSpace();
    final byte[] payload;

    /** Whether the slot of the root that is not taken holds something broken. */
    final boolean brokenRoot;

    /** Places that only the older root refers to. */
    final List<Location> onlyOlder = new ArrayList<>();

    private StoreRecovery(
            ManifestFile manifestFile, BlockFile file, Root root, @Nullable Root older) {
        this.manifestFile = manifestFile;
        this.brokenRoot = older == null && manifestFile.isBroken(root.otherSlot());
        this.file = file;
        this.root = root;
        if (root.nextBlockId() > 1) {
            growLeaves((int) ((root.nextBlockId() - 1) / TableLeaf.BLOCKS));
        }
        this.tree = TableTree.read(file, root, this::readLeaf);
        tree.forEachLocation(this::claim);
        root.payload().forEach(this::claim);
        this.payload = readPayload(file, root);
        if (older != null) {
            claimOlder(older);
        }
    }

    static StoreRecovery run(BlockStoreOptions options) {
        var disk = options.disk();
        var directory = options.directory();
        disk.createDirectory(directory);
        var dataName = directory + "/" + LocalBlockStore.DATA_FILE;
        if (!disk.exists(ManifestFile.name(directory))) {
            create(options, dataName);
        }
        var manifestFile = ManifestFile.open(disk, directory, options.force());
        DiskFile data = null;
        try {
            var first = manifestFile.read(0);
            var second = manifestFile.read(1);
            boolean firstIsNewer =
                    first != null && (second == null || first.sequence() > second.sequence());
            var newest = firstIsNewer ? first : second;
            var older = firstIsNewer ? second : first;
            if (newest == null) {
                throw new BlockDamagedException(
                        Long.MIN_VALUE,
                        disk.describe(ManifestFile.name(directory)),
                        0,
                        "neither root is whole");
            }
            if (options.force()) {
                // The process that wrote it may have died before its own force, or of it: then the
                // system takes the page for clean, and only writing it again makes it durable.
                manifestFile.publish(newest);
            }
            data = disk.open(dataName, Disk.Open.WRITE);
            var file =
                    new BlockFile(
                            disk,
                            dataName,
                            data,
                            options.chance(),
                            dataKey(options, newest),
                            newest.storeId());
            return new StoreRecovery(manifestFile, file, newest, older);
        } catch (RuntimeException e) {
            manifestFile.close();
            if (data != null) {
                data.close();
            }
            throw e;
        }
    }

    private static @Nullable SecretKey dataKey(BlockStoreOptions options, Root root) {
        var wrapped = root.wrappedKey();
        var keyRing = options.keyRing();
        if (wrapped == null) {
            if (keyRing != null) {
                throw new KeyException(
                        "block store \""
                                + options.disk().describe(options.directory())
                                + "\" is not encrypted, but a key is given",
                        null);
            }
            return null;
        }
        if (keyRing == null) {
            throw new KeyException(
                    "block store \""
                            + options.disk().describe(options.directory())
                            + "\" is encrypted and no key is given",
                    null);
        }
        return keyRing.unwrap(wrapped.bytes());
    }

    private static void create(BlockStoreOptions options, String dataName) {
        var disk = options.disk();
        try (var data = disk.open(dataName, Disk.Open.CREATE)) {
            if (data.sizeBytes() > 0) {
                throw new BlockDamagedException(
                        Long.MIN_VALUE,
                        disk.describe(ManifestFile.name(options.directory())),
                        0,
                        "it is missing, but there are blocks");
            }
            data.force();
        }
        disk.forceDirectory(options.directory());
        var keyRing = options.keyRing();
        var wrapped =
                keyRing == null ? null : new Root.WrappedKey(keyRing.wrap(keyRing.newDataKey()));
        ManifestFile.create(
                disk,
                options.directory(),
                new Root(
                        0,
                        0,
                        options.chance().nextLong(),
                        1,
                        0,
                        Location.NONE,
                        0,
                        List.of(),
                        wrapped));
    }

    private void growLeaves(int number) {
        while (leaves.size() <= number) {
            leaves.add(new TableLeaf(leaves.size()));
        }
    }

    private void readLeaf(int number, ByteBuffer node) {
        growLeaves(number);
        var entries = leaves.get(number).current;
        for (int slot = 0; slot < TableLeaf.BLOCKS; slot++) {
            var location = Location.decode(node);
            if (location.isSomewhere()) {
                entries.location[slot] = location;
                entries.sizeBytes[slot] = location.blockBytes();
                claim(location);
            }
        }
    }

    private void claim(Location location) {
        if (!space.claim(location.page, location.pages)) {
            throw file.damaged(Long.MIN_VALUE, location, "two blocks claim the same place");
        }
    }

    private void claimOlder(Root older) {
        try {
            List<Location> all = new ArrayList<>(older.payload());
            var olderTree =
                    TableTree.read(
                            file,
                            older,
                            (_, node) -> {
                                while (node.hasRemaining()) {
                                    var location = Location.decode(node);
                                    if (location.isSomewhere()) {
                                        all.add(location);
                                    }
                                }
                            });
            olderTree.forEachLocation(all::add);
            for (var location : all) {
                // What both refer to is the same place or none: places are not written twice.
                if (space.claim(location.page, location.pages)) {
                    onlyOlder.add(location);
                }
            }
        } catch (BlockDamagedException e) {
            // The older root cannot be used, so nothing needs to be kept for it.
            onlyOlder.forEach(location -> space.free(location.page, location.pages));
            onlyOlder.clear();
        }
    }

    static long payloadId(int piece) {
        return Long.MIN_VALUE + 1 + piece;
    }

    static byte[] readPayload(BlockFile file, Root root) {
        var payload = new byte[root.payloadBytes()];
        int at = 0;
        for (int i = 0; i < root.payload().size(); i++) {
            var location = root.payload().get(i);
            var piece = ByteBuffer.allocateDirect(location.pages * BlockStore.PAGE_BYTES);
            file.read(payloadId(i), location, piece);
            int n = Math.min(payload.length - at, piece.capacity());
            piece.get(0, payload, at, n);
            at += n;
        }
        return payload;
    }
}
