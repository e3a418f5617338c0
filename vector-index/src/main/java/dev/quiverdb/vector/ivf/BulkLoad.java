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
    private final int[] vecIds;
    private final int threads;
    private final Visits visits;
    private final BuildSteps steps;

    BulkLoad(IvfIndex index, int[] vecIds, int threads, Visits visits, BuildSteps steps) {
        this.index = index;
        this.vecIds = vecIds;
        this.threads = threads;
        this.visits = visits;
        this.steps = steps;
    }

    /** One thread's share, called for chunk after chunk, in a visit. */
    private interface Share {
        void chunk(int from, int to);
    }

    private interface ShareMaker {
        Share make(Arena arena);
    }

    private Projector projector(Arena arena) {
        return new Projector(index.rotation, index.model.learned, index.options.metric(), arena);
    }

    /**
     * Finds the lists of all vectors, {@code [copy][position]}, -1 for none.
     *
     * @param probes the index's centroids, searched by L2 whatever the metric
     */
    int[][] assign(CentroidIndex probes) {
        int copies = index.options.copies();
        int[][] listOf = new int[copies][vecIds.length];
        inParallel(
                BuildSteps.Step.ASSIGNING,
                arena -> {
                    var projector = projector(arena);
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
        return listOf;
    }

    /** Puts all vectors into their lists. */
    void fill(int[][] listOf) {
        int copies = index.options.copies();
        int max = -1;
        for (int vecId : vecIds) {
            max = Math.max(max, vecId);
        }
        index.ensurePlaces(max);
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
                BuildSteps.Step.LOADING,
                arena -> {
                    var projector = projector(arena);
                    var encoder = new EntryEncoder(index);
                    return (from, to) -> {
                        for (int i = from; i < to; i++) {
                            if (index.codec != null) {
                                projector.project(index.slots, vecIds[i]);
                            }
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

    private void inParallel(BuildSteps.Step name, ShareMaker maker) {
        int count = vecIds.length;
        AtomicInteger next = new AtomicInteger();
        Runnable work =
                () -> {
                    try (Arena arena = Arena.ofShared()) {
                        Share share = maker.make(arena);
                        for (int from = next.getAndAdd(CHUNK);
                                from < count;
                                from = next.getAndAdd(CHUNK)) {
                            int to = Math.min(count, from + CHUNK);
                            long ticket = visits.enter();
                            try {
                                share.chunk(from, to);
                            } finally {
                                visits.exit(ticket);
                            }
                            steps.report(name, to, count);
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
