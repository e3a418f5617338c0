package dev.quiverdb.base.type;

/**
 * The orders of jsonb: of keys within an object, and of values. Null, string, number, boolean,
 * array, object is the order of kinds; containers compare by count first. An empty array that is
 * the whole value comes before everything, which PostgreSQL keeps for old times' sake.
 */
final class JsonbOrder {
    private JsonbOrder() {}

    /** The shorter in UTF-8 bytes first, then by bytes. */
    static int compareKeys(String left, String right) {
        int byLength = Integer.compare(utf8Length(left), utf8Length(right));
        return byLength != 0 ? byLength : Text.compare(left, right);
    }

    static int utf8Length(String text) {
        int length = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                // A surrogate pair is two chars and four bytes.
                length += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return length;
    }

    private static int rank(Jsonb value) {
        return switch (value) {
            case Jsonb.Nil() -> 1;
            case Jsonb.Str(var _) -> 2;
            case Jsonb.Num(var _) -> 3;
            case Jsonb.Bool(var _) -> 4;
            case Jsonb.Arr(var _) -> 5;
            case Jsonb.Obj(var _) -> 6;
        };
    }

    private static boolean isEmptyArray(Jsonb value) {
        return value instanceof Jsonb.Arr(var elements) && elements.isEmpty();
    }

    static int compare(Jsonb left, Jsonb right) {
        boolean leftEmpty = isEmptyArray(left);
        boolean rightEmpty = isEmptyArray(right);
        // A scalar alone is stored as an array of one, so the empty array has fewer elements.
        if (leftEmpty != rightEmpty
                && !(left instanceof Jsonb.Obj)
                && !(right instanceof Jsonb.Obj)) {
            return leftEmpty ? -1 : 1;
        }
        return compareNested(left, right);
    }

    private static int compareNested(Jsonb left, Jsonb right) {
        if (left instanceof Jsonb.Str(var a) && right instanceof Jsonb.Str(var b)) {
            return Text.compare(a, b);
        }
        if (left instanceof Jsonb.Num(var a) && right instanceof Jsonb.Num(var b)) {
            return a.compareTo(b);
        }
        if (left instanceof Jsonb.Bool(var a) && right instanceof Jsonb.Bool(var b)) {
            return Boolean.compare(a, b);
        }
        if (left instanceof Jsonb.Arr(var a) && right instanceof Jsonb.Arr(var b)) {
            int order = Integer.compare(a.size(), b.size());
            for (int i = 0; order == 0 && i < a.size(); i++) {
                order = compareNested(a.get(i), b.get(i));
            }
            return order;
        }
        if (left instanceof Jsonb.Obj(var a) && right instanceof Jsonb.Obj(var b)) {
            int order = Integer.compare(a.size(), b.size());
            for (int i = 0; order == 0 && i < a.size(); i++) {
                order = Text.compare(a.get(i).key(), b.get(i).key());
                order = order != 0 ? order : compareNested(a.get(i).value(), b.get(i).value());
            }
            return order;
        }
        return Integer.compare(rank(left), rank(right));
    }

    /** Memory-comparable bytes of {@link #compare}. */
    static void key(Jsonb value, KeyWriter out, boolean whole) {
        out.putByte(whole && isEmptyArray(value) ? 0 : rank(value));
        switch (value) {
            case Jsonb.Nil() -> {}
            case Jsonb.Str(var text) -> out.keyText(text);
            case Jsonb.Num(var number) -> NumericRoutines.key(number, out);
            case Jsonb.Bool(var truth) -> out.putByte(truth ? 1 : 0);
            case Jsonb.Arr(var elements) -> {
                out.keyInt(elements.size());
                elements.forEach(element -> key(element, out, false));
            }
            case Jsonb.Obj(var members) -> {
                out.keyInt(members.size());
                for (var member : members) {
                    out.keyText(member.key());
                    key(member.value(), out, false);
                }
            }
        }
    }
}
