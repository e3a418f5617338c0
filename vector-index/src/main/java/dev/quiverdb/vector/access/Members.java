package dev.quiverdb.vector.access;

/** Who is in an index: vectors by vecId and the rows they belong to. Any thread may ask. */
interface Members {
    /** A bound above every vecId. */
    int idsMax();

    /** Whether a vector is there and not dead. In a visit. */
    boolean isStored(int vecId);

    /** The row a vector belongs to. In a visit. */
    long owner(int vecId);
}
