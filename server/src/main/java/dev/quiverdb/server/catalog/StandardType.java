package dev.quiverdb.server.catalog;

import dev.quiverdb.base.type.Oids;
import org.jspecify.annotations.Nullable;

/**
 * Length, precision and scale of a type and typmod as the standard's information schema shows them;
 * null where a figure does not apply. The formulas are those of PostgreSQL's _pg_char_max_length
 * and its kin.
 */
record StandardType(
        @Nullable Integer characters,
        @Nullable Integer octets,
        @Nullable Integer precision,
        @Nullable Integer radix,
        @Nullable Integer scale,
        @Nullable Integer datetimePrecision) {
    private static final int UTF8_BYTES_MAX = 4;
    private static final int OCTETS_MAX = 1 << 30;
    private static final int HEADER = 4;
    private static final int LOW = 0xffff;

    static final StandardType NONE = new StandardType(null, null, null, null, null, null);

    static StandardType of(int type, int typmod) {
        Integer characters =
                switch (type) {
                    case Oids.BPCHAR, Oids.VARCHAR ->
                            typmod == -1 ? null : (Integer) (typmod - HEADER);
                    case Oids.BIT, Oids.VARBIT -> typmod == -1 ? null : (Integer) typmod;
                    default -> null;
                };
        Integer octets =
                switch (type) {
                    case Oids.TEXT -> (Integer) OCTETS_MAX;
                    case Oids.BPCHAR, Oids.VARCHAR ->
                            characters == null
                                    ? (Integer) OCTETS_MAX
                                    : (Integer) (characters * UTF8_BYTES_MAX);
                    default -> null;
                };
        Integer precision =
                switch (type) {
                    case Oids.INT2 -> (Integer) 16;
                    case Oids.INT4 -> (Integer) 32;
                    case Oids.INT8 -> (Integer) 64;
                    case Oids.FLOAT4 -> (Integer) 24;
                    case Oids.FLOAT8 -> (Integer) 53;
                    case Oids.NUMERIC ->
                            typmod == -1 ? null : (Integer) ((typmod - HEADER) >> 16 & LOW);
                    default -> null;
                };
        Integer radix =
                switch (type) {
                    case Oids.INT2, Oids.INT4, Oids.INT8, Oids.FLOAT4, Oids.FLOAT8 -> (Integer) 2;
                    case Oids.NUMERIC -> (Integer) 10;
                    default -> null;
                };
        Integer scale =
                switch (type) {
                    case Oids.INT2, Oids.INT4, Oids.INT8 -> (Integer) 0;
                    case Oids.NUMERIC -> typmod == -1 ? null : (Integer) ((typmod - HEADER) & LOW);
                    default -> null;
                };
        Integer datetime =
                switch (type) {
                    case Oids.DATE -> (Integer) 0;
                    case Oids.TIME, Oids.TIMETZ, Oids.TIMESTAMP, Oids.TIMESTAMPTZ ->
                            (Integer) (typmod < 0 ? 6 : typmod);
                    case Oids.INTERVAL ->
                            (Integer) (typmod < 0 || (typmod & LOW) == LOW ? 6 : typmod & LOW);
                    default -> null;
                };
        return new StandardType(characters, octets, precision, radix, scale, datetime);
    }
}
