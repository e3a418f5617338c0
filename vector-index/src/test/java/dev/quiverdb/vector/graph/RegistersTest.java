package dev.quiverdb.vector.graph;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.flat.FlatScan;
import dev.quiverdb.vector.flat.NearestHeap;
import dev.quiverdb.vector.quantise.RabitqCodec;
import dev.quiverdb.vector.simd.ArenaVectorSlots;
import dev.quiverdb.vector.simd.DistanceFunction;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import dev.quiverdb.vector.simd.QueryVector;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * Vectors stay in registers once the compiler has been over the loops: a virtual machine of its own
 * scans, builds and searches, and tells what it allocated and how often compiled loops were thrown
 * away.
 */
class RegistersTest {
    private static final int DIMENSIONS = 384;
    private static final int COUNT = 2500;

    /** A search that keeps to registers allocates its cursor and little else. */
    private static final long BYTES_A_QUERY = 16 << 10;

    /** The compiler gives up a guess after four failures of it; there are a few in a method. */
    private static final int THROWN_AWAY = 12;

    @Test
    @EnabledIf("dev.quiverdb.vector.graph.RegistersTest#hasVectorApi")
    void compiledLoopsBoxNoRegistersAndAreNotThrownAway() throws Exception {
        var own = ManagementFactory.getRuntimeMXBean();
        var command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules=jdk.incubator.vector",
                                "-Xlog:deoptimization=debug",
                                "-cp",
                                own.getClassPath(),
                                Searches.class.getName()));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output;
        try (var reader = process.inputReader()) {
            output = reader.readAllAsString();
        }
        assertThat(process.waitFor()).as(output).isZero();

        var trap = Pattern.compile("simd\\.\\w+\\.\\w+\\S* trap_bci=\\d+");
        var thrown = trap.matcher(output).results().map(found -> found.group()).toList();
        for (String loop : thrown) {
            assertThat(thrown.stream().filter(loop::equals).count())
                    .as("times that %s was thrown away", loop)
                    .isLessThanOrEqualTo(THROWN_AWAY);
        }
        var bytes = Pattern.compile("bytes a query (\\d+)").matcher(output).results().toList();
        assertThat(bytes).as(output).hasSize(2);
        for (var found : bytes) {
            assertThat(Long.parseLong(found.group(1))).isLessThan(BYTES_A_QUERY);
        }
    }

    static boolean hasVectorApi() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /** What the other virtual machine runs. */
    static final class Searches {
        private static final ThreadMXBean THREADS =
                (ThreadMXBean) ManagementFactory.getThreadMXBean();

        private Searches() {}

        public static void main(String[] args) {
            var random = new SplittableRandom(1);
            try (var slots = new ArenaVectorSlots(ElementKind.FLOAT32, DIMENSIONS);
                    var arena = Arena.ofConfined()) {
                float[] vector = new float[DIMENSIONS];
                for (int i = 0; i < COUNT; i++) {
                    slots.add(fill(vector, random));
                }
                scan(slots, arena);
                search(slots, null, arena);
                var codec = new RabitqCodec(Metric.L2, new float[DIMENSIONS], 2, 42);
                search(slots, new CodeSpace(codec, slots), arena);
            }
        }

        private static float[] fill(float[] vector, SplittableRandom random) {
            for (int d = 0; d < vector.length; d++) {
                vector[d] = (float) random.nextGaussian();
            }
            return vector;
        }

        private static void scan(ArenaVectorSlots slots, Arena arena) {
            var function = DistanceFunction.of(Metric.L2, ElementKind.FLOAT32, DIMENSIONS);
            var scan = new FlatScan(function, slots);
            var query = new QueryVector(ElementKind.FLOAT32, DIMENSIONS, arena);
            var heap = new NearestHeap();
            for (int i = 0; i < 100; i++) {
                heap.reset(10);
                scan.nearest(query.set(slots, i), COUNT, Admission.ALL, heap);
            }
        }

        private static void search(ArenaVectorSlots slots, VectorSpace codes, Arena arena) {
            var blocks = new ArenaGraphBlocks();
            var space = new SlotSpace(Metric.L2, slots);
            var index = HnswIndex.create(HnswOptions.defaults(), blocks, space, codes);
            for (int i = 0; i < COUNT; i++) {
                index.insert(i);
                index.linkNext();
            }
            var query = arena.allocate(4L * DIMENSIONS, 64);
            var random = new SplittableRandom(2);
            var found = new Neighbours();
            long end = THREADS.getCurrentThreadCpuTime() + 30_000_000_000L;
            long bytes;
            do {
                bytes = bytesOf100(index, query, random, found);
            } while (bytes > 100 * BYTES_A_QUERY && THREADS.getCurrentThreadCpuTime() < end);
            System.out.println("bytes a query " + bytes / 100);
        }

        private static long bytesOf100(
                HnswIndex index, MemorySegment query, SplittableRandom random, Neighbours found) {
            float[] vector = new float[DIMENSIONS];
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                MemorySegment.copy(
                        fill(vector, random), 0, query, ValueLayout.JAVA_FLOAT, 0, DIMENSIONS);
                index.search(query, 10, SearchParameters.defaults(), Admission.ALL, found);
            }
            return THREADS.getCurrentThreadAllocatedBytes() - before;
        }
    }
}
