package dev.quiverdb.storage.table;

import dev.quiverdb.base.type.BitString;
import dev.quiverdb.base.type.ByteWriter;
import dev.quiverdb.base.type.HalfVector;
import dev.quiverdb.base.type.Kind;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Vector;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.IndexSpec;
import dev.quiverdb.storage.TabletSpec;
import dev.quiverdb.storage.access.IndexKeys;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the columns of a tablet lie in its stripes. Immutable; a changed spec makes a new layout
 * with the next version, in which columns that stay keep their place.
 *
 * <p>A stripe is made of <em>segments</em>, blocks of one size for the same segment in all stripes.
 * Segment 0 begins with the stripe's header. A column takes 128 bytes of null bits and 1,024 values
 * in one segment; a column added later gets a new segment, which a stripe lacks until somebody
 * writes to it, and until then its rows have the missing value.
 */
public final class Layout {
    /** Row slots in a stripe. */
    public static final int SLOTS = 1024;

    static final int BITMAP_BYTES = SLOTS / 8;
    private static final int SEGMENT_BYTES_MAX = 64 << 10;

    /** How a column's values stand in a segment. */
    enum Form {
        BOOL(1),
        INT(4),
        LONG(8),
        FLOAT(4),
        DOUBLE(8),
        /** A reference into the stripe's heap. */
        HEAP(8),
        /** A slot number in the column's vector store. */
        VECTOR(4);

        final int width;

        Form(int width) {
            this.width = width;
        }
    }

    /** A column in its place. */
    record Placed(
            ColumnSpec spec,
            int position,
            Form form,
            int segment,
            int nulls,
            int values,
            int slotBytes,
            boolean isShort) {
        Type type() {
            return spec.type();
        }
    }

    /** Where a column lies; what is kept on disk. */
    record Place(int columnId, int segment, int offset) {}

    private final TabletSpec spec;
    private final int version;
    private final Placed[] columns;
    private final int[] segmentBytes;
    private final int[] positionById;
    private final int[] allPositions;
    private volatile @Nullable List<IndexKeys> ordered;

    private Layout(TabletSpec spec, int version, List<Place> places, int[] segmentBytes) {
        this.spec = spec;
        this.version = version;
        this.segmentBytes = segmentBytes;
        Map<Integer, Place> byId = new HashMap<>();
        for (var place : places) {
            byId.put(place.columnId(), place);
        }
        columns = new Placed[spec.columns().size()];
        int greatest = -1;
        for (int i = 0; i < columns.length; i++) {
            var column = spec.columns().get(i);
            var place = byId.get(column.columnId());
            if (place == null) {
                throw new IllegalArgumentException("no place for column " + column);
            }
            columns[i] =
                    new Placed(
                            column,
                            i,
                            formOf(column),
                            place.segment(),
                            place.offset(),
                            place.offset() + BITMAP_BYTES,
                            slotBytes(column),
                            column.type().actual().oid() == Oids.INT2);
            greatest = Math.max(greatest, column.columnId());
        }
        allPositions = new int[columns.length];
        Arrays.setAll(allPositions, i -> i);
        positionById = new int[greatest + 1];
        Arrays.fill(positionById, -1);
        for (int i = 0; i < columns.length; i++) {
            positionById[columns[i].spec().columnId()] = i;
        }
    }

    /** The layout of a new tablet. */
    public static Layout of(TabletSpec spec) {
        var places = new ArrayList<Place>();
        var sizes = new ArrayList<Integer>();
        place(spec.columns(), places, sizes, StripeHeader.BYTES);
        return new Layout(spec, 1, places, sizes.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The layout after ALTER TABLE. Columns of the same id keep place and type. */
    public Layout alter(TabletSpec changed) {
        var places = new ArrayList<Place>();
        var added = new ArrayList<ColumnSpec>();
        for (var column : changed.columns()) {
            int position = positionOrMinusOne(column.columnId());
            if (position < 0) {
                added.add(column);
            } else {
                var placed = columns[position];
                places.add(new Place(column.columnId(), placed.segment(), placed.nulls()));
            }
        }
        var sizes = new ArrayList<Integer>();
        for (int bytes : segmentBytes) {
            sizes.add(bytes);
        }
        place(added, places, sizes, 0);
        return new Layout(
                changed, version + 1, places, sizes.stream().mapToInt(Integer::intValue).toArray());
    }

    private static void place(
            List<ColumnSpec> columns, List<Place> places, List<Integer> sizes, int header) {
        int next = 0;
        int start = header;
        while (next < columns.size() || start > 0) {
            int total = start;
            for (int i = next; i < columns.size(); i++) {
                total += columnBytes(columns.get(i));
            }
            int size = segmentSize(total);
            int offset = start;
            while (next < columns.size() && offset + columnBytes(columns.get(next)) <= size) {
                places.add(new Place(columns.get(next).columnId(), sizes.size(), offset));
                offset += columnBytes(columns.get(next));
                next++;
            }
            sizes.add(size);
            start = 0;
        }
    }

    /** The largest power of two that the columns fill well, or the smallest that takes all. */
    private static int segmentSize(int total) {
        int ceiling = Math.max(4096, Integer.highestOneBit(total - 1) << 1);
        if (ceiling <= SEGMENT_BYTES_MAX && (total * 3L >= ceiling * 2L || ceiling <= 32 << 10)) {
            return ceiling;
        }
        return Math.min(SEGMENT_BYTES_MAX, Math.max(16 << 10, ceiling >> 1));
    }

    private static int columnBytes(ColumnSpec column) {
        return BITMAP_BYTES + formOf(column).width * SLOTS;
    }

    static Form formOf(ColumnSpec column) {
        if (slotBytes(column) > 0) {
            return Form.VECTOR;
        }
        return switch (column.type().kind()) {
            case BOOL -> Form.BOOL;
            case INT -> Form.INT;
            case LONG -> Form.LONG;
            case FLOAT -> Form.FLOAT;
            case DOUBLE -> Form.DOUBLE;
            case OBJECT -> Form.HEAP;
        };
    }

    /** Bytes of a vector in its slot; 0 for what does not lie in slots. */
    static int slotBytes(ColumnSpec column) {
        int typmod = column.typmod();
        if (typmod <= 0 || column.type().kind() != Kind.OBJECT) {
            return 0;
        }
        return switch (column.type().actual().oid()) {
            case Oids.VECTOR -> typmod * 4;
            case Oids.HALFVEC -> typmod * 2;
            case Oids.BIT -> typmod >= 64 ? (typmod + 7) / 8 : 0;
            default -> 0;
        };
    }

    public TabletSpec spec() {
        return spec;
    }

    /** 1 for a new tablet, one more with every ALTER. */
    public int version() {
        return version;
    }

    public int columnCount() {
        return columns.length;
    }

    Placed column(int position) {
        return columns[position];
    }

    int segmentCount() {
        return segmentBytes.length;
    }

    int segmentBytes(int segment) {
        return segmentBytes[segment];
    }

    /** The position of a column in the spec. */
    public int position(int columnId) {
        int position = positionOrMinusOne(columnId);
        if (position < 0) {
            throw new IllegalArgumentException(
                    "tablet " + spec.tabletId() + " has no column " + columnId);
        }
        return position;
    }

    public int positionOrMinusOne(int columnId) {
        return columnId < 0 || columnId >= positionById.length ? -1 : positionById[columnId];
    }

    /** Positions of several columns. */
    public int[] positions(int[] columnIds) {
        int[] positions = new int[columnIds.length];
        for (int i = 0; i < columnIds.length; i++) {
            positions[i] = position(columnIds[i]);
        }
        return positions;
    }

    private List<Place> places() {
        var places = new ArrayList<Place>();
        for (var column : columns) {
            places.add(new Place(column.spec().columnId(), column.segment(), column.nulls()));
        }
        return places;
    }

    /** The same layout under a spec that differs in its indexes only. */
    public Layout withSpec(TabletSpec changed) {
        return new Layout(changed, version, places(), segmentBytes);
    }

    /** Writes what must be kept beside the spec to make this layout again. */
    public void write(ByteWriter out) {
        out.putInt(version);
        out.putInt(segmentBytes.length);
        for (int bytes : segmentBytes) {
            out.putInt(bytes);
        }
        out.putInt(columns.length);
        for (var column : columns) {
            out.putInt(column.spec().columnId());
            out.putInt(column.segment());
            out.putInt(column.nulls());
        }
    }

    /** Reads what {@link #write} wrote. */
    public static Layout read(TabletSpec spec, ByteBuffer in) {
        int version = in.getInt();
        var segmentBytes = new int[in.getInt()];
        for (int i = 0; i < segmentBytes.length; i++) {
            segmentBytes[i] = in.getInt();
        }
        var places = new ArrayList<Place>();
        for (int rest = in.getInt(); rest > 0; rest--) {
            places.add(new Place(in.getInt(), in.getInt(), in.getInt()));
        }
        return new Layout(spec, version, places, segmentBytes);
    }

    /** Whether every value of its type can be stored in the column. */
    public boolean takesAnySize(int position) {
        return columns[position].slotBytes() == 0;
    }

    /** Whether the value can be stored in the column: of the right size where the size is fixed. */
    public boolean fits(int position, @Nullable Object value) {
        int slotBytes = columns[position].slotBytes();
        if (slotBytes == 0 || value == null) {
            return true;
        }
        return switch (value) {
            case Vector vector -> vector.dimensions() * 4 == slotBytes;
            case HalfVector vector -> vector.dimensions() * 2 == slotBytes;
            case BitString bits -> bits.length() == columns[position].spec().typmod();
            default -> false;
        };
    }

    /** How the keys of the ordered indexes are made, in the order of the spec. */
    public List<IndexKeys> ordered() {
        var known = ordered;
        if (known == null) {
            // Made twice by two threads that come first together; one is as good as the other.
            known =
                    spec.indexes().stream()
                            .filter(IndexSpec::isBtree)
                            .map(index -> new IndexKeys(spec, index))
                            .toList();
            ordered = known;
        }
        return known;
    }

    /** Every position. Not to be changed. */
    public int[] allPositions() {
        return allPositions;
    }

    /** The value a column has in rows that were written before it came; null for NULL. */
    @Nullable Object missingValue(int position) {
        return columns[position].spec().missingValue();
    }
}
