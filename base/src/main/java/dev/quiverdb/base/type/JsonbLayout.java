package dev.quiverdb.base.type;

/**
 * Where parts of a document would lie in PostgreSQL's binary form of jsonb, for the ids that
 * jsonpath's keyvalue() shows. A container is a header of four bytes, an entry of four bytes for
 * each key and value, then the data: numbers and containers at multiples of four.
 */
public final class JsonbLayout {
    private static final int WORD = 4;
    private static final int SHORT_HEADER = 6;
    private static final int LONG_HEADER = 8;
    private static final int SHORT_SCALE_MAX = 63;
    private static final int SHORT_WEIGHT_MAX = 63;
    private static final int SHORT_WEIGHT_MIN = -64;

    private final Jsonb wanted;
    private long found = -1;

    private JsonbLayout(Jsonb wanted) {
        this.wanted = wanted;
    }

    /** Bytes from the start of a document to a container in it; 0 if it is not there. O(size). */
    public static long offset(Jsonb document, Jsonb container) {
        var layout = new JsonbLayout(container);
        layout.end(document, 0);
        return Math.max(0, layout.found);
    }

    private static long aligned(long at) {
        return (at + WORD - 1) / WORD * WORD;
    }

    /** Where a value ends that may begin at {@code at}. */
    private long end(Jsonb value, long at) {
        return switch (value) {
            case Jsonb.Nil _, Jsonb.Bool _ -> at;
            case Jsonb.Str(var text) -> at + JsonbOrder.utf8Length(text);
            case Jsonb.Num(var number) -> aligned(at) + size(number);
            case Jsonb.Arr(var elements) -> {
                long start = begin(value, at);
                long next = start + WORD + (long) WORD * elements.size();
                for (var element : elements) {
                    next = end(element, next);
                }
                yield next;
            }
            case Jsonb.Obj(var members) -> {
                long start = begin(value, at);
                long next = start + WORD + 2L * WORD * members.size();
                for (var member : members) {
                    next += JsonbOrder.utf8Length(member.key());
                }
                for (var member : members) {
                    next = end(member.value(), next);
                }
                yield next;
            }
        };
    }

    private long begin(Jsonb container, long at) {
        long start = aligned(at);
        if (container == wanted && found < 0) {
            found = start;
        }
        return start;
    }

    /** Bytes of a numeric with its length word: two for each group of four digits. */
    private static int size(Numeric number) {
        var value = number.toBigDecimal().stripTrailingZeros();
        if (value.signum() == 0) {
            return SHORT_HEADER;
        }
        var plain = value.abs().toPlainString();
        int point = plain.indexOf('.');
        int whole = point < 0 ? plain.length() : point;
        var digits =
                "0".repeat((4 - whole % 4) % 4)
                        + (point < 0
                                ? plain
                                : plain.substring(0, point) + plain.substring(point + 1));
        int groups = (digits.length() + 3) / 4;
        digits = digits + "0".repeat(groups * 4 - digits.length());
        int first = 0;
        while (digits.startsWith("0000", first * 4)) {
            first++;
        }
        int last = groups;
        while (digits.startsWith("0000", (last - 1) * 4)) {
            last--;
        }
        int weight = (whole + 3) / 4 - 1 - first;
        boolean small =
                number.scale() <= SHORT_SCALE_MAX
                        && weight <= SHORT_WEIGHT_MAX
                        && weight >= SHORT_WEIGHT_MIN;
        return (small ? SHORT_HEADER : LONG_HEADER) + 2 * (last - first);
    }
}
