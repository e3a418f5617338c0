package dev.quiverdb.sql.parse;

import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * Where a node stands in the text. As a Calcite position the text is one line: line 1, columns
 * {@code start + 1} to {@code end}, so that Calcite's own messages stay right. {@code offset} is
 * where PostgreSQL points for the node, which for an operator is the operator's token. A node that
 * the grammar makes up spans nothing.
 */
public final class Span extends SqlParserPos {

    private static final long serialVersionUID = 1L;

    private final int offset;
    private final int start;
    private final int end;

    public Span(int offset, int start, int end) {
        super(1, start + 1, 1, Math.max(start + 1, end));
        this.offset = offset;
        this.start = start;
        this.end = Math.max(start, end);
    }

    /** Character of the error cursor, from 0. */
    public int offset() {
        return offset;
    }

    /** First character, from 0. */
    public int start() {
        return start;
    }

    /** One past the last character. */
    public int end() {
        return end;
    }
}
