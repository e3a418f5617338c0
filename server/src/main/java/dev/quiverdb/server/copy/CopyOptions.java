package dev.quiverdb.server.copy;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * COPY's options after their checks.
 *
 * @param delimiter one byte between fields (text and CSV)
 * @param nullText what stands for NULL (text and CSV)
 * @param header whether the first line names the columns; {@code matchHeader}: and must match
 * @param forceQuote columns whose values are always quoted on the way out; {@code forceQuoteAll}
 *     for *
 */
public record CopyOptions(
        Format format,
        char delimiter,
        String nullText,
        boolean header,
        boolean matchHeader,
        char quote,
        char escape,
        boolean forceQuoteAll,
        Set<String> forceQuote,
        Set<String> forceNotNull,
        Set<String> forceNull) {

    /** How the data looks. */
    public enum Format {
        TEXT,
        CSV,
        BINARY
    }

    public CopyOptions {
        forceQuote = Set.copyOf(forceQuote);
        forceNotNull = Set.copyOf(forceNotNull);
        forceNull = Set.copyOf(forceNull);
    }

    /** The text format as it is without options. */
    public static CopyOptions text() {
        return new Builder().build(true);
    }

    /** Gathers options one by one, in any order, and checks them together as PostgreSQL does. */
    public static final class Builder {
        private @Nullable Format format;
        private @Nullable String delimiter;
        private @Nullable String nullText;
        private @Nullable String quote;
        private @Nullable String escape;
        private @Nullable Boolean header;
        private boolean matchHeader;
        private boolean forceQuoteAll;
        private @Nullable Set<String> forceQuote;
        private @Nullable Set<String> forceNotNull;
        private @Nullable Set<String> forceNull;

        /** The format by its name; false if there is no such format. */
        public boolean format(String name) {
            switch (name) {
                case "text" -> format = Format.TEXT;
                case "csv" -> format = Format.CSV;
                case "binary" -> format = Format.BINARY;
                default -> {
                    return false;
                }
            }
            return true;
        }

        public void delimiter(String value) {
            delimiter = value;
        }

        public void nullText(String value) {
            nullText = value;
        }

        public void quote(String value) {
            quote = value;
        }

        public void escape(String value) {
            escape = value;
        }

        public void header(boolean value, boolean match) {
            header = value;
            matchHeader = match;
        }

        public void forceQuote(@Nullable List<String> columns) {
            forceQuoteAll = columns == null;
            forceQuote = columns == null ? Set.of() : Set.copyOf(columns);
        }

        public void forceNotNull(List<String> columns) {
            forceNotNull = Set.copyOf(columns);
        }

        public void forceNull(List<String> columns) {
            forceNull = Set.copyOf(columns);
        }

        /**
         * The options, checked.
         *
         * @param from whether this is COPY FROM
         * @throws SqlException with PostgreSQL's messages where options do not go together
         */
        public CopyOptions build(boolean from) {
            var chosen = format == null ? Format.TEXT : format;
            boolean csv = chosen == Format.CSV;
            if (chosen == Format.BINARY && delimiter != null) {
                throw syntax("cannot specify DELIMITER in BINARY mode");
            }
            if (chosen == Format.BINARY && nullText != null) {
                throw syntax("cannot specify NULL in BINARY mode");
            }
            var delimiterText = delimiter == null ? (csv ? "," : "\t") : delimiter;
            var nulls = nullText == null ? (csv ? "" : "\\N") : nullText;
            if (delimiterText.length() != 1 || delimiterText.charAt(0) > 0x7f) {
                throw unsupported("COPY delimiter must be a single one-byte character");
            }
            char delimiterChar = delimiterText.charAt(0);
            if (delimiterChar == '\r' || delimiterChar == '\n') {
                throw parameter("COPY delimiter cannot be newline or carriage return");
            }
            if (nulls.indexOf('\r') >= 0 || nulls.indexOf('\n') >= 0) {
                throw parameter("COPY null representation cannot use newline or carriage return");
            }
            if (!csv && "\\.abcdefghijklmnopqrstuvwxyz0123456789".indexOf(delimiterChar) >= 0) {
                throw parameter("COPY delimiter cannot be \"" + delimiterChar + "\"");
            }
            if (chosen == Format.BINARY && Boolean.TRUE.equals(header)) {
                throw syntax("cannot specify HEADER in BINARY mode");
            }
            if (!csv) {
                onlyCsv(quote, "COPY quote available only in CSV mode");
                onlyCsv(escape, "COPY escape available only in CSV mode");
                onlyCsv(forceQuote, "COPY force quote available only in CSV mode");
                onlyCsv(forceNotNull, "COPY force not null available only in CSV mode");
                onlyCsv(forceNull, "COPY force null available only in CSV mode");
            }
            var quoteText = quote == null ? "\"" : quote;
            if (quoteText.length() != 1 || quoteText.charAt(0) > 0x7f) {
                throw unsupported("COPY quote must be a single one-byte character");
            }
            if (csv && quoteText.charAt(0) == delimiterChar) {
                throw parameter("COPY delimiter and quote must be different");
            }
            var escapeText = escape == null ? quoteText : escape;
            if (escapeText.length() != 1 || escapeText.charAt(0) > 0x7f) {
                throw unsupported("COPY escape must be a single one-byte character");
            }
            if (forceQuote != null && from) {
                throw unsupported("COPY force quote only available using COPY TO");
            }
            if (forceNotNull != null && !from) {
                throw unsupported("COPY force not null only available using COPY FROM");
            }
            if (forceNull != null && !from) {
                throw unsupported("COPY force null only available using COPY FROM");
            }
            if (matchHeader && !from) {
                throw unsupported("cannot use \"match\" with HEADER in COPY TO");
            }
            if (nulls.indexOf(delimiterChar) >= 0) {
                throw unsupported("COPY delimiter must not appear in the NULL specification");
            }
            if (csv && nulls.indexOf(quoteText.charAt(0)) >= 0) {
                throw unsupported("CSV quote character must not appear in the NULL specification");
            }
            return new CopyOptions(
                    chosen,
                    delimiterChar,
                    nulls,
                    Boolean.TRUE.equals(header),
                    matchHeader,
                    quoteText.charAt(0),
                    escapeText.charAt(0),
                    forceQuoteAll,
                    forceQuote == null ? Set.of() : forceQuote,
                    forceNotNull == null ? Set.of() : forceNotNull,
                    forceNull == null ? Set.of() : forceNull);
        }

        private static void onlyCsv(@Nullable Object option, String message) {
            if (option != null) {
                throw unsupported(message);
            }
        }

        private static SqlException syntax(String message) {
            return new SqlException(SqlState.SYNTAX_ERROR, message);
        }

        private static SqlException parameter(String message) {
            return new SqlException(SqlState.INVALID_PARAMETER_VALUE, message);
        }

        private static SqlException unsupported(String message) {
            return new SqlException(SqlState.FEATURE_NOT_SUPPORTED, message);
        }
    }

    /** Parses HEADER's value. */
    public static boolean isMatch(String value) {
        return value.toLowerCase(Locale.ROOT).equals("match");
    }
}
