package dev.quiverdb.base.world;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A second descriptor of a file, for {@code fdatasync} alone.
 *
 * <p>A {@code FileChannel} that is forced on a virtual thread first wakes another carrier to stand
 * in for this one. Between a commit's write and its force that is a system call and, where cores
 * are few, the loss of the core. This call wakes nobody; at most one thread of a log is in it.
 *
 * <p>Thread-safe; {@link #close} waits for those inside, for the system gives the number to the
 * next file that is opened. Where the system is not Linux, {@link #open} gives null.
 */
final class DataSync implements AutoCloseable {
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;

    /** The calls of the C library; null where they are not known to be as they are used here. */
    private static final @Nullable Calls CALLS = Calls.link();

    private final int descriptor;
    private final ReentrantReadWriteLock use = new ReentrantReadWriteLock();
    private boolean closed;

    private DataSync(int descriptor) {
        this.descriptor = descriptor;
    }

    /** A descriptor of a file that is there and may be written; null where it cannot be had. */
    static @Nullable DataSync open(Path file) {
        if (CALLS == null) {
            return null;
        }
        int descriptor = CALLS.open(file.toString());
        return descriptor < 0 ? null : new DataSync(descriptor);
    }

    /**
     * Returns when what was written to the file is on the disk.
     *
     * @throws IOException with the system's text
     */
    void force() throws IOException {
        use.readLock().lock();
        try {
            if (closed) {
                throw new ClosedChannelException();
            }
            calls().sync(descriptor);
        } finally {
            use.readLock().unlock();
        }
    }

    @Override
    public void close() {
        use.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                calls().close(descriptor);
            }
        } finally {
            use.writeLock().unlock();
        }
    }

    private static Calls calls() {
        var calls = CALLS;
        if (calls == null) {
            throw new IllegalStateException("no descriptor was ever opened");
        }
        return calls;
    }

    /** The linked calls. */
    private record Calls(
            MethodHandle open,
            MethodHandle fdatasync,
            MethodHandle close,
            MethodHandle strerror,
            StructLayout state,
            VarHandle errno) {
        @SuppressWarnings("restricted") // the signatures are those of the C library on Linux
        static @Nullable Calls link() {
            var system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
            if (!system.contains("linux")) {
                return null;
            }
            var linker = Linker.nativeLinker();
            var state = Linker.Option.captureStateLayout();
            var capture = Linker.Option.captureCallState("errno");
            var names = linker.defaultLookup();
            var open = names.find("open");
            var fdatasync = names.find("fdatasync");
            var close = names.find("close");
            var strerror = names.find("strerror");
            if (open.isEmpty() || fdatasync.isEmpty() || close.isEmpty() || strerror.isEmpty()) {
                return null;
            }
            var number = ValueLayout.JAVA_INT;
            return new Calls(
                    linker.downcallHandle(
                            open.get(),
                            FunctionDescriptor.of(number, ValueLayout.ADDRESS, number),
                            Linker.Option.firstVariadicArg(2)),
                    linker.downcallHandle(
                            fdatasync.get(), FunctionDescriptor.of(number, number), capture),
                    linker.downcallHandle(close.get(), FunctionDescriptor.of(number, number)),
                    linker.downcallHandle(
                            strerror.get(), FunctionDescriptor.of(ValueLayout.ADDRESS, number)),
                    state,
                    state.varHandle(MemoryLayout.PathElement.groupElement("errno")));
        }

        int open(String path) {
            try (var arena = Arena.ofConfined()) {
                return (int) open.invokeExact(arena.allocateFrom(path), O_RDWR | O_CLOEXEC);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        void sync(int descriptor) throws IOException {
            try (var arena = Arena.ofConfined()) {
                var captured = arena.allocate(state);
                if (sync(captured, descriptor) != 0) {
                    throw new IOException(text((int) errno.get(captured, 0L)));
                }
            }
        }

        private int sync(MemorySegment captured, int descriptor) {
            try {
                return (int) fdatasync.invokeExact(captured, descriptor);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        void close(int descriptor) {
            try {
                // What close answers is of no use: what mattered was forced.
                int _ = (int) close.invokeExact(descriptor);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        @SuppressWarnings("restricted") // what strerror gives ends in a zero and is shorter
        private String text(int number) {
            try {
                var found = (MemorySegment) strerror.invokeExact(number);
                return found.reinterpret(256).getString(0);
            } catch (Throwable e) {
                throw unexpected(e);
            }
        }

        private static RuntimeException unexpected(Throwable cause) {
            return new IllegalStateException("a call of the C library failed", cause);
        }
    }
}
