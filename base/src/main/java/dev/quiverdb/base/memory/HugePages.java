package dev.quiverdb.base.memory;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Native memory that the operating system may back by pages of two megabytes. Walks over graphs
 * jump to random places, and with pages of four kilobytes each jump costs a page walk beside the
 * cache miss. A wish, not a demand: where it cannot be had, memory is as it always is.
 */
@SuppressWarnings("restricted")
public final class HugePages {
    /** Size and alignment of a huge page. */
    public static final int BYTES = 2 << 20;

    private static final int PAGE_BYTES = 4096;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;
    private static final @Nullable Calls CALLS = Calls.find();

    private HugePages() {}

    /** Allocates zeroed memory, in huge pages as far as the size fills them. */
    public static MemorySegment allocate(Arena arena, long sizeBytes) {
        var calls = CALLS;
        if (sizeBytes < BYTES || calls == null) {
            return arena.allocate(sizeBytes, PAGE_BYTES);
        }
        long mappedBytes = sizeBytes + BYTES;
        // Mapped by hand: an arena's own allocation touches every page before it can be advised.
        long mapped = calls.map(mappedBytes);
        if (mapped == -1) {
            return arena.allocate(sizeBytes, PAGE_BYTES);
        }
        long aligned = (mapped + BYTES - 1) & -BYTES;
        calls.advise(aligned, sizeBytes);
        return MemorySegment.ofAddress(aligned)
                .reinterpret(sizeBytes, arena, _ -> calls.unmap(mapped, mappedBytes));
    }

    /** The system calls of Linux. */
    private record Calls(MethodHandle mmap, MethodHandle munmap, MethodHandle madvise) {
        static @Nullable Calls find() {
            if (!System.getProperty("os.name", "").equals("Linux")) {
                return null;
            }
            var linker = Linker.nativeLinker();
            var symbols = linker.defaultLookup();
            var mmap = symbols.find("mmap");
            var munmap = symbols.find("munmap");
            var madvise = symbols.find("madvise");
            if (mmap.isEmpty() || munmap.isEmpty() || madvise.isEmpty()) {
                return null;
            }
            return new Calls(
                    linker.downcallHandle(
                            mmap.get(),
                            FunctionDescriptor.of(
                                    JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT,
                                    JAVA_LONG)),
                    linker.downcallHandle(
                            munmap.get(), FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG)),
                    linker.downcallHandle(
                            madvise.get(),
                            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT)));
        }

        long map(long bytes) {
            try {
                return (long)
                        mmap.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
            } catch (Throwable failure) {
                throw new IllegalStateException("mmap cannot be called", failure);
            }
        }

        void unmap(long address, long bytes) {
            try {
                int answer = (int) munmap.invokeExact(address, bytes);
                assert answer == 0 : "munmap of " + bytes + " bytes is refused";
            } catch (Throwable failure) {
                throw new IllegalStateException("munmap cannot be called", failure);
            }
        }

        void advise(long address, long bytes) {
            try {
                int answer = (int) madvise.invokeExact(address, bytes, MADV_HUGEPAGE);
                assert answer <= 0 : "madvise answers 0 or -1";
            } catch (Throwable failure) {
                throw new IllegalStateException("madvise cannot be called", failure);
            }
        }
    }
}
