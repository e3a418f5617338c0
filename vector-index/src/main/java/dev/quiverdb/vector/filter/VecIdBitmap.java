package dev.quiverdb.vector.filter;

import java.util.Arrays;
import java.util.BitSet;

/**
 * A set of vecIds as {@code long[]} words, bit {@code vecId & 63} of word {@code vecId >>> 6}, with
 * its cardinality known. Ids beyond the last word are not in the set.
 *
 * <p>Filled by one thread; afterwards any number of threads may read it.
 */
public final class VecIdBitmap implements Admission {
    private long[] words;
    private int cardinality;

    /** Makes an empty set with room for ids below {@code idsMax}; it grows when needed. */
    public VecIdBitmap(int idsMax) {
        this.words = new long[(idsMax + 63) >>> 6];
    }

    private VecIdBitmap(long[] words) {
        this.words = words;
        long bits = 0;
        for (long word : words) {
            bits += Long.bitCount(word);
        }
        this.cardinality = Math.toIntExact(bits);
    }

    /** Makes a set that takes over the words. */
    public static VecIdBitmap ofWords(long[] words) {
        return new VecIdBitmap(words);
    }

    /** Makes a set of the ids given. */
    public static VecIdBitmap of(int... vecIds) {
        int max = -1;
        for (int vecId : vecIds) {
            max = Math.max(max, vecId);
        }
        var bitmap = new VecIdBitmap(max + 1);
        for (int vecId : vecIds) {
            bitmap.add(vecId);
        }
        return bitmap;
    }

    /** Adds an id; no effect where it is present. */
    public void add(int vecId) {
        int word = vecId >>> 6;
        if (word >= words.length) {
            words = Arrays.copyOf(words, Math.max(word + 1, words.length + (words.length >>> 1)));
        }
        long bit = 1L << vecId;
        if ((words[word] & bit) == 0) {
            words[word] |= bit;
            cardinality++;
        }
    }

    /** Removes an id; no effect where it is absent. */
    public void remove(int vecId) {
        int word = vecId >>> 6;
        long bit = 1L << vecId;
        if (word < words.length && (words[word] & bit) != 0) {
            words[word] &= ~bit;
            cardinality--;
        }
    }

    /** Returns how many ids are in the set. */
    public int cardinality() {
        return cardinality;
    }

    /** Returns the smallest id in the set that is not below {@code from}, or -1. */
    public int next(int from) {
        int word = from >>> 6;
        if (word >= words.length) {
            return -1;
        }
        long bits = words[word] & (-1L << from);
        while (bits == 0) {
            if (++word == words.length) {
                return -1;
            }
            bits = words[word];
        }
        return (word << 6) + Long.numberOfTrailingZeros(bits);
    }

    /**
     * Copies ids in rising order from {@code from} on, until {@code into} holds as many as it has
     * room for or there are no more.
     *
     * @return how many were copied
     */
    public int copy(int from, int[] into) {
        int count = 0;
        int word = from >>> 6;
        if (word >= words.length) {
            return 0;
        }
        long bits = words[word] & (-1L << from);
        while (count < into.length) {
            if (bits == 0) {
                if (++word == words.length) {
                    break;
                }
                bits = words[word];
            } else {
                into[count++] = (word << 6) + Long.numberOfTrailingZeros(bits);
                bits &= bits - 1;
            }
        }
        return count;
    }

    /** Returns the intersection as a new set. */
    public VecIdBitmap and(VecIdBitmap other) {
        long[] both = new long[Math.min(words.length, other.words.length)];
        for (int i = 0; i < both.length; i++) {
            both[i] = words[i] & other.words[i];
        }
        return new VecIdBitmap(both);
    }

    /** Returns the difference as a new set. */
    public VecIdBitmap without(BitSet others) {
        long[] left = words.clone();
        long[] out = others.toLongArray();
        for (int i = 0; i < Math.min(left.length, out.length); i++) {
            left[i] &= ~out[i];
        }
        return new VecIdBitmap(left);
    }

    @Override
    public boolean admits(int vecId) {
        int word = vecId >>> 6;
        return word < words.length && (words[word] >>> vecId & 1) != 0;
    }

    /**
     * Copies those of the first ids that are in the set, or are not, in their order.
     *
     * @param admitted whether those in the set are copied, or the others
     * @param at where in {@code into} the first goes; there is room for {@code count}
     * @return where the next would go
     */
    public int select(int[] vecIds, int count, boolean admitted, int[] into, int at) {
        long[] set = words;
        int next = at;
        long flipped = admitted ? 0 : 1;
        for (int i = 0; i < count; i++) {
            int vecId = vecIds[i];
            int word = vecId >>> 6;
            long bits = word < set.length ? set[word] : 0;
            // Few or many, which of them is as good as chance: no branch is better than a guess.
            into[next] = vecId;
            next += (int) (bits >>> vecId & 1 ^ flipped);
        }
        return next;
    }

    @Override
    public void admitMany(int[] vecIds, int count, boolean[] admitted) {
        for (int i = 0; i < count; i++) {
            admitted[i] = admits(vecIds[i]);
        }
    }

    @Override
    public VecIdBitmap superset() {
        return this;
    }

    @Override
    public double passRate(long liveCount) {
        return liveCount == 0 ? 1 : Math.min(1, (double) cardinality / liveCount);
    }
}
