package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A type: its row in pg_type and what its values can do. Immutable; two types are equal if their
 * OIDs are. Values at run time, none of them ever null, all of them immutable:
 *
 * <table>
 * <caption>Java class by type</caption>
 * <tr><td>bool</td><td>Boolean</td></tr>
 * <tr><td>int2, int4, int8</td><td>Short, Integer, Long</td></tr>
 * <tr><td>oid, xid, cid, reg*, money, xid8, pg_lsn, tid, macaddr</td><td>Long (oid and kin: 0 to
 *     2^32-1; money in cents)</td></tr>
 * <tr><td>float4, float8</td><td>Float, Double</td></tr>
 * <tr><td>numeric</td><td>{@link Numeric}</td></tr>
 * <tr><td>text, varchar, bpchar, name, "char", unknown, json, xml, cstring, refcursor</td><td>String</td></tr>
 * <tr><td>enums</td><td>EnumValue</td></tr>
 * <tr><td>bytea</td><td>{@link ByteString}</td></tr>
 * <tr><td>uuid</td><td>java.util.UUID (compare with {@link #compare}: it is unsigned)</td></tr>
 * <tr><td>date</td><td>Integer, days since 2000-01-01; MIN_VALUE and MAX_VALUE are infinite</td></tr>
 * <tr><td>time</td><td>Long, microseconds since midnight</td></tr>
 * <tr><td>timetz</td><td>{@link TimeTz}</td></tr>
 * <tr><td>timestamp, timestamptz</td><td>Long, microseconds since 2000-01-01 (UTC); MIN_VALUE and
 *     MAX_VALUE are infinite</td></tr>
 * <tr><td>interval</td><td>{@link Interval}</td></tr>
 * <tr><td>jsonb; jsonpath</td><td>{@link Jsonb}; {@link JsonPath}</td></tr>
 * <tr><td>bit, varbit</td><td>{@link BitString}</td></tr>
 * <tr><td>arrays, int2vector, oidvector</td><td>{@link PgArray}</td></tr>
 * <tr><td>vector, halfvec, sparsevec</td><td>{@link Vector}, {@link HalfVector}, {@link
 *     SparseVector}</td></tr>
 * <tr><td>record, composites</td><td>{@link RecordValue}</td></tr>
 * <tr><td>inet, cidr; point</td><td>{@link Inet}; {@link Point}</td></tr>
 * <tr><td>ranges; multiranges</td><td>{@link Range}; {@link Multirange}</td></tr>
 * <tr><td>hstore</td><td>{@link Hstore}</td></tr>
 * <tr><td>domains</td><td>as their base type</td></tr>
 * </table>
 */
public final class Type {
    /** Whether the type is a base type, an enum and so on: typtype. */
    public enum Form {
        BASE('b'),
        COMPOSITE('c'),
        DOMAIN('d'),
        ENUM('e'),
        PSEUDO('p'),
        RANGE('r'),
        MULTIRANGE('m');

        private final char letter;

        Form(char letter) {
            this.letter = letter;
        }

        /** The letter in pg_type.typtype. */
        public char letter() {
            return letter;
        }

        static Form of(char letter) {
            for (var form : values()) {
                if (form.letter == letter) {
                    return form;
                }
            }
            throw new IllegalArgumentException("typtype " + letter);
        }
    }

    /** One attribute of a composite type. */
    public record Field(String name, Type type, int typmod) {}

    /**
     * The columns of pg_type that say how a value lies in PostgreSQL's memory; clients look at
     * them.
     */
    public record Layout(short length, boolean byValue, char alignment, char storage) {
        public static final Layout VARLENA = new Layout((short) -1, false, 'i', 'x');
        public static final Layout VARLENA_DOUBLE = new Layout((short) -1, false, 'd', 'x');
        public static final Layout ENUM = new Layout((short) 4, true, 'i', 'p');
    }

    private final int oid;
    private final String schema;
    private final String name;
    private final Form form;
    private final Kind kind;
    private final char category;
    private final boolean preferred;
    private final Layout layout;
    private final char delimiter;
    private final int collation;
    private final int arrayOid;
    private final @Nullable Type element;
    private final @Nullable Type base;
    private final int baseTypmod;
    private final List<EnumLabel> labels;
    private final List<Field> fields;
    private final TypeRoutines routines;

    /** Who does the work: the base type of a domain, or this. */
    private final Type actual;

    Type(Builder builder) {
        oid = builder.oid;
        schema = builder.schema;
        name = builder.name;
        form = builder.form;
        kind = builder.kind;
        category = builder.category;
        preferred = builder.preferred;
        layout = builder.layout;
        delimiter = builder.delimiter;
        collation = builder.collation;
        arrayOid = builder.arrayOid;
        element = builder.element;
        base = builder.base;
        baseTypmod = builder.baseTypmod;
        labels = List.copyOf(builder.labels);
        fields = List.copyOf(builder.fields);
        routines = builder.routines;
        actual = base == null ? this : base.actual;
    }

    static final class Builder {
        final int oid;
        final String schema;
        final String name;
        final TypeRoutines routines;
        Form form = Form.BASE;
        Kind kind = Kind.OBJECT;
        char category = 'U';
        boolean preferred;
        Layout layout = Layout.VARLENA;
        char delimiter = ',';
        int collation;
        int arrayOid;
        @Nullable Type element;
        @Nullable Type base;
        int baseTypmod = -1;
        List<EnumLabel> labels = List.of();
        List<Field> fields = List.of();

        Builder(int oid, String schema, String name, TypeRoutines routines) {
            this.oid = oid;
            this.schema = schema;
            this.name = name;
            this.routines = routines;
        }

        Type build() {
            return new Type(this);
        }
    }

    /** An enum type with its labels in their order. {@code arrayOid} is 0 if it has none. */
    public static Type enumeration(
            int oid, String schema, String name, int arrayOid, List<EnumLabel> labels) {
        var builder = new Builder(oid, schema, name, EnumRoutines.INSTANCE);
        builder.form = Form.ENUM;
        builder.category = 'E';
        builder.layout = Layout.ENUM;
        builder.arrayOid = arrayOid;
        builder.labels = labels;
        return builder.build();
    }

    /** A composite type, also that of a table's rows. */
    public static Type composite(
            int oid, String schema, String name, int arrayOid, List<Field> fields) {
        var builder = new Builder(oid, schema, name, RecordRoutines.INSTANCE);
        builder.form = Form.COMPOSITE;
        builder.category = 'C';
        builder.layout = Layout.VARLENA_DOUBLE;
        builder.arrayOid = arrayOid;
        builder.fields = fields;
        return builder.build();
    }

    /**
     * {@code record} whose fields are known at one place, as behind a function with OUT parameters
     * or a column definition list; to all others it is {@code record}.
     */
    public static Type record(List<Field> fields) {
        var builder = new Builder(Oids.RECORD, "pg_catalog", "record", RecordRoutines.INSTANCE);
        builder.form = Form.PSEUDO;
        builder.category = 'P';
        builder.layout = Layout.VARLENA_DOUBLE;
        builder.arrayOid = Oids.RECORD_ARRAY;
        builder.fields = fields;
        return builder.build();
    }

    /**
     * A domain: values are those of its base type. NOT NULL and CHECK are the executor's business;
     * {@code baseTypmod} is what {@code CREATE DOMAIN d AS numeric(10,2)} fixes, or -1.
     */
    public static Type domain(
            int oid, String schema, String name, int arrayOid, Type base, int baseTypmod) {
        var builder = new Builder(oid, schema, name, base.routines);
        builder.form = Form.DOMAIN;
        builder.kind = base.kind;
        builder.category = base.category;
        builder.layout = base.layout;
        builder.delimiter = base.delimiter;
        builder.collation = base.collation;
        builder.arrayOid = arrayOid;
        builder.element = base.element;
        builder.base = base;
        builder.baseTypmod = baseTypmod;
        return builder.build();
    }

    /** The array type over an element type, whose {@link #arrayOid} it must be. */
    public static Type array(int oid, String schema, String name, Type element) {
        var builder = new Builder(oid, schema, name, ArrayRoutines.INSTANCE);
        builder.category = 'A';
        builder.layout = element.layout.alignment == 'd' ? Layout.VARLENA_DOUBLE : Layout.VARLENA;
        builder.delimiter = element.delimiter;
        builder.collation = element.collation;
        builder.element = element;
        return builder.build();
    }

    public int oid() {
        return oid;
    }

    public String schema() {
        return schema;
    }

    /** pg_type.typname, such as {@code int4} or {@code _int4}. */
    public String name() {
        return name;
    }

    public Form form() {
        return form;
    }

    public Kind kind() {
        return kind;
    }

    /** pg_type.typcategory. */
    public char category() {
        return category;
    }

    public boolean preferred() {
        return preferred;
    }

    public Layout layout() {
        return layout;
    }

    public char delimiter() {
        return delimiter;
    }

    /** OID of the default collation, 0 where the type has none. */
    public int collation() {
        return collation;
    }

    /** OID of the array type over this one, 0 where there is none. */
    public int arrayOid() {
        return arrayOid;
    }

    /** What subscripting yields: the element of an array type, int2vector, oidvector, point... */
    public @Nullable Type element() {
        return element;
    }

    public int elementOid() {
        return element == null ? 0 : element.oid;
    }

    /** What the bounds of a range type are; null for all others. */
    public @Nullable Type rangeSubtype() {
        return actual.routines instanceof RangeRoutines range ? range.subtype() : null;
    }

    /** The range type of a multirange type; null for all others. */
    public @Nullable Type multirangeRange() {
        return actual.routines instanceof MultirangeRoutines multirange ? multirange.range() : null;
    }

    /** Whether this is a range type whose values have neighbours, as those of integers. */
    boolean isDiscreteRange() {
        return actual.routines instanceof RangeRoutines range && range.isDiscrete();
    }

    /**
     * Makes a value of a range type from bounds, null for infinite; orders, checks and normalises
     * them.
     */
    public Range makeRange(
            @Nullable Object lower,
            @Nullable Object upper,
            boolean lowerInclusive,
            boolean upperInclusive) {
        if (!(actual.routines instanceof RangeRoutines range)) {
            throw new IllegalStateException(this + " is no range type");
        }
        return range.make(lower, upper, lowerInclusive, upperInclusive);
    }

    /** Whether values are {@link PgArray}s: true arrays, int2vector and oidvector. */
    public boolean isArray() {
        return actual.routines instanceof ArrayRoutines;
    }

    /** Whether this is a true array type, as {@code int4[]}; not int2vector or oidvector. */
    public boolean isTrueArray() {
        return isArray() && oid != Oids.INT2VECTOR && oid != Oids.OIDVECTOR;
    }

    /** The type under a domain, one step down; null for all others. */
    public @Nullable Type base() {
        return base;
    }

    public int baseTypmod() {
        return baseTypmod;
    }

    /** The type under all domains; itself for all others. */
    public Type actual() {
        return actual;
    }

    /** Labels of an enum in their order; empty for all others. */
    public List<EnumLabel> enumLabels() {
        return labels;
    }

    /** Attributes of a composite type, or of a record where they are known; else empty. */
    public List<Field> fields() {
        return fields;
    }

    /** typinput. {@code typmod} is -1 where there is none. */
    public Object parse(String text, int typmod, TypeContext context) {
        return routines.parse(actual, text, typmod, context);
    }

    /** typoutput. */
    public String format(Object value, TypeContext context) {
        return routines.format(actual, value, context);
    }

    /** typreceive: reads all that remains in a big-endian buffer. */
    public Object receive(ByteBuffer in, int typmod, TypeContext context) {
        Object value;
        try {
            value = routines.receive(actual, in, typmod, context);
        } catch (java.nio.BufferUnderflowException shorter) {
            throw TypeRoutines.insufficientData();
        }
        return value;
    }

    /** typsend: appends the binary form, without length. */
    public void send(Object value, ByteWriter out, TypeContext context) {
        routines.send(actual, value, out, context);
    }

    /** Order of the default btree operator class. */
    public int compare(Object left, Object right) {
        return routines.compare(actual, left, right);
    }

    public boolean valuesEqual(Object left, Object right) {
        // The same characters are equal in every type whose values are strings.
        return (left instanceof String text && text.equals(right))
                || routines.compare(actual, left, right) == 0;
    }

    /** Equal for values that compare equal. */
    public int hash(Object value) {
        return routines.hash(actual, value);
    }

    /** Whether there is a default order; false for json, xml, point and the like. */
    public boolean comparable() {
        return routines.comparable(actual);
    }

    /**
     * The length coercion: checks or changes a value after its typmod.
     *
     * @param explicit whether the user wrote a cast, where {@code varchar(n)} truncates silently
     */
    public Object applyTypmod(Object value, int typmod, boolean explicit) {
        return typmod < 0 ? value : routines.applyTypmod(actual, value, typmod, explicit);
    }

    /** typmodin: what stands in the brackets, such as {@code ["10", "2"]}. */
    public int typmodIn(List<String> arguments) {
        return base != null ? rejectTypmod() : routines.typmodIn(this, arguments);
    }

    private int rejectTypmod() {
        throw new SqlException(
                dev.quiverdb.base.error.SqlState.SYNTAX_ERROR,
                "type modifier is not allowed for type \"" + name + "\"");
    }

    /** What format_type answers, such as {@code character varying(10)} or {@code integer[]}. */
    public String formatType(int typmod) {
        if (isTrueArray() && base == null && element != null) {
            return element.formatType(typmod) + "[]";
        }
        return base != null ? displayName() : routines.formatType(this, typmod);
    }

    /**
     * format_type without typmod: the SQL name of a built-in type, else the name, quoted if need
     * be.
     */
    public String displayName() {
        if (isTrueArray() && base == null && element != null) {
            return element.displayName() + "[]";
        }
        return Types.sqlName(this);
    }

    /** Storage form of a value of {@link Kind#OBJECT}; see {@code README.md}. */
    public void encode(Object value, ByteWriter out) {
        routines.encode(actual, value, out);
    }

    public byte[] encode(Object value) {
        var out = new ByteWriter();
        encode(value, out);
        return out.toBytes();
    }

    /** Inverse of {@link #encode}: reads all that remains. */
    public Object decode(ByteBuffer in) {
        return routines.decode(actual, in);
    }

    public Object decode(byte[] bytes) {
        return decode(ByteBuffer.wrap(bytes));
    }

    /** Ascending memory-comparable bytes of a value, see {@link KeyWriter}. */
    void key(Object value, KeyWriter out) {
        routines.key(actual, value, out);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Type type && type.oid == oid;
    }

    @Override
    public int hashCode() {
        return oid;
    }

    @Override
    public String toString() {
        return displayName();
    }
}
