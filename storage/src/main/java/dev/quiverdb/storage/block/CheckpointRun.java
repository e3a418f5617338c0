package dev.quiverdb.storage.block;

import dev.quiverdb.base.world.DiskFullException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A frozen image on its way to disk. After a full disk it may be completed later. */
final class CheckpointRun implements BlockStore.Checkpoint {
    private final LocalBlockStore store;
    private final BlockFile file;
    private final PageSpace space;
    private final long number;
    private final long logIndex;
    private final byte[] payload;
    private final Queue<Frame> frames;
    private final long nextId;
    private final int leafCount;
    private List<Location> payloadPlaces = List.of();
    private boolean complete;

    CheckpointRun(
            LocalBlockStore store,
            BlockFile file,
            PageSpace space,
            long number,
            long logIndex,
            byte[] payload,
            Queue<Frame> frames,
            long nextId,
            int leafCount) {
        this.store = store;
        this.file = file;
        this.space = space;
        this.number = number;
        this.logIndex = logIndex;
        this.payload = payload;
        this.frames = frames;
        this.nextId = nextId;
        this.leafCount = leafCount;
    }

    /** Of the image. */
    long number() {
        return number;
    }

    @Override
    public long logIndex() {
        return logIndex;
    }

    @Override
    public synchronized void complete() {
        if (complete) {
            return;
        }
        store.requireWorking();
        try {
            store.writeFrozen(frames, number);
            writePayload();
            store.writeTable(number, leafCount);
            store.publish(number, logIndex, nextId, payload, payloadPlaces);
            complete = true;
        } catch (DiskFullException e) {
            throw e;
        } catch (RuntimeException e) {
            store.fail(e);
            throw e;
        }
    }

    private void writePayload() {
        var old = payloadPlaces;
        payloadPlaces = List.of();
        old.forEach(location -> store.replaced(location, number));
        List<Location> places = new ArrayList<>();
        for (int at = 0; at < payload.length; at += Root.PAYLOAD_PIECE_BYTES) {
            int n = Math.min(Root.PAYLOAD_PIECE_BYTES, payload.length - at);
            int padded =
                    (n + BlockStore.PAGE_BYTES - 1) / BlockStore.PAGE_BYTES * BlockStore.PAGE_BYTES;
            var piece = ByteBuffer.allocateDirect(padded).put(payload, at, n).clear();
            places.add(file.write(space, StoreRecovery.payloadId(places.size()), piece, number));
            payloadPlaces = List.copyOf(places);
        }
    }
}
