package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.JsonPath;
import dev.quiverdb.base.type.Jsonb;
import dev.quiverdb.execute.function.JsonPathEvaluator.Outcome;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** jsonb_path_query and its kin; {@code @?} and {@code @@}. */
final class JsonPathFunctions {
    static void register(Registry r) {
        r.any("jsonb_path_exists_opr", (c, a) -> exists(c, a, false));
        r.any("jsonb_path_match_opr", (c, a) -> match(c, a, false));
        for (boolean zoned : List.of(false, true)) {
            var suffix = zoned ? "_tz" : "";
            r.any("jsonb_path_exists" + suffix, (c, a) -> exists(c, a, zoned));
            r.any("jsonb_path_match" + suffix, (c, a) -> match(c, a, zoned));
            r.rows("jsonb_path_query" + suffix, (c, a) -> query(c, a, zoned));
            r.any(
                    "jsonb_path_query_array" + suffix,
                    (c, a) ->
                            new Jsonb.Arr(
                                    all(c, a, zoned).items().stream()
                                            .map(JsonPathEvaluator::json)
                                            .toList()));
            r.any(
                    "jsonb_path_query_first" + suffix,
                    (c, a) -> {
                        var found = all(c, a, zoned);
                        return found.isEmpty()
                                ? null
                                : JsonPathEvaluator.json(found.items().getFirst());
                    });
        }
    }

    private static boolean silent(@Nullable Object[] a) {
        return a.length < 4 || Boolean.TRUE.equals(a[3]);
    }

    private static JsonPathEvaluator evaluator(CallContext c, @Nullable Object[] a, boolean zoned) {
        return new JsonPathEvaluator(
                (JsonPath) Strings.arg(a, 1),
                (Jsonb) Strings.arg(a, 0),
                a.length > 2 ? (Jsonb) a[2] : null,
                !silent(a),
                zoned,
                c.types().zone());
    }

    private static JsonPathSequence all(CallContext c, @Nullable Object[] a, boolean zoned) {
        var found = new JsonPathSequence();
        evaluator(c, a, zoned).run(found);
        return found;
    }

    private static Iterator<Jsonb> query(CallContext c, @Nullable Object[] a, boolean zoned) {
        return all(c, a, zoned).items().stream().map(JsonPathEvaluator::json).iterator();
    }

    private static @Nullable Object exists(CallContext c, @Nullable Object[] a, boolean zoned) {
        return switch (evaluator(c, a, zoned).run(null)) {
            case FOUND -> true;
            case NONE -> false;
            case ERROR -> null;
        };
    }

    private static @Nullable Object match(CallContext c, @Nullable Object[] a, boolean zoned) {
        var found = new JsonPathSequence();
        var outcome = evaluator(c, a, zoned).run(found);
        if (outcome != Outcome.ERROR || !found.isEmpty()) {
            if (found.size() == 1) {
                if (found.items().getFirst() instanceof Jsonb.Bool(boolean truth)) {
                    return truth;
                }
                if (found.items().getFirst() instanceof Jsonb.Nil) {
                    return null;
                }
            }
        }
        if (!silent(a)) {
            throw new SqlException(
                    SqlState.SINGLETON_SQL_JSON_ITEM_REQUIRED, "single boolean result is expected");
        }
        return null;
    }

    private JsonPathFunctions() {}
}
