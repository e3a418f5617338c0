package dev.quiverdb.storage.txn;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.SequenceSpec;
import dev.quiverdb.storage.Sequences;
import dev.quiverdb.storage.Transaction;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** The counters in memory, and how far each is logged ahead. */
final class SequenceTable implements Sequences {
    private static final int LOG_AHEAD = 32;

    /** What recovery would give. */
    record Logged(long lastValue, boolean called) {}

    private static final class Counter {
        long lastValue;
        boolean called;

        /** Values that may be drawn before the log has to hear of it. */
        int ahead;
    }

    /** Puts a record into the log. */
    interface Log {
        /** Returns the log index to wait for. */
        long append(ByteWriter record);
    }

    private final Log log;
    private final Map<Long, Counter> counters = new HashMap<>();

    SequenceTable(Log log) {
        this.log = log;
    }

    /** What the log had at opening. */
    synchronized void restore(Map<Long, Logged> logged) {
        logged.forEach((id, state) -> {
            var counter = new Counter();
            counter.lastValue = state.lastValue();
            counter.called = state.called();
            counters.put(id, counter);
        });
    }

    private Counter counter(long id, SequenceSpec spec) {
        return counters.computeIfAbsent(
                id,
                _ -> {
                    var counter = new Counter();
                    counter.lastValue = spec.start();
                    return counter;
                });
    }

    /** The value after one, or empty at the end. */
    private static OptionalLong after(long value, SequenceSpec spec) {
        long step = spec.increment();
        if (step > 0) {
            if (value > spec.greatest() - step || value > Long.MAX_VALUE - step) {
                return spec.cycle() ? OptionalLong.of(spec.least()) : OptionalLong.empty();
            }
        } else if (value < spec.least() - step || value < Long.MIN_VALUE - step) {
            return spec.cycle() ? OptionalLong.of(spec.greatest()) : OptionalLong.empty();
        }
        return OptionalLong.of(value + step);
    }

    @Override
    public synchronized OptionalLong next(
            Transaction transaction, long sequenceId, SequenceSpec spec) {
        var counter = counter(sequenceId, spec);
        var value =
                counter.called
                        ? after(counter.lastValue, spec)
                        : OptionalLong.of(counter.lastValue);
        if (value.isEmpty()) {
            return value;
        }
        if (counter.ahead == 0) {
            // The log takes the value that a crash is to go on from.
            var reached = value;
            int ahead = 0;
            while (ahead < LOG_AHEAD) {
                var further = after(reached.getAsLong(), spec);
                if (further.isEmpty()) {
                    break;
                }
                reached = further;
                ahead++;
            }
            append(transaction, sequenceId, reached.getAsLong(), true);
            counter.ahead = ahead;
        } else {
            counter.ahead--;
        }
        counter.lastValue = value.getAsLong();
        counter.called = true;
        return value;
    }

    @Override
    public synchronized void set(
            Transaction transaction, long sequenceId, long value, boolean called) {
        append(transaction, sequenceId, value, called);
        var counter = counters.computeIfAbsent(sequenceId, _ -> new Counter());
        counter.lastValue = value;
        counter.called = called;
        counter.ahead = 0;
    }

    /**
     * Logs where every counter stands, so that an orderly stop skips no value. Nobody may draw one
     * afterwards.
     */
    synchronized void settle() {
        counters.forEach((id, counter) -> {
            if (counter.ahead > 0) {
                var record = new ByteWriter(32);
                Redo.sequence(id, counter.lastValue, counter.called, record);
                log.append(record);
                counter.ahead = 0;
            }
        });
    }

    private void append(Transaction transaction, long id, long value, boolean called) {
        var record = new ByteWriter(32);
        Redo.sequence(id, value, called, record);
        ((SessionTransaction) transaction).commitWaitsFor(log.append(record));
    }

    @Override
    public synchronized State state(long sequenceId, SequenceSpec spec) {
        var counter = counter(sequenceId, spec);
        return new State(counter.lastValue, counter.called);
    }

    @Override
    public synchronized void forget(long sequenceId) {
        if (counters.remove(sequenceId) != null) {
            var record = new ByteWriter(16);
            record.putByte(Redo.SEQUENCE_GONE);
            record.putLong(sequenceId);
            log.append(record);
        }
    }
}
