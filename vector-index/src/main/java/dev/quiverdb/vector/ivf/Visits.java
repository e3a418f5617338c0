package dev.quiverdb.vector.ivf;

/**
 * How slots are read: a slab's memory is valid within a visit alone. Any thread may call; visits
 * are short.
 */
public interface Visits {
    /** For slots that stay where they are. */
    Visits NONE =
            new Visits() {
                @Override
                public long enter() {
                    return 0;
                }

                @Override
                public void exit(long ticket) {}
            };

    /** Begins a visit; returns a ticket for {@link #exit}. */
    long enter();

    void exit(long ticket);
}
