package dev.quiverdb.vector.access;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.vector.graph.RecordRegion;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a restart needs of an index of lists, in blocks: who is in which list, the centroids, and
 * what was learned. Lists and codes are made again from these and the slots. Every state of the
 * blocks between two visits is whole: a list a vector is said to be in is a hint, and one that does
 * not exist (any more) means that the vector waits for a place.
 *
 * <pre>
 *   records, 16 bytes by vecId
 *     int32  0: not there; -1: waits for a list; else the list + 1
 *     int32  the training that the list is of
 *     int64  row id
 *   text of one training
 *     the model, then for each list 4 + 4 * dimensions bytes: int32 1 if it is alive, floats
 * </pre>
 *
 * Saved: int training (0: untrained), int vectors trained on, int bytes of the model, int
 * dimensions of a centroid, int lists, int blocks of records and each, int blocks of text and each.
 *
 * <p>Records are written by the applying and the background thread under the lock of {@link
 * IvfAccessIndex}; text by the background thread.
 */
final class IvfRecords {
    static final int ABSENT = 0;
    static final int WAITING = -1;

    private static final int STRIDE = 16;
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final StorageGraphBlocks blocks;
    private final RecordRegion records;
    private final Object shape = new Object();
    private Text text = new Text(0, 0, 0, 0);

    /** Blocks of former trainings: the newest checkpoint may need them until the next is taken. */
    private final List<Integer> retired = new ArrayList<>();

    /** One training's bytes. */
    private static final class Text {
        final int training;
        final int trainedOn;
        final int modelBytes;
        final int dimensions;
        final List<Integer> blocks = new ArrayList<>();
        int lists;

        Text(int training, int trainedOn, int modelBytes, int dimensions) {
            this.training = training;
            this.trainedOn = trainedOn;
            this.modelBytes = modelBytes;
            this.dimensions = dimensions;
        }

        int stride() {
            return 4 + 4 * dimensions;
        }

        long listAt(int list) {
            return modelBytes + (long) list * stride();
        }
    }

    IvfRecords(StorageGraphBlocks blocks) {
        this.blocks = blocks;
        this.records = new RecordRegion(blocks, 0, STRIDE, (id, block) -> {});
    }

    int idsMax() {
        return records.capacity();
    }

    boolean isStored(int vecId) {
        return state(vecId) != ABSENT;
    }

    long owner(int vecId) {
        return records.read(vecId).get(LONG, records.offset(vecId) + 8);
    }

    /** The list + 1, or {@link #WAITING}, or {@link #ABSENT}. In a visit. */
    int state(int vecId) {
        return vecId < records.capacity()
                ? records.read(vecId).get(INT, records.offset(vecId))
                : ABSENT;
    }

    /** The training that a record's list is of. In a visit. */
    int training(int vecId) {
        return records.read(vecId).get(INT, records.offset(vecId) + 4);
    }

    /** In a writer's visit. */
    void setState(int vecId, int state) {
        var block = records.write(vecId);
        block.set(INT, records.offset(vecId) + 4, text.training);
        block.set(INT, records.offset(vecId), state);
    }

    /** Makes a vector wait for a list. In a writer's visit. */
    void add(int vecId, long owner) {
        records.ensure(vecId);
        records.write(vecId).set(LONG, records.offset(vecId) + 8, owner);
        setState(vecId, WAITING);
    }

    /** In a writer's visit. */
    void setOwner(int vecId, long owner) {
        records.write(vecId).set(LONG, records.offset(vecId) + 8, owner);
    }

    /** The number of the present training; 0 where there is none. */
    int training() {
        return text.training;
    }

    int trainedOn() {
        return text.trainedOn;
    }

    /** Begins a training: records that name lists of a former one are void from now on. */
    void train(int trainedOn, byte[] model, float[] @Nullable [] centroids, int dimensions) {
        var next = new Text(text.training + 1, trainedOn, model.length, dimensions);
        write(next, 0, ByteBuffer.wrap(model));
        for (int list = 0; list < centroids.length; list++) {
            writeCentroid(next, list, centroids[list]);
        }
        synchronized (shape) {
            retired.addAll(text.blocks);
            text = next;
        }
    }

    /** Keeps a list's centroid; null for none. */
    void setCentroid(int list, float @Nullable [] centroid) {
        synchronized (shape) {
            writeCentroid(text, list, centroid);
        }
    }

    private void writeCentroid(Text into, int list, float @Nullable [] centroid) {
        var bytes = ByteBuffer.allocate(into.stride()).order(ByteOrder.LITTLE_ENDIAN);
        if (centroid != null) {
            bytes.putInt(1);
            for (float x : centroid) {
                bytes.putFloat(x);
            }
            bytes.rewind();
        }
        write(into, into.listAt(list), bytes);
        into.lists = Math.max(into.lists, list + 1);
    }

    private void write(Text into, long at, ByteBuffer bytes) {
        int size = blocks.blockBytes();
        while (bytes.hasRemaining()) {
            int number = Math.toIntExact(at / size);
            int offset = (int) (at % size);
            int length = Math.min(bytes.remaining(), size - offset);
            long ticket = blocks.enterWriter();
            try {
                while (number >= into.blocks.size()) {
                    into.blocks.add(blocks.allocate());
                }
                MemorySegment.copy(
                        MemorySegment.ofBuffer(bytes),
                        0,
                        blocks.write(into.blocks.get(number)),
                        offset,
                        length);
            } finally {
                blocks.exitWriter(ticket);
            }
            bytes.position(bytes.position() + length);
            at += length;
        }
    }

    private ByteBuffer read(long at, int length) {
        int size = blocks.blockBytes();
        var bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            int number = Math.toIntExact(at / size);
            int offset = (int) (at % size);
            int part = Math.min(bytes.remaining(), size - offset);
            long ticket = blocks.enter();
            try {
                MemorySegment.copy(
                        blocks.read(text.blocks.get(number)),
                        offset,
                        MemorySegment.ofBuffer(bytes),
                        0,
                        part);
            } finally {
                blocks.exit(ticket);
            }
            bytes.position(bytes.position() + part);
            at += part;
        }
        bytes.rewind();
        return bytes;
    }

    byte[] model() {
        return read(0, text.modelBytes).array();
    }

    /** The centroids by list, null where a number is free. */
    float[] @Nullable [] centroids() {
        var centroids = new float[text.lists] @Nullable [];
        for (int list = 0; list < centroids.length; list++) {
            var bytes = read(text.listAt(list), text.stride());
            if (bytes.getInt() == 1) {
                float[] centroid = new float[text.dimensions];
                bytes.asFloatBuffer().get(centroid);
                centroids[list] = centroid;
            }
        }
        return centroids;
    }

    void save(ByteWriter out) {
        synchronized (shape) {
            out.putInt(text.training);
            out.putInt(text.trainedOn);
            out.putInt(text.modelBytes);
            out.putInt(text.dimensions);
            out.putInt(text.lists);
            int[] ids = records.blockIds();
            out.putInt(ids.length);
            for (int id : ids) {
                out.putInt(id);
            }
            out.putInt(text.blocks.size());
            for (int id : text.blocks) {
                out.putInt(id);
            }
            // What is saved now does without them.
            retired.forEach(blocks::free);
            retired.clear();
        }
    }

    void restore(ByteBuffer in) {
        text = new Text(in.getInt(), in.getInt(), in.getInt(), in.getInt());
        text.lists = in.getInt();
        for (int left = in.getInt(); left > 0; left--) {
            records.adopt(in.getInt());
        }
        for (int left = in.getInt(); left > 0; left--) {
            text.blocks.add(in.getInt());
        }
    }

    /** Size of its blocks. */
    long bytes() {
        synchronized (shape) {
            return records.bytes()
                    + (long) (text.blocks.size() + retired.size()) * blocks.blockBytes();
        }
    }

    void drop() {
        records.drop();
        synchronized (shape) {
            text.blocks.forEach(blocks::free);
            retired.forEach(blocks::free);
        }
    }
}
