package dev.quiverdb.vector.access;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.SparseVector;
import dev.quiverdb.storage.ColumnSpec;
import dev.quiverdb.storage.access.AccessContext;

/**
 * The one column of a vector index.
 *
 * @param dimensions of every vector in it
 */
record IndexedColumn(int columnId, OperatorClass operatorClass, int dimensions) {
    private static final int DIMENSIONS_MAX = 16_000;
    private static final int BITS_MAX = 64_000;

    /** Reads the column of an index; throws the user's error where the method cannot index it. */
    static IndexedColumn of(AccessContext context, String method) {
        var index = context.index();
        if (index.unique()) {
            throw SqlException.notSupported(
                    "access method \"" + method + "\" does not support unique indexes");
        }
        if (index.keys().size() > 1) {
            throw SqlException.notSupported(
                    "access method \"" + method + "\" does not support multicolumn indexes");
        }
        var key = index.keys().getFirst();
        if (key.descending()) {
            throw SqlException.notSupported(
                    "access method \"" + method + "\" does not support ASC/DESC options");
        }
        var column = context.tablet().column(key.columnId());
        var operatorClass = operatorClass(method, key.operatorClass(), column);
        int dimensions = column.typmod();
        if (dimensions < 1) {
            throw IndexOptions.invalid("column does not have dimensions");
        }
        int most =
                switch (operatorClass.typeOid()) {
                    case Oids.BIT -> BITS_MAX;
                    case Oids.SPARSEVEC -> SparseVector.DIMENSIONS_MAX;
                    default -> DIMENSIONS_MAX;
                };
        if (dimensions > most) {
            throw new SqlException(
                    SqlState.PROGRAM_LIMIT_EXCEEDED,
                    "column cannot have more than %d dimensions for %s index"
                            .formatted(most, method));
        }
        return new IndexedColumn(key.columnId(), operatorClass, dimensions);
    }

    private static OperatorClass operatorClass(String method, String name, ColumnSpec column) {
        String type = column.type().name();
        if (name.isEmpty()) {
            throw new SqlException(
                            SqlState.UNDEFINED_OBJECT,
                            "data type %s has no default operator class for access method \"%s\""
                                    .formatted(type, method))
                    .withHint(
                            "You must specify an operator class for the index or define a default"
                                    + " operator class for the data type.");
        }
        var known = OperatorClass.named(name);
        if (known.isEmpty() || (!method.equals("hnsw") && !known.get().inLists())) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT,
                    "operator class \"%s\" does not exist for access method \"%s\""
                            .formatted(name, method));
        }
        if (known.get().typeOid() == Oids.BIT && column.type().oid() == Oids.VARBIT) {
            throw SqlException.notSupported("type not supported for " + method + " index");
        }
        if (known.get().typeOid() != column.type().oid()) {
            throw new SqlException(
                    SqlState.DATATYPE_MISMATCH,
                    "operator class \"%s\" does not accept data type %s".formatted(name, type));
        }
        return known.get();
    }

    VectorForm form() {
        var metric = operatorClass.metric();
        return operatorClass.isSparse()
                ? new VectorForm.Sparse(dimensions, metric)
                : new VectorForm.Dense(operatorClass.kind(), dimensions, metric);
    }

    /** Whether the index keeps values itself, as the column has no slots. */
    boolean holdsOwn(AccessContext context) {
        return context.slots(columnId) == null;
    }

    Holding holding(AccessContext context, StorageGraphBlocks blocks) {
        return holdsOwn(context)
                ? new OwnHolding(columnId, form(), blocks)
                : new SlotHolding(
                        columnId,
                        new VectorForm.Dense(
                                operatorClass.kind(), dimensions, operatorClass.metric()),
                        StorageSlots.of(context, this));
    }
}
