package dev.quiverdb.base.type;

/** Which routines and which kind of column each built-in type has. */
final class Routines {
    private Routines() {}

    static TypeRoutines of(int oid) {
        return switch (oid) {
            case Oids.BOOL -> BoolRoutines.INSTANCE;
            case Oids.INT2 -> IntegerRoutines.INT2;
            case Oids.INT4 -> IntegerRoutines.INT4;
            case Oids.INT8 -> IntegerRoutines.INT8;
            case Oids.OID, Oids.XID, Oids.CID -> OidRoutines.PLAIN;
            case Oids.REGPROC,
                    Oids.REGPROCEDURE,
                    Oids.REGOPER,
                    Oids.REGOPERATOR,
                    Oids.REGCLASS,
                    Oids.REGTYPE,
                    Oids.REGNAMESPACE,
                    Oids.REGROLE,
                    Oids.REGCOLLATION,
                    Oids.REGCONFIG,
                    Oids.REGDICTIONARY ->
                    OidRoutines.NAMED;
            case Oids.XID8 -> OidRoutines.XID8;
            case Oids.PG_LSN -> OidRoutines.PG_LSN;
            case Oids.FLOAT4 -> FloatRoutines.FLOAT4;
            case Oids.FLOAT8 -> FloatRoutines.FLOAT8;
            case Oids.NUMERIC -> NumericRoutines.INSTANCE;
            case Oids.TEXT,
                    Oids.UNKNOWN,
                    Oids.CSTRING,
                    Oids.REFCURSOR,
                    Oids.PG_NODE_TREE,
                    Oids.ACLITEM ->
                    TextRoutines.TEXT;
            case Oids.VARCHAR -> TextRoutines.VARCHAR;
            case Oids.BPCHAR -> TextRoutines.BPCHAR;
            case Oids.NAME -> TextRoutines.NAME;
            case Oids.CHAR -> TextRoutines.CHAR;
            case Oids.XML -> TextRoutines.XML;
            case Oids.JSON -> JsonRoutines.INSTANCE;
            case Oids.JSONB -> JsonbRoutines.INSTANCE;
            case Oids.JSONPATH -> JsonPathRoutines.INSTANCE;
            case Oids.BYTEA -> ByteaRoutines.INSTANCE;
            case Oids.UUID -> UuidRoutines.INSTANCE;
            case Oids.DATE -> DateRoutines.INSTANCE;
            case Oids.TIME -> TimeRoutines.TIME;
            case Oids.TIMETZ -> TimeRoutines.TIMETZ;
            case Oids.TIMESTAMP -> TimestampRoutines.TIMESTAMP;
            case Oids.TIMESTAMPTZ -> TimestampRoutines.TIMESTAMPTZ;
            case Oids.INTERVAL -> IntervalRoutines.INSTANCE;
            case Oids.BIT -> BitRoutines.BIT;
            case Oids.VARBIT -> BitRoutines.VARBIT;
            case Oids.INT2VECTOR, Oids.OIDVECTOR -> ArrayRoutines.INSTANCE;
            case Oids.RECORD -> RecordRoutines.INSTANCE;
            case Oids.VECTOR -> VectorRoutines.INSTANCE;
            case Oids.HALFVEC -> HalfVectorRoutines.INSTANCE;
            case Oids.SPARSEVEC -> SparseVectorRoutines.INSTANCE;
            case Oids.HSTORE -> HstoreRoutines.INSTANCE;
            case Oids.INET -> InetRoutines.INET;
            case Oids.CIDR -> InetRoutines.CIDR;
            case Oids.INT4RANGE -> RangeRoutines.INT4;
            case Oids.INT8RANGE -> RangeRoutines.INT8;
            case Oids.NUMRANGE -> RangeRoutines.NUMERIC;
            case Oids.DATERANGE -> RangeRoutines.DATE;
            case Oids.TSRANGE -> RangeRoutines.TIMESTAMP;
            case Oids.TSTZRANGE -> RangeRoutines.TIMESTAMPTZ;
            case Oids.INT4MULTIRANGE -> MultirangeRoutines.INT4;
            case Oids.INT8MULTIRANGE -> MultirangeRoutines.INT8;
            case Oids.NUMMULTIRANGE -> MultirangeRoutines.NUMERIC;
            case Oids.DATEMULTIRANGE -> MultirangeRoutines.DATE;
            case Oids.TSMULTIRANGE -> MultirangeRoutines.TIMESTAMP;
            case Oids.TSTZMULTIRANGE -> MultirangeRoutines.TIMESTAMPTZ;
            case Oids.POINT -> PointRoutines.INSTANCE;
            case Oids.MONEY -> MoneyRoutines.INSTANCE;
            case Oids.MACADDR -> MacaddrRoutines.INSTANCE;
            case Oids.TID -> TidRoutines.INSTANCE;
            case Oids.VOID -> PseudoRoutines.VOID;
            default -> PseudoRoutines.NONE;
        };
    }

    static Kind kind(int oid) {
        return switch (oid) {
            case Oids.BOOL -> Kind.BOOL;
            case Oids.INT2, Oids.INT4, Oids.DATE -> Kind.INT;
            case Oids.INT8,
                    Oids.OID,
                    Oids.XID,
                    Oids.CID,
                    Oids.XID8,
                    Oids.PG_LSN,
                    Oids.MONEY,
                    Oids.MACADDR,
                    Oids.TID,
                    Oids.TIME,
                    Oids.TIMESTAMP,
                    Oids.TIMESTAMPTZ,
                    Oids.REGPROC,
                    Oids.REGPROCEDURE,
                    Oids.REGOPER,
                    Oids.REGOPERATOR,
                    Oids.REGCLASS,
                    Oids.REGTYPE,
                    Oids.REGNAMESPACE,
                    Oids.REGROLE,
                    Oids.REGCOLLATION,
                    Oids.REGCONFIG,
                    Oids.REGDICTIONARY ->
                    Kind.LONG;
            case Oids.FLOAT4 -> Kind.FLOAT;
            case Oids.FLOAT8 -> Kind.DOUBLE;
            default -> Kind.OBJECT;
        };
    }
}
