package dev.quiverdb.vector.ivf;

import dev.quiverdb.vector.flat.NearestHeap;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;

/**
 * Keeps lists of a useful length as vectors come and go. A list that is too long is split by
 * 2-means; then every vector of it, and those vectors of the lists around it that are nearer to one
 * of the two new centroids than to their own, go where they belong. A list that is too short is
 * dissolved into its neighbours.
 *
 * <p>Source: Xu et al.: SPFresh: incremental in-place update for billion-scale vector search (SOSP
 * 2023), section 4 (LIRE).
 */
final class Rebalancer {
    private static final int NEIGHBOURS = 8;

    private final IvfIndex index;
    private final IvfWriter writer;
    private final SplittableRandom random;

    Rebalancer(IvfIndex index, IvfWriter writer) {
        this.index = index;
        this.writer = writer;
        this.random = new SplittableRandom(index.options.seed());
    }

    /** Splits a list. The caller holds the write lock. */
    void split(int list) {
        int[] members = members(list);
        try (Arena arena = Arena.ofConfined()) {
            PointMatrix points = new PointMatrix(arena, index.dimensions, members.length);
            for (int vecId : members) {
                points.add(writer.project(vecId).values());
            }
            PointMatrix halves = new PointMatrix(arena, index.dimensions, 2);
            new KMeans(points, index.dimensions, !index.options.euclidean(), random)
                    .train(2, halves);
            if (halves.count() < 2) {
                return;
            }
            int[] around = nearestLists(list);
            int[] copies = copiesIn(list, members);
            for (int i = 0; i < members.length; i++) {
                writer.remove(copies[i], members[i]);
            }
            float[] centroid = new float[index.dimensions];
            halves.get(0, centroid);
            index.centroids.set(list, centroid);
            index.placements.centroidMoved(list, centroid);
            halves.get(1, centroid);
            int added = index.addList(centroid);
            index.placements.centroidMoved(added, centroid);
            for (int i = 0; i < members.length; i++) {
                place(copies[i], members[i], list);
            }
            for (int neighbour : around) {
                reassign(neighbour, list, added);
            }
        }
    }

    /** Dissolves a list. The caller holds the write lock. */
    void merge(int list) {
        int[] members = members(list);
        int[] copies = copiesIn(list, members);
        for (int i = 0; i < members.length; i++) {
            writer.remove(copies[i], members[i]);
        }
        index.centroids.remove(list);
        index.placements.centroidRemoved(list);
        for (int i = 0; i < members.length; i++) {
            place(copies[i], members[i], -1);
        }
    }

    private void place(int copy, int vecId, int otherwise) {
        Projector projected = writer.project(vecId);
        int list = writer.choose(projected, copy, vecId);
        int target = list >= 0 ? list : otherwise;
        if (target >= 0) {
            writer.append(projected, target, copy, vecId);
            index.moves.add(vecId);
        }
    }

    private void reassign(int list, int first, int second) {
        int[] members = members(list);
        int[] copies = copiesIn(list, members);
        PointMatrix points = index.centroids.points();
        for (int i = 0; i < members.length; i++) {
            Projector projected = writer.project(members[i]);
            float own = distance(points, projected, list);
            float nearest =
                    Math.min(
                            distance(points, projected, first),
                            distance(points, projected, second));
            if (nearest < own) {
                int target = writer.choose(projected, copies[i], members[i]);
                if (target >= 0 && target != list) {
                    writer.remove(copies[i], members[i]);
                    writer.append(projected, target, copies[i], members[i]);
                    index.moves.add(members[i]);
                }
            }
        }
    }

    private static float distance(PointMatrix points, Projector projected, int centroid) {
        return points.squaredNorm(centroid) - 2 * points.product(projected.memory(), 0, centroid);
    }

    private int[] members(int list) {
        PostingList entries = index.lists[list];
        int[] members = new int[entries.count];
        for (int i = 0; i < members.length; i++) {
            int block = entries.blocks[i >>> 5];
            members[i] = index.layout.id(index.pool.slab(block), index.pool.offset(block), i & 31);
        }
        return members;
    }

    /** Which copy of each vector stands in a list. */
    private int[] copiesIn(int list, int[] members) {
        int[] copies = new int[members.length];
        for (int i = 0; i < members.length; i++) {
            int place = index.places[0][members[i]];
            copies[i] = place >= 0 && index.listOfBlock[place >>> 5] == list ? 0 : 1;
        }
        return copies;
    }

    private int[] nearestLists(int except) {
        var nearest = new NearestHeap();
        nearest.reset(NEIGHBOURS);
        PointMatrix points = index.centroids.points();
        for (int c = 0; c < index.centroids.end(); c++) {
            if (c != except && index.centroids.isLive(c)) {
                float product = points.product(points.memory(), points.offset(except), c);
                nearest.offer(points.squaredNorm(c) - 2 * product, c);
            }
        }
        nearest.sort();
        return nearest.toVecIds();
    }
}
