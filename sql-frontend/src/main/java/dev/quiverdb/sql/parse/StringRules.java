package dev.quiverdb.sql.parse;

/**
 * How a session reads string constants.
 *
 * @param backslashes whether {@code '...'} has the escapes of {@code E'...'}:
 *     standard_conforming_strings is off
 * @param escapedQuotes whether <code>\'</code> stands for a quote: what backslash_quote allows
 * @param warns whether escapes in {@code '...'} are warned of: escape_string_warning
 */
public record StringRules(boolean backslashes, boolean escapedQuotes, boolean warns) {
    /** PostgreSQL's defaults, and what texts of the server's own are read by. */
    public static final StringRules STANDARD = new StringRules(false, true, true);
}
