package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Jsonb;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.RecordValue;
import dev.quiverdb.base.type.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON objects as rows: populate_record, to_record and their sets. */
final class JsonRecords {
    static @Nullable RecordValue populate(
            CallContext c, @Nullable Object base, @Nullable JsonTree tree) {
        if (tree == null) {
            return (RecordValue) base;
        }
        if (tree.kind() != JsonTree.Kind.OBJECT) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "cannot call "
                            + c.function().name()
                            + " on "
                            + (tree.kind() == JsonTree.Kind.ARRAY ? "an array" : "a scalar"));
        }
        return record(c, fields(c, base), (RecordValue) base, tree);
    }

    /** The columns of the result: those of a record that was given, else those of its type. */
    private static List<Type.Field> fields(CallContext c, @Nullable Object base) {
        if (c.function().argumentTypes().size() > 1) {
            var given = c.argumentType(0).actual();
            if (given.oid() != Oids.RECORD && given.form() != Type.Form.COMPOSITE) {
                throw new SqlException(
                        SqlState.DATATYPE_MISMATCH,
                        "first argument of " + c.function().name() + " must be a row type");
            }
            if (given.fields().isEmpty() && base instanceof RecordValue record) {
                var fields = new ArrayList<Type.Field>();
                for (int i = 0; i < record.size(); i++) {
                    fields.add(new Type.Field(record.name(i), record.type(i), -1));
                }
                return fields;
            }
        }
        return rowType(c, base).actual().fields();
    }

    private static Type rowType(CallContext c, @Nullable Object base) {
        var type = c.resultType().actual();
        if (type.fields().isEmpty()
                && !c.function().argumentTypes().isEmpty()
                && !c.argumentType(0).actual().fields().isEmpty()) {
            return c.argumentType(0).actual();
        }
        if (type.fields().isEmpty() && base == null) {
            throw new SqlException(
                            SqlState.FEATURE_NOT_SUPPORTED,
                            "could not determine row type for result of " + c.function().name())
                    .withHint(
                            "Provide a non-null record argument, or call the function in the FROM"
                                    + " clause using a column definition list.");
        }
        return type;
    }

    static Iterator<? extends @Nullable Object> populateAll(
            CallContext c, @Nullable Object base, @Nullable JsonTree tree) {
        if (tree == null) {
            return Collections.emptyIterator();
        }
        if (tree.kind() != JsonTree.Kind.ARRAY) {
            throw new SqlException(
                    SqlState.INVALID_PARAMETER_VALUE,
                    "cannot call "
                            + c.function().name()
                            + " on "
                            + (tree.kind() == JsonTree.Kind.OBJECT ? "an object" : "a scalar"));
        }
        var rows = new ArrayList<@Nullable Object>();
        for (var child : tree.children()) {
            if (child.value().kind() != JsonTree.Kind.OBJECT) {
                throw new SqlException(
                        SqlState.INVALID_PARAMETER_VALUE,
                        "argument of " + c.function().name() + " must be an array of objects");
            }
            rows.add(record(c, fields(c, base), (RecordValue) base, child.value()));
        }
        return rows.iterator();
    }

    private static RecordValue record(
            CallContext c, List<Type.Field> fields, @Nullable RecordValue base, JsonTree tree) {
        @Nullable Object[] values = new @Nullable Object[fields.size()];
        for (int i = 0; i < values.length; i++) {
            var field = fields.get(i);
            var value = tree.field(field.name());
            values[i] =
                    value == null
                            ? base == null || i >= base.size() ? null : base.get(i)
                            : convert(c, field.type(), field.typmod(), value);
        }
        return RecordValue.of(fields.stream().map(Type.Field::type).toList(), values);
    }

    /** A JSON value as a value of a type. */
    static @Nullable Object convert(CallContext c, Type type, int typmod, JsonTree tree) {
        var actual = type.actual();
        if (tree.kind() == JsonTree.Kind.NULL) {
            return null;
        }
        if (actual.oid() == Oids.JSON) {
            return tree.text();
        }
        if (actual.oid() == Oids.JSONB) {
            return Jsonb.parse(tree.text());
        }
        if (actual.form() == Type.Form.COMPOSITE && tree.kind() == JsonTree.Kind.OBJECT) {
            return record(c, actual.fields(), null, tree);
        }
        if (actual.isTrueArray() && tree.kind() == JsonTree.Kind.ARRAY) {
            return array(c, actual, typmod, tree);
        }
        if (actual.isTrueArray() && tree.kind() != JsonTree.Kind.STRING) {
            throw new SqlException(SqlState.INVALID_TEXT_REPRESENTATION, "expected JSON array");
        }
        var text = tree.unquoted();
        return text == null ? null : type.parse(text, typmod, c.types());
    }

    private static PgArray array(CallContext c, Type type, int typmod, JsonTree tree) {
        var element = java.util.Objects.requireNonNull(type.element());
        List<Integer> lengths = new ArrayList<>();
        for (var level = tree;
                level.kind() == JsonTree.Kind.ARRAY;
                level = level.children().getFirst().value()) {
            lengths.add(level.children().size());
            if (level.children().isEmpty()) {
                break;
            }
        }
        var values = new ArrayList<@Nullable Object>();
        collect(c, element, typmod, tree, lengths, 0, values);
        int[] sizes = lengths.stream().mapToInt(Integer::intValue).toArray();
        int[] bounds = new int[sizes.length];
        Arrays.fill(bounds, 1);
        return PgArray.wrap(element, sizes, bounds, values.toArray());
    }

    private static void collect(
            CallContext c,
            Type element,
            int typmod,
            JsonTree tree,
            List<Integer> lengths,
            int depth,
            List<@Nullable Object> out) {
        if (depth == lengths.size()) {
            out.add(convert(c, element, typmod, tree));
            return;
        }
        if (tree.kind() != JsonTree.Kind.ARRAY || tree.children().size() != lengths.get(depth)) {
            throw new SqlException(SqlState.INVALID_TEXT_REPRESENTATION, "malformed JSON array")
                    .withDetail(
                            "Multidimensional arrays must have sub-arrays with matching"
                                    + " dimensions.");
        }
        for (var child : tree.children()) {
            collect(c, element, typmod, child.value(), lengths, depth + 1, out);
        }
    }

    private JsonRecords() {}
}
