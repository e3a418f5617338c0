package dev.quiverdb.execute.function;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.type.JsonPath;
import dev.quiverdb.base.type.JsonPath.Operator;
import dev.quiverdb.base.type.Jsonb;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.TimeTz;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.execute.function.JsonPathEvaluator.Truth;
import java.time.ZoneId;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Single items of a jsonpath's sequences: how they compare, what they are called and look like. */
final class JsonPathItems {
    /** What datetime() without template tries, in this order. */
    private static final List<String> TEMPLATES =
            List.of(
                    "yyyy-mm-dd",
                    "HH24:MI:SS.USTZH:TZM",
                    "HH24:MI:SS.USTZH",
                    "HH24:MI:SSTZH:TZM",
                    "HH24:MI:SSTZH",
                    "HH24:MI:SS.US",
                    "HH24:MI:SS",
                    "yyyy-mm-dd HH24:MI:SS.USTZH:TZM",
                    "yyyy-mm-dd HH24:MI:SS.USTZH",
                    "yyyy-mm-dd HH24:MI:SSTZH:TZM",
                    "yyyy-mm-dd HH24:MI:SSTZH",
                    "yyyy-mm-dd\"T\"HH24:MI:SS.USTZH:TZM",
                    "yyyy-mm-dd\"T\"HH24:MI:SS.USTZH",
                    "yyyy-mm-dd\"T\"HH24:MI:SSTZH:TZM",
                    "yyyy-mm-dd\"T\"HH24:MI:SSTZH",
                    "yyyy-mm-dd HH24:MI:SS.US",
                    "yyyy-mm-dd HH24:MI:SS",
                    "yyyy-mm-dd\"T\"HH24:MI:SS.US",
                    "yyyy-mm-dd\"T\"HH24:MI:SS");

    /** Beyond the last day of a timestamp. */
    private static final int DAYS_MAX = 107_000_000;

    private JsonPathItems() {}

    static Truth startsWith(Object whole, @Nullable Object initial) {
        return whole instanceof Jsonb.Str(var text) && initial instanceof Jsonb.Str(var start)
                ? Truth.of(text.startsWith(start))
                : Truth.UNKNOWN;
    }

    /** The pattern of like_regex; XQuery's flags in the words of PostgreSQL's. */
    static Pattern pattern(JsonPath.LikeRegex like) {
        var flags = new StringBuilder();
        if (like.flags().indexOf('i') >= 0) {
            flags.append('i');
        }
        if (like.flags().indexOf('q') >= 0) {
            flags.append('q');
        } else {
            boolean dotAll = like.flags().indexOf('s') >= 0;
            boolean lines = like.flags().indexOf('m') >= 0;
            flags.append(dotAll ? lines ? "w" : "s" : lines ? "n" : "p");
        }
        return Regex.compile(like.pattern(), flags.toString());
    }

    static String typeName(Object item) {
        return switch (item) {
            case Jsonb.Nil _ -> "null";
            case Jsonb.Str _ -> "string";
            case Jsonb.Num _ -> "number";
            case Jsonb.Bool _ -> "boolean";
            case Jsonb.Arr _ -> "array";
            case Jsonb.Obj _ -> "object";
            case ParseDates.Moment moment -> moment.type().displayName();
            default -> throw SqlException.internal("jsonpath item " + item);
        };
    }

    /** A text as a double that is neither infinite nor NaN; null if it is none. */
    static @Nullable Double finiteDouble(String text) {
        try {
            var value = (Double) Types.FLOAT8.parse(text, -1, TypeContext.DEFAULT);
            return Double.isFinite(value) ? value : null;
        } catch (SqlException noNumber) {
            return null;
        }
    }

    /** A moment in any of the standard's forms; null if it is in none. */
    static ParseDates.@Nullable Moment anyDatetime(String text) {
        for (var template : TEMPLATES) {
            try {
                return ParseDates.datetime(text, template);
            } catch (SqlException unfit) {
                // The next may fit.
            }
        }
        return null;
    }

    /** As JsonEncodeDateTime writes it, with the offset that was read. */
    static String text(ParseDates.Moment moment) {
        return switch (moment.type().oid()) {
            case Oids.TIMETZ ->
                    Types.TIME.format(((TimeTz) moment.value()).micros(), TypeContext.DEFAULT)
                            + offset(moment.zoneSeconds());
            case Oids.TIMESTAMPTZ -> {
                long local =
                        (Long) moment.value() + moment.zoneSeconds() * DateTimes.MICROS_PER_SECOND;
                yield Json.isoText(Types.TIMESTAMP, local, TypeContext.DEFAULT)
                        + offset(moment.zoneSeconds());
            }
            case Oids.TIMESTAMP, Oids.DATE ->
                    Json.isoText(moment.type(), moment.value(), TypeContext.DEFAULT);
            default -> moment.type().format(moment.value(), TypeContext.DEFAULT);
        };
    }

    private static String offset(int seconds) {
        int minutes = Math.abs(seconds) / 60;
        return "%s%02d:%02d".formatted(seconds < 0 ? "-" : "+", minutes / 60, minutes % 60);
    }

    /** compareItems. */
    static Truth compare(
            Operator operator,
            Object left,
            @Nullable Object right,
            boolean zoneAllowed,
            ZoneId zone) {
        if (left instanceof Jsonb.Nil || right instanceof Jsonb.Nil) {
            if (left instanceof Jsonb.Nil && right instanceof Jsonb.Nil) {
                return holds(operator, 0);
            }
            return Truth.of(operator == Operator.NOT_EQUAL);
        }
        if (left instanceof Jsonb.Bool(boolean a) && right instanceof Jsonb.Bool(boolean b)) {
            return holds(operator, Boolean.compare(a, b));
        }
        if (left instanceof Jsonb.Num(var a) && right instanceof Jsonb.Num(var b)) {
            return holds(operator, a.compareTo(b));
        }
        if (left instanceof Jsonb.Str(var a) && right instanceof Jsonb.Str(var b)) {
            return holds(operator, Types.TEXT.compare(a, b));
        }
        if (left instanceof ParseDates.Moment a && right instanceof ParseDates.Moment b) {
            var order = moments(a, b, zoneAllowed, zone);
            return order == null ? Truth.UNKNOWN : holds(operator, order);
        }
        return Truth.UNKNOWN;
    }

    private static Truth holds(Operator operator, int order) {
        return Truth.of(
                switch (operator) {
                    case EQUAL -> order == 0;
                    case NOT_EQUAL -> order != 0;
                    case LESS -> order < 0;
                    case GREATER -> order > 0;
                    case LESS_EQUAL -> order <= 0;
                    case GREATER_EQUAL -> order >= 0;
                    default -> throw SqlException.internal("no comparison: " + operator);
                });
    }

    private static String word(ParseDates.Moment moment) {
        return moment.type().name();
    }

    /** compareDatetime: null for a day against a time of day. */
    private static @Nullable Integer moments(
            ParseDates.Moment a, ParseDates.Moment b, boolean zoneAllowed, ZoneId zone) {
        boolean aIsTime = a.type().oid() == Oids.TIME || a.type().oid() == Oids.TIMETZ;
        boolean bIsTime = b.type().oid() == Oids.TIME || b.type().oid() == Oids.TIMETZ;
        if (aIsTime != bIsTime) {
            return null;
        }
        boolean aZoned = a.type().oid() == Oids.TIMETZ || a.type().oid() == Oids.TIMESTAMPTZ;
        boolean bZoned = b.type().oid() == Oids.TIMETZ || b.type().oid() == Oids.TIMESTAMPTZ;
        if (aZoned != bZoned && !zoneAllowed) {
            var from = aZoned ? b : a;
            var to = aZoned ? a : b;
            throw SqlException.notSupported(
                            "cannot convert value from "
                                    + word(from)
                                    + " to "
                                    + word(to)
                                    + " without time zone usage")
                    .withHint("Use *_tz() function for time zone support.");
        }
        boolean zoned = aZoned || bZoned;
        if (aIsTime) {
            return zoned
                    ? timeWithZone(a, zone).compareTo(timeWithZone(b, zone))
                    : Long.compare((Long) a.value(), (Long) b.value());
        }
        return Long.compare(micros(a, zoned, zone), micros(b, zoned, zone));
    }

    private static TimeTz timeWithZone(ParseDates.Moment moment, ZoneId zone) {
        return moment.value() instanceof TimeTz known
                ? known
                : new TimeTz(
                        (Long) moment.value(),
                        -zone.getRules().getOffset(java.time.Instant.EPOCH).getTotalSeconds());
    }

    private static long micros(ParseDates.Moment moment, boolean zoned, ZoneId zone) {
        if (moment.value() instanceof Integer date && date > DAYS_MAX) {
            // Later than any timestamp.
            return Long.MAX_VALUE;
        }
        long local =
                moment.value() instanceof Integer date
                        ? DateTimes.midnight(date)
                        : (Long) moment.value();
        return zoned && moment.type().oid() != Oids.TIMESTAMPTZ
                ? DateTimes.toInstant(local, zone)
                : local;
    }
}
