package dev.quiverdb.storage.log;

import dev.quiverdb.base.world.Disk;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a log as a crash may have left it. What was durable must be whole, or the log is refused; a
 * tail that was being written is dropped.
 *
 * <p>How the two are told apart: an entry carries the index up to which the log was durable when it
 * was placed, and after a flush with nobody waiting a mark with that index is written behind the
 * last entry. A bad entry {@code i} is damage if anything valid behind it says that {@code i} was
 * durable, or if a following segment exists, for a segment is made only when the one before is
 * durable to its end.
 */
final class LogRecovery {
    /** Ascending; the last one is where the log goes on. */
    final List<Segment> segments = new ArrayList<>();

    final List<String> spares = new ArrayList<>();

    /** Where in the last segment the next entry belongs. */
    long tail;

    long lastIndex;
    long leaderEpochMax;

    /**
     * From here on to {@link #tail}, what the last segment has may stand in the system's cache
     * alone: nothing says that a force has saved it.
     */
    long unsureFrom;

    /**
     * The last segment must be closed: valid but dropped entries lie behind the tail, or its end is
     * written.
     */
    boolean mustRoll;

    private final LogOptions options;

    private LogRecovery(LogOptions options) {
        this.options = options;
    }

    static LogRecovery scan(LogOptions options, long neededFrom) {
        var recovery = new LogRecovery(options);
        try {
            recovery.run(neededFrom);
            return recovery;
        } catch (RuntimeException e) {
            recovery.segments.forEach(Segment::close);
            throw e;
        }
    }

    private void run(long neededFrom) {
        var disk = options.disk();
        List<Long> numbers = new ArrayList<>();
        for (var name : disk.list(options.directory())) {
            long number = Segment.numberOf(name);
            if (number >= 0) {
                numbers.add(number);
            } else if (name.startsWith(SpareSegments.PREFIX)) {
                spares.add(options.directory() + "/" + name);
            }
        }
        numbers.sort(null);
        // Of an interrupted cut any part may be done: only what hangs together with the newest
        // counts.
        int from = numbers.size() - 1;
        while (from > 0 && numbers.get(from - 1) == numbers.get(from) - 1) {
            from--;
        }
        for (int i = Math.max(from, 0); i < numbers.size(); i++) {
            var segment =
                    Segment.open(
                            disk,
                            options.directory(),
                            numbers.get(i),
                            options.partitionId(),
                            options.keyRing());
            segments.add(segment);
            if (i > from && segment.firstIndex != lastIndex + 1) {
                throw new LogDamagedException(
                        segment.describedFile,
                        24,
                        "begins at entry "
                                + segment.firstIndex
                                + " where "
                                + (lastIndex + 1)
                                + " is expected");
            }
            scanSegment(segment, i == numbers.size() - 1);
        }
        requireEntriesFrom(disk, neededFrom);
        for (int i = 0; i < from; i++) {
            disk.delete(Segment.fileName(options.directory(), numbers.get(i)));
        }
    }

    private void requireEntriesFrom(Disk disk, long neededFrom) {
        var described = disk.describe(options.directory());
        if (segments.isEmpty()) {
            if (neededFrom > 1) {
                throw LogDamagedException.tooLate(
                        described,
                        "no segment is there, but entries from "
                                + neededFrom
                                + " on belong to this database");
            }
        } else if (segments.getFirst().firstIndex > neededFrom) {
            throw LogDamagedException.tooLate(
                    segments.getFirst().describedFile,
                    "the log begins at entry "
                            + segments.getFirst().firstIndex
                            + ", but entries from "
                            + neededFrom
                            + " on are needed");
        } else if (lastIndex + 1 < neededFrom) {
            throw new LogDamagedException(
                    segments.getLast().describedFile,
                    tail,
                    "the log ends at entry "
                            + lastIndex
                            + ", but entries up to "
                            + (neededFrom - 1)
                            + " were durable");
        }
    }

    private void scanSegment(Segment segment, boolean newest) {
        var reader = new SegmentReader(segment, LogFormat.SEGMENT_HEADER_BYTES);
        leaderEpochMax = Math.max(leaderEpochMax, segment.leaderEpoch);
        long offset = LogFormat.SEGMENT_HEADER_BYTES;
        long expected = segment.firstIndex;
        long epoch = 0;
        long durable = 0;
        boolean ended = false;
        while (reader.load(offset) && reader.index() == expected && reader.leaderEpoch() >= epoch) {
            int kind = reader.kind();
            durable = Math.max(durable, reader.durableIndex());
            if (kind == LogFormat.KIND_MARK) {
                break;
            }
            if (kind == LogFormat.KIND_SEGMENT_END) {
                ended = true;
                break;
            }
            segment.remember(expected, offset);
            epoch = reader.leaderEpoch();
            expected++;
            offset = reader.nextOffset();
        }
        lastIndex = expected - 1;
        tail = offset;
        unsureFrom = durable >= lastIndex ? tail : segment.offsetBefore(durable + 1);
        leaderEpochMax = Math.max(leaderEpochMax, epoch);
        if (ended) {
            mustRoll = true;
        } else if (newest) {
            mustRoll = false;
            lookBehindTail(segment, reader, expected);
        } else {
            throw new LogDamagedException(
                    segment.describedFile,
                    offset,
                    "entry " + expected + " is not whole, and newer segments follow");
        }
    }

    private void lookBehindTail(Segment segment, SegmentReader reader, long expected) {
        for (long p = reader.findMagic(tail); p >= 0; p = reader.findMagic(p + 8)) {
            if (!reader.load(p)) {
                continue;
            }
            if (reader.durableIndex() >= expected) {
                throw new LogDamagedException(
                        segment.describedFile,
                        tail,
                        "entry "
                                + expected
                                + " is not whole, but was durable, as offset "
                                + p
                                + " tells");
            }
            if (reader.kind() != LogFormat.KIND_MARK || p != tail) {
                mustRoll = true;
                leaderEpochMax = Math.max(leaderEpochMax, reader.leaderEpoch());
            }
        }
    }
}
