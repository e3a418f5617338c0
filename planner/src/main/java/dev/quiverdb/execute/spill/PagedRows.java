package dev.quiverdb.execute.spill;

import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.storage.spill.SpillDirectory;
import dev.quiverdb.storage.spill.SpillFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows by number, for readers that go forward at a few places at once: in memory while they fit,
 * then all of them in a temporary file, in pages of some hundred rows of which the ones read last
 * are kept. A row costs a look into an array, on the first visit to a page the reading of that.
 * Used by one thread.
 */
public final class PagedRows implements AutoCloseable {
    /** Encoded rows of a page; the last one may go beyond. */
    private static final int PAGE_BYTES = 32 << 10;

    /** About how much more rows take as objects than encoded. */
    private static final int OBJECTS_FACTOR = 4;

    private static final int PAGES_KEPT_MIN = 8;

    private final RowCodec codec;
    private final long memoryBytesMax;
    private final SpillDirectory directory;
    private final List<@Nullable Object[]> rows = new ArrayList<>();
    private final ByteWriter out = new ByteWriter(1024);
    private final Map<Integer, @Nullable Object[][]> kept;
    private @Nullable SpillFile file;
    private long memoryBytes;
    private int size;

    /** For each page in the file the number of its first row, and where it begins. */
    private int[] firstRows = new int[16];

    private long[] positions = new long[16];
    private int pages;

    /** Rows that were written before the page that is being filled. */
    private int paged;

    /** The page that was read last. */
    private int current = -1;

    private @Nullable Object[][] currentRows = {};

    /**
     * @param memoryBytesMax rows beyond this, about, go to the file
     */
    public PagedRows(RowCodec codec, long memoryBytesMax, SpillDirectory directory) {
        this.codec = codec;
        this.memoryBytesMax = memoryBytesMax;
        this.directory = directory;
        int pagesKept =
                Math.clamp(memoryBytesMax / (PAGE_BYTES * OBJECTS_FACTOR), PAGES_KEPT_MIN, 1 << 16);
        kept =
                new LinkedHashMap<>(16, 0.75f, true) {
                    private static final long serialVersionUID = 1;

                    @Override
                    protected boolean removeEldestEntry(
                            Map.Entry<Integer, @Nullable Object[][]> eldest) {
                        return size() > pagesKept;
                    }
                };
    }

    /** Takes the row over. */
    public void add(@Nullable Object[] row) {
        size++;
        if (file != null) {
            write(row);
            return;
        }
        rows.add(row);
        memoryBytes += RowCodec.memoryBytes(row);
        if (memoryBytes > memoryBytesMax) {
            file = directory.newFile();
            rows.forEach(this::write);
            rows.clear();
        }
    }

    private void write(@Nullable Object[] row) {
        byte[] bytes = codec.encode(row);
        out.putInt(bytes.length);
        out.putBytes(bytes);
        paged++;
        if (out.size() >= PAGE_BYTES) {
            endPage();
        }
    }

    /** Gives the rows that are waiting to the file. */
    private void endPage() {
        var target = file;
        if (target == null || out.size() == 0) {
            return;
        }
        if (pages + 1 >= positions.length) {
            firstRows = Arrays.copyOf(firstRows, pages * 2);
            positions = Arrays.copyOf(positions, pages * 2);
        }
        positions[pages] = target.append(out.array(), 0, out.size());
        pages++;
        firstRows[pages] = paged;
        positions[pages] = positions[pages - 1] + out.size();
        out.reset();
    }

    public int size() {
        return size;
    }

    public boolean spilled() {
        return file != null;
    }

    /** The row at an index counted from 0, not to be changed. */
    public @Nullable Object[] get(int index) {
        if (file == null) {
            return rows.get(index);
        }
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("row " + index + " of " + size);
        }
        endPage();
        if (current < 0 || index < firstRows[current] || index >= firstRows[current + 1]) {
            int at = Arrays.binarySearch(firstRows, 0, pages, index);
            current = at >= 0 ? at : -at - 2;
            currentRows = kept.computeIfAbsent(current, this::read);
        }
        return currentRows[index - firstRows[current]];
    }

    private @Nullable Object[][] read(int page) {
        var source = file;
        if (source == null) {
            throw new IllegalStateException("no file");
        }
        byte[] bytes = new byte[(int) (positions[page + 1] - positions[page])];
        source.read(positions[page], bytes, 0, bytes.length);
        var in = ByteBuffer.wrap(bytes);
        @Nullable Object[][] found = new @Nullable Object[firstRows[page + 1] - firstRows[page]][];
        for (int i = 0; i < found.length; i++) {
            int length = in.getInt();
            found[i] = codec.decode(in.slice(in.position(), length));
            in.position(in.position() + length);
        }
        return found;
    }

    /** Forgets all rows. */
    public void clear() {
        rows.clear();
        kept.clear();
        out.reset();
        memoryBytes = 0;
        size = 0;
        pages = 0;
        paged = 0;
        firstRows[0] = 0;
        current = -1;
        currentRows = new Object[0][];
        if (file != null) {
            file.close();
            file = null;
        }
    }

    @Override
    public void close() {
        clear();
    }
}
