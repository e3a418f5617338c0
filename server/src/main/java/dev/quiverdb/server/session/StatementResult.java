package dev.quiverdb.server.session;

import dev.quiverdb.base.batch.Batch;
import dev.quiverdb.base.batch.Column;
import dev.quiverdb.base.batch.Cursor;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.pgwire.message.ResultField;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a started statement yields: rows to be drawn, or only a tag. */
sealed interface StatementResult {
    /** Ended; nothing but its tag remains to be said. */
    record Done(String tag) implements StatementResult {}

    /** The rows have been or will be sent by the statement itself, as COPY does. */
    record Rows(List<ResultField> fields, Cursor cursor, Tag tag) implements StatementResult {
        public Rows {
            fields = List.copyOf(fields);
        }
    }

    /** The tag when all rows were drawn. */
    @FunctionalInterface
    interface Tag {
        String of(long rows);
    }

    /** A field that no table column stands behind. */
    static ResultField field(String name, Type type) {
        return new ResultField(name, 0, 0, type, -1, 0);
    }

    /** A small result made of text rows. */
    static Rows text(
            List<String> names, List<? extends List<? extends @Nullable String>> rows, Tag tag) {
        var fields = names.stream().map(name -> field(name, Types.TEXT)).toList();
        return new Rows(fields, cursor(fields, rows), tag);
    }

    /** A cursor over rows in memory. */
    static Cursor cursor(
            List<ResultField> fields, List<? extends List<? extends @Nullable Object>> rows) {
        var types = fields.stream().map(ResultField::type).toList();
        return new Cursor() {
            private int at;

            @Override
            public List<Type> columnTypes() {
                return types;
            }

            @Override
            public @Nullable Batch next() {
                int count = Math.min(Batch.ROWS_MAX, rows.size() - at);
                if (count == 0) {
                    return null;
                }
                List<Column> columns = new ArrayList<>();
                for (int c = 0; c < types.size(); c++) {
                    var column = Column.of(types.get(c), count);
                    for (int i = 0; i < count; i++) {
                        column.appendObject(rows.get(at + i).get(c));
                    }
                    columns.add(column);
                }
                at += count;
                return new Batch(count, columns);
            }

            @Override
            public void close() {
                at = rows.size();
            }
        };
    }
}
