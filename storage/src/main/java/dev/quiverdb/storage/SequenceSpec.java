package dev.quiverdb.storage;

/** How a sequence counts; the catalog keeps it and passes it in. */
public record SequenceSpec(long start, long increment, long least, long greatest, boolean cycle) {
    public SequenceSpec {
        if (increment == 0 || least > greatest || start < least || start > greatest) {
            throw new IllegalArgumentException("sequence from " + start + " by " + increment);
        }
    }
}
