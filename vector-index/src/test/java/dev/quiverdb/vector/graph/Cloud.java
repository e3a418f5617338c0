package dev.quiverdb.vector.graph;

import dev.quiverdb.vector.filter.Admission;
import dev.quiverdb.vector.quantise.VectorCodec;
import dev.quiverdb.vector.simd.ArenaVectorSlots;
import dev.quiverdb.vector.simd.ElementKind;
import dev.quiverdb.vector.simd.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Clustered random vectors in slots, an index over them, and the exact answers beside it. */
final class Cloud {
    final ArenaVectorSlots slots;
    final SlotSpace space;
    final HnswIndex index;
    final ArenaGraphBlocks blocks = new ArenaGraphBlocks();
    final TreeSet<Integer> live = new TreeSet<>();
    private final SplittableRandom chance;
    private final float[][] centres;

    Cloud(SplittableRandom chance, ElementKind kind, int dimensions, Metric metric) {
        this(chance, kind, dimensions, metric, new HnswOptions(12, 60, 1 << 20));
    }

    Cloud(
            SplittableRandom chance,
            ElementKind kind,
            int dimensions,
            Metric metric,
            HnswOptions options) {
        this(chance, kind, dimensions, metric, options, null);
    }

    Cloud(
            SplittableRandom chance,
            ElementKind kind,
            int dimensions,
            Metric metric,
            HnswOptions options,
            @Nullable VectorCodec codec) {
        this.chance = chance;
        slots = new ArenaVectorSlots(kind, dimensions);
        space = new SlotSpace(metric, slots);
        index =
                HnswIndex.create(
                        options, blocks, space, codec == null ? null : new CodeSpace(codec, slots));
        centres = new float[20][dimensions];
        for (float[] centre : centres) {
            for (int i = 0; i < dimensions; i++) {
                centre[i] = (float) chance.nextGaussian();
            }
        }
    }

    /** Stores a random vector in a slot: a new one, or one released before. */
    int store() {
        Integer reused = index.takeReleased();
        int vecId = reused == null ? slots.allocate() : reused;
        write(slots.slabOf(vecId), slots.offset(vecId));
        return vecId;
    }

    /** Stores and inserts a random vector; it stays in the tail. */
    int insert() {
        int vecId = store();
        index.insert(vecId);
        live.add(vecId);
        return vecId;
    }

    Cloud grow(int count) {
        for (int i = 0; i < count; i++) {
            insert();
        }
        index.maintain();
        return this;
    }

    void delete(int vecId) {
        live.remove(vecId);
        index.delete(vecId);
    }

    private void write(MemorySegment into, long at) {
        if (slots.kind() == ElementKind.BIT) {
            for (int i = 0; i < slots.kind().sizeBytes(slots.dimensions()); i++) {
                into.set(ValueLayout.JAVA_BYTE, at + i, (byte) chance.nextInt());
            }
            return;
        }
        float[] centre = centres[chance.nextInt(centres.length)];
        for (int i = 0; i < centre.length; i++) {
            float value = centre[i] + 0.7f * (float) chance.nextGaussian();
            if (slots.kind() == ElementKind.FLOAT16) {
                into.set(ValueLayout.JAVA_SHORT, at + 2L * i, Float.floatToFloat16(value));
            } else {
                into.set(ValueLayout.JAVA_FLOAT, at + 4L * i, value);
            }
        }
    }

    MemorySegment query() {
        var query = Arena.ofAuto().allocate(slots.strideBytes(), 64);
        write(query, 0);
        return query;
    }

    MemorySegment vector(int vecId) {
        return slots.slabOf(vecId).asSlice(slots.offset(vecId), slots.strideBytes());
    }

    /** Returns the exact answer among live and admitted vectors, nearest first. */
    List<Integer> nearest(MemorySegment query, int k, Admission admission) {
        var scorer = space.scorer();
        scorer.bindQuery(query);
        return live.stream()
                .filter(admission::admits)
                .map(vecId -> Scored.of(scorer.score(vecId), vecId))
                .sorted()
                .limit(k)
                .map(Scored::vecId)
                .toList();
    }

    Neighbours search(MemorySegment query, int k, int ef, Admission admission) {
        var found = new Neighbours();
        index.search(query, k, SearchParameters.defaults().withEfSearch(ef), admission, found);
        return found;
    }

    /**
     * Returns recall at k over random queries, asserting on the way that answers are full, live,
     * admitted, distinct and in order.
     */
    double recall(int queries, int k, int ef, Admission admission) {
        int hits = 0;
        int wanted = 0;
        for (int q = 0; q < queries; q++) {
            var query = query();
            var exact = nearest(query, k, admission);
            var found = search(query, k, ef, admission);
            assertSound(found, admission);
            if (found.count() != exact.size()) {
                throw new AssertionError(
                        "%d found where %d qualify".formatted(found.count(), exact.size()));
            }
            Set<Integer> answer = new HashSet<>(exact);
            hits += (int) Arrays.stream(found.vecIds()).filter(answer::contains).count();
            wanted += exact.size();
        }
        return wanted == 0 ? 1 : (double) hits / wanted;
    }

    void assertSound(Neighbours found, Admission admission) {
        var seen = new ArrayList<Integer>();
        for (int i = 0; i < found.count(); i++) {
            int vecId = found.vecId(i);
            if (!live.contains(vecId) || !admission.admits(vecId) || seen.contains(vecId)) {
                throw new AssertionError("unsound answer " + vecId + " after " + seen);
            }
            if (i > 0 && found.distance(i) < found.distance(i - 1)) {
                throw new AssertionError("out of order at " + i);
            }
            seen.add(vecId);
        }
    }
}
