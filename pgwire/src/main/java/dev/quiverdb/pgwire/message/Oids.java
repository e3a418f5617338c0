package dev.quiverdb.pgwire.message;

import java.util.Arrays;
import java.util.List;

/** The parameter types of a Parse message; 0 means that the server is to find out. */
public final class Oids {
    private final int[] oids;

    public Oids(int... oids) {
        this.oids = oids.clone();
    }

    public int count() {
        return oids.length;
    }

    public int get(int index) {
        return oids[index];
    }

    public int[] toArray() {
        return oids.clone();
    }

    public List<Integer> toList() {
        return Arrays.stream(oids).boxed().toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Oids that && Arrays.equals(oids, that.oids);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(oids);
    }

    @Override
    public String toString() {
        return Arrays.toString(oids);
    }
}
