package dev.quiverdb.base.type;

/** The orders of jsonb: of keys within an object. */
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
}
