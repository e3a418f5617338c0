package dev.quiverdb.vector.ivf;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Fills a fresh index: all vectors are assigned, each list gets blocks side by side, then all
 * entries are written.
 */
final class BulkLoad {
    private static final int CHUNK = 1024;

    private final IvfIndex index;
    private final CentroidIndex probes;
    private final int threads;

    /**
     * A load that assigns by {@code probes}: the index's centroids, searched by L2 whatever the
     * metric.
     */
    BulkLoad(IvfIndex index, CentroidIndex probes, int threads) {
        this.index = index;
        this.probes = probes;
        this.threads = threads;
    }

    /** One thread's share, called for chunk after chunk. */
    private interface Step {
        void chunk(int from, int to);
    }

    private interface StepMaker {
        Step make(Arena arena);
    }

    void load(int[] vecIds) {
        int copies = index.options.copies();
        int max = -1;
        for (int vecId : vecIds) {
            max = Math.max(max, vecId);
        }
        index.ensurePlaces(max);
        int[][] listOf = new int[copies][vecIds.length];
        inParallel(
                vecIds.length,
                arena -> {
                    var projector = new Projector(index.rotation, index.options.metric(), arena);
                    var assigner = new Assigner(probes, copies, index.dimensions, arena);
                    int[] lists = new int[2];
                    return (from, to) -> {
                        for (int i = from; i < to; i++) {
                            projector.project(index.slots, vecIds[i]);
                            assigner.assign(projector, lists);
                            for (int copy = 0; copy < copies; copy++) {
                                listOf[copy][i] = lists[copy];
                            }
                        }
                    };
                });
        for (int copy = 0; copy < copies; copy++) {
            for (int i = 0; i < vecIds.length; i++) {
                if (listOf[copy][i] >= 0) {
                    index.lists[listOf[copy][i]].count++;
                }
            }
        }
        for (int l = 0; l < index.centroids.end(); l++) {
            PostingList list = index.lists[l];
            list.blocks = new int[Math.max(1, list.blockCount())];
            for (int b = 0; b < list.blockCount(); b++) {
                list.blocks[b] = index.newBlock(l);
            }
            list.count = 0;
        }
        for (int copy = 0; copy < copies; copy++) {
            for (int i = 0; i < vecIds.length; i++) {
                if (listOf[copy][i] >= 0) {
                    PostingList list = index.lists[listOf[copy][i]];
                    index.places[copy][vecIds[i]] =
                            list.blocks[list.count >>> 5] * 32 + (list.count & 31);
                    list.count++;
                }
            }
        }
        inParallel(
                vecIds.length,
                arena -> {
                    var projector = new Projector(index.rotation, index.options.metric(), arena);
                    var encoder = new EntryEncoder(index);
                    return (from, to) -> {
                        for (int i = from; i < to; i++) {
                            projector.project(index.slots, vecIds[i]);
                            for (int copy = 0; copy < copies; copy++) {
                                int place = index.places[copy][vecIds[i]];
                                if (place >= 0) {
                                    encoder.write(
                                            projector,
                                            listOf[copy][i],
                                            place >>> 5,
                                            place & 31,
                                            vecIds[i]);
                                }
                            }
                        }
                    };
                });
        index.count = vecIds.length;
    }

    private void inParallel(int count, StepMaker maker) {
        AtomicInteger next = new AtomicInteger();
        Runnable work =
                () -> {
                    try (Arena arena = Arena.ofShared()) {
                        Step step = maker.make(arena);
                        for (int from = next.getAndAdd(CHUNK);
                                from < count;
                                from = next.getAndAdd(CHUNK)) {
                            step.chunk(from, Math.min(count, from + CHUNK));
                        }
                    }
                };
        if (threads <= 1) {
            work.run();
            return;
        }
        try (var executor = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                running.add(executor.submit(work));
            }
            for (Future<?> future : running) {
                future.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("loading lists failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("loading lists was interrupted", e);
        }
    }
}
