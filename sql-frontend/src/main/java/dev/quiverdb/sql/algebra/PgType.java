package dev.quiverdb.sql.algebra;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import java.util.List;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFamily;
import org.apache.calcite.rel.type.RelDataTypeImpl;
import org.apache.calcite.rel.type.RelDataTypePrecedenceList;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.type.SqlTypeName;

/**
 * A PostgreSQL type with its modifier as Calcite carries it. Always nullable. Where a Calcite type
 * means the same, {@link #getSqlTypeName} answers it, so that rules which look for booleans or
 * numbers find them; everything else is OTHER.
 */
public final class PgType extends RelDataTypeImpl {
    private final Type type;
    private final int typmod;
    private final int collation;

    private PgType(Type type, int typmod, int collation) {
        this.type = type;
        this.typmod = typmod;
        this.collation = collation;
        computeDigest();
    }

    public static PgType of(Type type, int typmod) {
        return new PgType(type, typmod, type.collation());
    }

    public static PgType of(Type type, int typmod, int collation) {
        return new PgType(type, typmod, collation);
    }

    public static PgType of(int builtin) {
        return of(Types.get(builtin), -1);
    }

    /** bool. */
    public static PgType bool() {
        return of(Oids.BOOL);
    }

    /** The type of an expression that the binder made. */
    public static PgType of(RexNode node) {
        return of(node.getType());
    }

    public static PgType of(RelDataType type) {
        if (type instanceof PgType known) {
            return known;
        }
        throw new IllegalStateException("not a PostgreSQL type: " + type);
    }

    public Type type() {
        return type;
    }

    public int typmod() {
        return typmod;
    }

    /** OID of the collation, 0 where the type has none. */
    public int collation() {
        return collation;
    }

    @Override
    protected void generateTypeString(StringBuilder out, boolean withDetail) {
        out.append(type.name());
        if (withDetail) {
            out.append('#').append(type.oid());
            if (type.oid() == Oids.RECORD && !type.fields().isEmpty()) {
                out.append(type.fields());
            }
            if (typmod != -1) {
                out.append('(').append(typmod).append(')');
            }
        }
    }

    @Override
    public SqlTypeName getSqlTypeName() {
        return switch (type.oid()) {
            case Oids.BOOL -> SqlTypeName.BOOLEAN;
            case Oids.INT2 -> SqlTypeName.SMALLINT;
            case Oids.INT4 -> SqlTypeName.INTEGER;
            case Oids.INT8 -> SqlTypeName.BIGINT;
            case Oids.FLOAT4 -> SqlTypeName.REAL;
            case Oids.FLOAT8 -> SqlTypeName.DOUBLE;
            case Oids.NUMERIC -> SqlTypeName.DECIMAL;
            case Oids.TEXT, Oids.VARCHAR -> SqlTypeName.VARCHAR;
            default -> SqlTypeName.OTHER;
        };
    }

    @Override
    public boolean isNullable() {
        return true;
    }

    @Override
    public RelDataTypeFamily getFamily() {
        return getSqlTypeName().getFamily() == null ? this : getSqlTypeName().getFamily();
    }

    /** Nothing converts by itself: the binder has made every conversion explicit. */
    @Override
    public RelDataTypePrecedenceList getPrecedenceList() {
        return new RelDataTypePrecedenceList() {
            @Override
            public boolean containsType(RelDataType other) {
                return PgType.this.equals(other);
            }

            @Override
            public int compareTypePrecedence(RelDataType first, RelDataType second) {
                return 0;
            }
        };
    }

    /** Types of all columns of a row. */
    public static List<PgType> ofRow(RelDataType row) {
        return row.getFieldList().stream().map(field -> of(field.getType())).toList();
    }
}
