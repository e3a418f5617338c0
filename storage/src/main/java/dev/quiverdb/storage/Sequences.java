package dev.quiverdb.storage;

import java.util.OptionalLong;

/**
 * Counters that are not transactional: what was drawn is never given again, whether or not the
 * transaction commits. Values are logged ahead in blocks of 32, so that a crash leaves a gap and
 * never a repetition. A sequence comes into being at first use. Thread-safe.
 */
public interface Sequences {
    /** A sequence as {@code SELECT last_value, is_called FROM seq} shows it. */
    record State(long lastValue, boolean called) {}

    /**
     * Draws the next value: one latch, and a log record every 32 values, which the transaction's
     * commit waits for.
     *
     * @return empty if the sequence has come to its end and does not cycle
     */
    OptionalLong next(Transaction transaction, long sequenceId, SequenceSpec spec);

    /** As {@code setval(seq, value, called)}. Durable when the transaction's commit returns. */
    void set(Transaction transaction, long sequenceId, long value, boolean called);

    /** Returns the state, that of {@code spec}'s start if the sequence was never used. */
    State state(long sequenceId, SequenceSpec spec);

    /** Forgets the state. For a sequence that a committed transaction has dropped. */
    void forget(long sequenceId);
}
