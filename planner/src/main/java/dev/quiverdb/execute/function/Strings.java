package dev.quiverdb.execute.function;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Text by characters (code points), as PostgreSQL counts it; fast where there are no surrogates.
 */
final class Strings {
    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    private static boolean plain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** Characters {@code [from, to)}; both within the length. */
    static String slice(String text, int from, int to) {
        if (from >= to) {
            return "";
        }
        if (plain(text)) {
            return text.substring(from, to);
        }
        int start = text.offsetByCodePoints(0, from);
        return text.substring(start, text.offsetByCodePoints(start, to - from));
    }

    /** Char index to character index. */
    static int characters(String text, int charIndex) {
        return text.codePointCount(0, charIndex);
    }

    /** Character index to char index. */
    static int charIndex(String text, int character) {
        return text.offsetByCodePoints(0, character);
    }

    static int bytes(String text) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String trimBlanks(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    static Object arg(@Nullable Object[] arguments, int index) {
        return java.util.Objects.requireNonNull(arguments[index]);
    }

    static String text(@Nullable Object[] arguments, int index) {
        return (String) java.util.Objects.requireNonNull(arguments[index]);
    }

    static int integer(@Nullable Object[] arguments, int index) {
        return (Integer) java.util.Objects.requireNonNull(arguments[index]);
    }

    private Strings() {}
}
