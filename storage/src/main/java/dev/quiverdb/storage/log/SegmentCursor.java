package dev.quiverdb.storage.log;

import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads durable entries from segment to segment. While it is open, its log keeps what it has yet to
 * read; it belongs to one thread, but for {@link #nextIndex}.
 */
final class SegmentCursor implements CommitLog.LogCursor {
    private final long upTo;
    private final LongFunction<Segment> segments;
    private final Consumer<SegmentCursor> closed;
    private volatile long nextIndex;
    private @Nullable SegmentReader reader;
    private String describedFile = "";
    private long offset;

    /**
     * Before the entry {@code fromIndex}.
     *
     * @param upTo the last entry it gives
     * @param segments finds the segment that has an entry
     * @param closed hears of its end
     */
    SegmentCursor(
            long fromIndex,
            long upTo,
            LongFunction<Segment> segments,
            Consumer<SegmentCursor> closed) {
        this.nextIndex = fromIndex;
        this.upTo = upTo;
        this.segments = segments;
        this.closed = closed;
    }

    /** The entry that it gives next. */
    long nextIndex() {
        return nextIndex;
    }

    @Override
    public @Nullable LogEntry next() {
        while (nextIndex <= upTo) {
            var source = reader;
            if (source == null) {
                source = enterSegment();
            }
            boolean whole = source.load(offset);
            if (whole && source.kind() == LogFormat.KIND_SEGMENT_END) {
                reader = null;
                continue;
            }
            if (!whole || source.index() > nextIndex || !EntryKind.isKnown(source.kind())) {
                throw new LogDamagedException(
                        describedFile, offset, "entry " + nextIndex + " is not whole");
            }
            offset = source.nextOffset();
            if (source.index() == nextIndex) {
                var entry = source.entry();
                nextIndex = entry.index() + 1;
                return entry;
            }
        }
        return null;
    }

    private SegmentReader enterSegment() {
        var found = segments.apply(nextIndex);
        describedFile = found.describedFile;
        offset = found.offsetBefore(nextIndex);
        var made = new SegmentReader(found, offset);
        reader = made;
        return made;
    }

    @Override
    public void close() {
        closed.accept(this);
    }
}
