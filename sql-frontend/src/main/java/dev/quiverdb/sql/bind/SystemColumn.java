package dev.quiverdb.sql.bind;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import org.apache.calcite.rex.RexInputRef;
import org.jspecify.annotations.Nullable;

/** The columns that every table has without naming them. */
final class SystemColumn {
    private SystemColumn() {}

    /** The column of a relation's item, or null. The item's row ends in the row id and tableoid. */
    static Scope.@Nullable Column find(State state, Scope.Item item, String name) {
        var relation = item.relation;
        if (relation == null || relation.kind() != 'r' && relation.kind() != 'm') {
            return null;
        }
        int rowId = item.start + item.columns.size();
        return switch (name) {
            case "ctid" -> column(name, Oids.TID, rowId);
            case "tableoid" -> column(name, Oids.OID, rowId + 1);
            case "xmin", "xmax" -> constant(name, Oids.XID);
            case "cmin", "cmax" -> constant(name, Oids.CID);
            default -> null;
        };
    }

    private static Scope.Column column(String name, int type, int index) {
        var pgType = PgType.of(type);
        return new Scope.Column(name, pgType, new RexInputRef(index, pgType));
    }

    /**
     * Nothing is to be vacuumed here, so no transaction number is kept: xmax, cmin and cmax are 0,
     * xmin is frozen.
     */
    private static Scope.Column constant(String name, int type) {
        long value = name.equals("xmin") ? 2 : 0;
        return new Scope.Column(
                name, PgType.of(type), PgOperator.constant(value, Types.get(type), -1));
    }

    /** Whether a column may not have this name. */
    static boolean isName(String name) {
        return switch (name) {
            case "ctid", "tableoid", "xmin", "xmax", "cmin", "cmax" -> true;
            default -> false;
        };
    }
}
