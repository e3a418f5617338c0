package dev.quiverdb.base.type;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The built-in types: all of PostgreSQL 15's pg_type but row types, and those of extensions. Types
 * that we know but cannot work with yet answer {@code 0A000} when used. Immutable.
 */
public final class Types {
    /**
     * pg_type: oid, typname, typlen, typbyval, typtype, typcategory, typispreferred, typdelim,
     * typelem, typarray, typalign, typstorage, typcollation. Array types follow from the types they
     * are over.
     */
    private static final String PG_TYPE =
            """
            16 bool 1 t b B t , 0 1000 c p 0
            17 bytea -1 f b U f , 0 1001 i x 0
            18 char 1 t b Z f , 0 1002 c p 0
            19 name 64 f b S f , 18 1003 c p 950
            20 int8 8 t b N f , 0 1016 d p 0
            21 int2 2 t b N f , 0 1005 s p 0
            22 int2vector -1 f b A f , 21 1006 i p 0
            23 int4 4 t b N f , 0 1007 i p 0
            24 regproc 4 t b N f , 0 1008 i p 0
            25 text -1 f b S t , 0 1009 i x 100
            26 oid 4 t b N t , 0 1028 i p 0
            27 tid 6 f b U f , 0 1010 s p 0
            28 xid 4 t b U f , 0 1011 i p 0
            29 cid 4 t b U f , 0 1012 i p 0
            30 oidvector -1 f b A f , 26 1013 i p 0
            32 pg_ddl_command 8 t p P f , 0 0 d p 0
            114 json -1 f b U f , 0 199 i x 0
            142 xml -1 f b U f , 0 143 i x 0
            194 pg_node_tree -1 f b Z f , 0 0 i x 100
            269 table_am_handler 4 t p P f , 0 0 i p 0
            325 index_am_handler 4 t p P f , 0 0 i p 0
            600 point 16 f b G f , 701 1017 d p 0
            601 lseg 32 f b G f , 600 1018 d p 0
            602 path -1 f b G f , 0 1019 d x 0
            603 box 32 f b G f ; 600 1020 d p 0
            604 polygon -1 f b G f , 0 1027 d x 0
            628 line 24 f b G f , 701 629 d p 0
            650 cidr -1 f b I f , 0 651 i m 0
            700 float4 4 t b N f , 0 1021 i p 0
            701 float8 8 t b N t , 0 1022 d p 0
            705 unknown -2 f p X f , 0 0 c p 0
            718 circle 24 f b G f , 0 719 d p 0
            774 macaddr8 8 f b U f , 0 775 i p 0
            790 money 8 t b N f , 0 791 d p 0
            829 macaddr 6 f b U f , 0 1040 i p 0
            869 inet -1 f b I t , 0 1041 i m 0
            1033 aclitem 12 f b U f , 0 1034 i p 0
            1042 bpchar -1 f b S f , 0 1014 i x 100
            1043 varchar -1 f b S f , 0 1015 i x 100
            1082 date 4 t b D f , 0 1182 i p 0
            1083 time 8 t b D f , 0 1183 d p 0
            1114 timestamp 8 t b D f , 0 1115 d p 0
            1184 timestamptz 8 t b D t , 0 1185 d p 0
            1186 interval 16 f b T t , 0 1187 d p 0
            1266 timetz 12 f b D f , 0 1270 d p 0
            1560 bit -1 f b V f , 0 1561 i x 0
            1562 varbit -1 f b V t , 0 1563 i x 0
            1700 numeric -1 f b N f , 0 1231 i m 0
            1790 refcursor -1 f b U f , 0 2201 i x 0
            2202 regprocedure 4 t b N f , 0 2207 i p 0
            2203 regoper 4 t b N f , 0 2208 i p 0
            2204 regoperator 4 t b N f , 0 2209 i p 0
            2205 regclass 4 t b N f , 0 2210 i p 0
            2206 regtype 4 t b N f , 0 2211 i p 0
            2249 record -1 f p P f , 0 2287 d x 0
            2275 cstring -2 f p P f , 0 1263 c p 0
            2276 any 4 t p P f , 0 0 i p 0
            2277 anyarray -1 f p P f , 0 0 d x 0
            2278 void 4 t p P f , 0 0 i p 0
            2279 trigger 4 t p P f , 0 0 i p 0
            2280 language_handler 4 t p P f , 0 0 i p 0
            2281 internal 8 t p P f , 0 0 d p 0
            2283 anyelement 4 t p P f , 0 0 i p 0
            2776 anynonarray 4 t p P f , 0 0 i p 0
            2950 uuid 16 f b U f , 0 2951 c p 0
            2970 txid_snapshot -1 f b U f , 0 2949 d x 0
            3115 fdw_handler 4 t p P f , 0 0 i p 0
            3220 pg_lsn 8 t b U f , 0 3221 d p 0
            3310 tsm_handler 4 t p P f , 0 0 i p 0
            3361 pg_ndistinct -1 f b Z f , 0 0 i x 100
            3402 pg_dependencies -1 f b Z f , 0 0 i x 100
            3500 anyenum 4 t p P f , 0 0 i p 0
            3614 tsvector -1 f b U f , 0 3643 i x 0
            3615 tsquery -1 f b U f , 0 3645 i p 0
            3642 gtsvector -1 f b U f , 0 3644 i p 0
            3734 regconfig 4 t b N f , 0 3735 i p 0
            3769 regdictionary 4 t b N f , 0 3770 i p 0
            3802 jsonb -1 f b U f , 0 3807 i x 0
            3831 anyrange -1 f p P f , 0 0 d x 0
            3838 event_trigger 4 t p P f , 0 0 i p 0
            3904 int4range -1 f r R f , 0 3905 i x 0
            3906 numrange -1 f r R f , 0 3907 i x 0
            3908 tsrange -1 f r R f , 0 3909 d x 0
            3910 tstzrange -1 f r R f , 0 3911 d x 0
            3912 daterange -1 f r R f , 0 3913 i x 0
            3926 int8range -1 f r R f , 0 3927 d x 0
            4072 jsonpath -1 f b U f , 0 4073 i x 0
            4089 regnamespace 4 t b N f , 0 4090 i p 0
            4096 regrole 4 t b N f , 0 4097 i p 0
            4191 regcollation 4 t b N f , 0 4192 i p 0
            4451 int4multirange -1 f m R f , 0 6150 i x 0
            4532 nummultirange -1 f m R f , 0 6151 i x 0
            4533 tsmultirange -1 f m R f , 0 6152 d x 0
            4534 tstzmultirange -1 f m R f , 0 6153 d x 0
            4535 datemultirange -1 f m R f , 0 6155 i x 0
            4536 int8multirange -1 f m R f , 0 6157 d x 0
            4537 anymultirange -1 f p P f , 0 0 d x 0
            4538 anycompatiblemultirange -1 f p P f , 0 0 d x 0
            4600 pg_brin_bloom_summary -1 f b Z f , 0 0 i x 100
            4601 pg_brin_minmax_multi_summary -1 f b Z f , 0 0 i x 100
            5017 pg_mcv_list -1 f b Z f , 0 0 i x 100
            5038 pg_snapshot -1 f b U f , 0 5039 d x 0
            5069 xid8 8 t b U f , 0 271 d p 0
            5077 anycompatible 4 t p P f , 0 0 i p 0
            5078 anycompatiblearray -1 f p P f , 0 0 d x 0
            5079 anycompatiblenonarray 4 t p P f , 0 0 i p 0
            5080 anycompatiblerange -1 f p P f , 0 0 d x 0
            16385 vector -1 f b U f , 0 16386 i e 0
            16387 halfvec -1 f b U f , 0 16388 i e 0
            16389 sparsevec -1 f b U f , 0 16390 i e 0
            16391 hstore -1 f b U f , 0 16392 i x 0
            """;

    private static final Map<String, String> SQL_NAMES =
            Map.ofEntries(
                    Map.entry("bool", "boolean"),
                    Map.entry("int2", "smallint"),
                    Map.entry("int4", "integer"),
                    Map.entry("int8", "bigint"),
                    Map.entry("float4", "real"),
                    Map.entry("float8", "double precision"),
                    Map.entry("bpchar", "character"),
                    Map.entry("varchar", "character varying"),
                    Map.entry("varbit", "bit varying"),
                    Map.entry("time", "time without time zone"),
                    Map.entry("timetz", "time with time zone"),
                    Map.entry("timestamp", "timestamp without time zone"),
                    Map.entry("timestamptz", "timestamp with time zone"),
                    Map.entry("char", "\"char\""));

    private static final Map<String, String> ALIASES =
            Map.ofEntries(
                    Map.entry("boolean", "bool"),
                    Map.entry("smallint", "int2"),
                    Map.entry("int", "int4"),
                    Map.entry("integer", "int4"),
                    Map.entry("bigint", "int8"),
                    Map.entry("real", "float4"),
                    Map.entry("float", "float8"),
                    Map.entry("double precision", "float8"),
                    Map.entry("decimal", "numeric"),
                    Map.entry("dec", "numeric"),
                    Map.entry("character", "bpchar"),
                    Map.entry("char", "bpchar"),
                    Map.entry("nchar", "bpchar"),
                    Map.entry("national character", "bpchar"),
                    Map.entry("national char", "bpchar"),
                    Map.entry("character varying", "varchar"),
                    Map.entry("char varying", "varchar"),
                    Map.entry("national character varying", "varchar"),
                    Map.entry("national char varying", "varchar"),
                    Map.entry("nchar varying", "varchar"),
                    Map.entry("bit varying", "varbit"),
                    Map.entry("\"char\"", "char"),
                    Map.entry("time without time zone", "time"),
                    Map.entry("time with time zone", "timetz"),
                    Map.entry("timestamp without time zone", "timestamp"),
                    Map.entry("timestamp with time zone", "timestamptz"));

    private static final Map<Integer, Type> BY_OID = new LinkedHashMap<>();
    private static final Map<String, Type> BY_NAME = new HashMap<>();

    static {
        List<String[]> rows = new ArrayList<>();
        for (String line : PG_TYPE.lines().toList()) {
            rows.add(line.split(" "));
        }
        // Types without an element first, so that an element exists before what is made of it.
        for (var row : rows) {
            if (row[8].equals("0")) {
                define(row);
            }
        }
        for (var row : rows) {
            if (!row[8].equals("0")) {
                define(row);
            }
        }
    }

    public static final Type BOOL = get(Oids.BOOL);
    public static final Type BYTEA = get(Oids.BYTEA);

    /** The one-byte type {@code "char"}, not character(n). */
    public static final Type CHAR = get(Oids.CHAR);

    public static final Type NAME = get(Oids.NAME);
    public static final Type INT2 = get(Oids.INT2);
    public static final Type INT4 = get(Oids.INT4);
    public static final Type INT8 = get(Oids.INT8);
    public static final Type INT2VECTOR = get(Oids.INT2VECTOR);
    public static final Type OIDVECTOR = get(Oids.OIDVECTOR);
    public static final Type TEXT = get(Oids.TEXT);
    public static final Type OID = get(Oids.OID);
    public static final Type TID = get(Oids.TID);
    public static final Type XID = get(Oids.XID);
    public static final Type CID = get(Oids.CID);
    public static final Type XID8 = get(Oids.XID8);
    public static final Type REGPROC = get(Oids.REGPROC);
    public static final Type REGPROCEDURE = get(Oids.REGPROCEDURE);
    public static final Type REGOPER = get(Oids.REGOPER);
    public static final Type REGOPERATOR = get(Oids.REGOPERATOR);
    public static final Type REGCLASS = get(Oids.REGCLASS);
    public static final Type REGTYPE = get(Oids.REGTYPE);
    public static final Type REGNAMESPACE = get(Oids.REGNAMESPACE);
    public static final Type REGROLE = get(Oids.REGROLE);
    public static final Type REGCOLLATION = get(Oids.REGCOLLATION);
    public static final Type REGCONFIG = get(Oids.REGCONFIG);
    public static final Type REGDICTIONARY = get(Oids.REGDICTIONARY);
    public static final Type JSON = get(Oids.JSON);
    public static final Type JSONB = get(Oids.JSONB);
    public static final Type JSONPATH = get(Oids.JSONPATH);
    public static final Type XML = get(Oids.XML);
    public static final Type FLOAT4 = get(Oids.FLOAT4);
    public static final Type FLOAT8 = get(Oids.FLOAT8);
    public static final Type MONEY = get(Oids.MONEY);
    public static final Type BPCHAR = get(Oids.BPCHAR);
    public static final Type VARCHAR = get(Oids.VARCHAR);
    public static final Type DATE = get(Oids.DATE);
    public static final Type TIME = get(Oids.TIME);
    public static final Type TIMETZ = get(Oids.TIMETZ);
    public static final Type TIMESTAMP = get(Oids.TIMESTAMP);
    public static final Type TIMESTAMPTZ = get(Oids.TIMESTAMPTZ);
    public static final Type INTERVAL = get(Oids.INTERVAL);
    public static final Type BIT = get(Oids.BIT);
    public static final Type VARBIT = get(Oids.VARBIT);
    public static final Type NUMERIC = get(Oids.NUMERIC);
    public static final Type UUID = get(Oids.UUID);
    public static final Type PG_LSN = get(Oids.PG_LSN);
    public static final Type REFCURSOR = get(Oids.REFCURSOR);
    public static final Type UNKNOWN = get(Oids.UNKNOWN);
    public static final Type RECORD = get(Oids.RECORD);
    public static final Type CSTRING = get(Oids.CSTRING);
    public static final Type VOID = get(Oids.VOID);
    public static final Type ANY = get(Oids.ANY);
    public static final Type ANYARRAY = get(Oids.ANYARRAY);
    public static final Type ANYELEMENT = get(Oids.ANYELEMENT);
    public static final Type ANYNONARRAY = get(Oids.ANYNONARRAY);
    public static final Type ANYENUM = get(Oids.ANYENUM);
    public static final Type ANYRANGE = get(Oids.ANYRANGE);
    public static final Type ANYCOMPATIBLE = get(Oids.ANYCOMPATIBLE);
    public static final Type ANYCOMPATIBLEARRAY = get(Oids.ANYCOMPATIBLEARRAY);
    public static final Type ANYCOMPATIBLENONARRAY = get(Oids.ANYCOMPATIBLENONARRAY);
    public static final Type INTERNAL = get(Oids.INTERNAL);
    public static final Type TRIGGER = get(Oids.TRIGGER);
    public static final Type INET = get(Oids.INET);
    public static final Type CIDR = get(Oids.CIDR);
    public static final Type VECTOR = get(Oids.VECTOR);
    public static final Type HALFVEC = get(Oids.HALFVEC);
    public static final Type SPARSEVEC = get(Oids.SPARSEVEC);
    public static final Type BOOL_ARRAY = get(Oids.BOOL_ARRAY);
    public static final Type INT2_ARRAY = get(Oids.INT2_ARRAY);
    public static final Type INT4_ARRAY = get(Oids.INT4_ARRAY);
    public static final Type INT8_ARRAY = get(Oids.INT8_ARRAY);
    public static final Type FLOAT4_ARRAY = get(Oids.FLOAT4_ARRAY);
    public static final Type FLOAT8_ARRAY = get(Oids.FLOAT8_ARRAY);
    public static final Type NUMERIC_ARRAY = get(Oids.NUMERIC_ARRAY);
    public static final Type TEXT_ARRAY = get(Oids.TEXT_ARRAY);
    public static final Type NAME_ARRAY = get(Oids.NAME_ARRAY);

    private Types() {}

    private static void define(String[] row) {
        int oid = Integer.parseInt(row[0]);
        String schema = oid >= Oids.VECTOR ? "public" : "pg_catalog";
        var builder = new Type.Builder(oid, schema, row[1], Routines.of(oid));
        builder.layout =
                new Type.Layout(
                        Short.parseShort(row[2]),
                        row[3].equals("t"),
                        row[10].charAt(0),
                        row[11].charAt(0));
        builder.form = Type.Form.of(row[4].charAt(0));
        builder.kind = Routines.kind(oid);
        builder.category = row[5].charAt(0);
        builder.preferred = row[6].equals("t");
        builder.delimiter = row[7].charAt(0);
        int element = Integer.parseInt(row[8]);
        builder.element = element == 0 ? null : get(element);
        builder.arrayOid = Integer.parseInt(row[9]);
        builder.collation = Integer.parseInt(row[12]);
        var type = builder.build();
        add(type);
        if (type.arrayOid() != 0) {
            add(Type.array(type.arrayOid(), schema, "_" + type.name(), type));
        }
    }

    private static void add(Type type) {
        BY_OID.put(type.oid(), type);
        BY_NAME.put(type.name(), type);
    }

    /** The built-in type with this OID, or null. */
    public static @Nullable Type byOid(int oid) {
        return BY_OID.get(oid);
    }

    /** The built-in type with this OID, which the caller knows to exist. */
    public static Type get(int oid) {
        var type = BY_OID.get(oid);
        if (type == null) {
            throw new IllegalArgumentException("no built-in type " + oid);
        }
        return type;
    }

    /**
     * The built-in type with this pg_type.typname, such as {@code int4} or {@code _int4}, or null.
     */
    public static @Nullable Type byName(String name) {
        return BY_NAME.get(name);
    }

    /**
     * The built-in type that SQL's grammar or pg_type knows by a name without typmod, in lower
     * case: {@code integer}, {@code character varying}, {@code int4}, {@code text[]}; or null. Note
     * that {@code char} is character(1)'s type here, as in the grammar, and {@code "char"} the
     * one-byte type.
     */
    public static @Nullable Type bySqlName(String name) {
        if (name.endsWith("[]")) {
            var element = bySqlName(name.substring(0, name.length() - 2).stripTrailing());
            return element == null || element.arrayOid() == 0 ? null : byOid(element.arrayOid());
        }
        return BY_NAME.get(ALIASES.getOrDefault(name, name));
    }

    /** All built-in types. */
    public static Collection<Type> all() {
        return Collections.unmodifiableCollection(BY_OID.values());
    }

    static String sqlName(Type type) {
        if (type.schema().equals("pg_catalog")) {
            return SQL_NAMES.getOrDefault(type.name(), type.name());
        }
        return quoteIdentifier(type.name());
    }

    /** Quotes an identifier that is not plain lower-case letters, digits and underscores. */
    static String quoteIdentifier(String name) {
        if (name.matches("[a-z_][a-z0-9_$]*")) {
            return name;
        }
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
