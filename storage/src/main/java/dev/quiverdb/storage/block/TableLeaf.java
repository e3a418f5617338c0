package dev.quiverdb.storage.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What is known of 512 blocks with consecutive numbers: frames, sizes and places on disk. Frames
 * are read without the lock; everything else is guarded by it.
 */
final class TableLeaf {
    static final int BLOCKS = 512;

    private static final VarHandle FRAME = MethodHandles.arrayElementVarHandle(Frame[].class);

    /** Sizes and places as of one image. */
    static final class Entries {
        final int[] sizeBytes;
        final int[] generation;
        final Location[] location;

        Entries() {
            sizeBytes = new int[BLOCKS];
            generation = new int[BLOCKS];
            location = new Location[BLOCKS];
            Arrays.fill(location, Location.NONE);
        }

        private Entries(Entries other) {
            sizeBytes = other.sizeBytes.clone();
            generation = other.generation.clone();
            location = other.location.clone();
        }
    }

    final int number;
    final ReentrantLock lock = new ReentrantLock();
    private final @Nullable Frame[] frames = new Frame[BLOCKS];
    final @Nullable Loading[] loading = new Loading[BLOCKS];

    /** The newest state. */
    Entries current = new Entries();

    /** The state of the image being made durable, where {@link #current} has gone on since. */
    @Nullable Entries frozen;

    TableLeaf(int number) {
        this.number = number;
    }

    /** The frame of a block, if it is in memory; without the lock or with it. */
    @Nullable Frame frame(int slot) {
        return (Frame) FRAME.getAcquire(frames, slot);
    }

    /** Lock held. */
    void setFrame(int slot, @Nullable Frame frame) {
        FRAME.setVolatile(frames, slot, frame);
    }

    /** Keeps the frozen image's entries before {@link #current} changes. Lock held. */
    void diverge() {
        if (frozen == null) {
            frozen = new Entries(current);
        }
    }

    long blockId(int slot) {
        return (long) number * BLOCKS + slot;
    }
}
