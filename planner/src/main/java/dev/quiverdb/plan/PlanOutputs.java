package dev.quiverdb.plan;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Types;
import java.util.ArrayList;
import java.util.List;

/** What nodes yield that do not say so themselves. */
final class PlanOutputs {
    static List<OutputColumn> of(Plan.TableSource source) {
        var columns = new ArrayList<OutputColumn>(source.positions().size());
        for (int position : source.positions()) {
            if (position == Plan.ROW_ID) {
                columns.add(new OutputColumn(source.alias(), "ctid", Types.get(Oids.INT8), -1));
            } else if (position == Plan.TABLE_OID) {
                columns.add(new OutputColumn(source.alias(), "tableoid", Types.get(Oids.OID), -1));
            } else {
                var column = source.relation().columns().get(position);
                columns.add(
                        new OutputColumn(
                                source.alias(), column.name(), column.type(), column.typmod()));
            }
        }
        return columns;
    }

    static List<OutputColumn> of(Plan.VectorSearch search) {
        var columns = of(search.source());
        if (search.withDistance()) {
            columns = new ArrayList<>(columns);
            columns.add(new OutputColumn("", "distance", Types.get(Oids.FLOAT8), -1));
        }
        return columns;
    }

    static List<OutputColumn> join(Plan.JoinKind kind, Plan left, Plan right) {
        return switch (kind) {
            case SEMI, ANTI, NULL_AWARE_ANTI -> left.output();
            case INNER, LEFT, RIGHT, FULL -> {
                var columns = new ArrayList<>(left.output());
                columns.addAll(right.output());
                yield columns;
            }
        };
    }

    private PlanOutputs() {}
}
