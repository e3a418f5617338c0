package dev.quiverdb.server.catalog;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.storage.SequenceSpec;
import dev.quiverdb.storage.Sequences;
import dev.quiverdb.storage.Storage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one row that a sequence shows when it is selected from. */
final class SequenceRows {
    static final List<Column> COLUMNS =
            List.of(
                    Column.of(1, "last_value", Oids.INT8, -1, 0, true),
                    Column.of(2, "log_cnt", Oids.INT8, -1, 0, true),
                    Column.of(3, "is_called", Oids.BOOL, -1, 0, true));

    private SequenceRows() {}

    static SequenceSpec spec(Relation.Sequence sequence) {
        return new SequenceSpec(
                sequence.start(),
                sequence.increment(),
                sequence.minimum(),
                sequence.maximum(),
                sequence.cycle());
    }

    static Sequences.State state(Storage storage, Relation relation, Relation.Sequence sequence) {
        return storage.sequences().state(relation.oid(), spec(sequence));
    }

    /** last_value, log_cnt and is_called. */
    static List<@Nullable Object[]> of(Storage storage, Relation relation) {
        var sequence = relation.sequence();
        if (sequence == null) {
            return List.of();
        }
        var state = state(storage, relation, sequence);
        return List.<@Nullable Object[]>of(
                new @Nullable Object[] {state.lastValue(), 0L, state.called()});
    }
}
