package dev.quiverdb.sql.parse;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.parser.SqlAbstractParserImpl;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParserImplFactory;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlConformance;
import org.jspecify.annotations.Nullable;

/**
 * The parser as Calcite's tools want it: {@code SqlParser.config().withParserFactory(
 * PgSqlParser.FACTORY)}. Casing, quoting and conformance are PostgreSQL's, whatever Calcite asks
 * for. The server itself calls {@link Parser}, which spares the reader.
 */
public final class PgSqlParser extends SqlAbstractParserImpl {

    public static final SqlParserImplFactory FACTORY = PgSqlParser::new;

    private Reader reader;

    private PgSqlParser(Reader reader) {
        this.reader = reader;
    }

    private String text() {
        try {
            var out = new StringWriter();
            reader.transferTo(out);
            return out.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public SqlParseException normalizeException(@Nullable Throwable cause) {
        if (cause instanceof SqlParseException known) {
            return known;
        }
        var column = cause instanceof SqlException sql && sql.position() > 0 ? sql.position() : 1;
        return new SqlParseException(
                cause == null ? "syntax error" : cause.getMessage(),
                new SqlParserPos(1, column),
                null,
                null,
                cause);
    }

    /** An expression, parsed as the only column of a SELECT. */
    @Override
    public SqlNode parseSqlExpressionEof() {
        var parser = new StatementParser(new Lexer(text()).run());
        var expression = parser.expression();
        parser.expect(Token.EOF);
        return (PgNode) expression;
    }

    @Override
    public SqlNode parseSqlStmtEof() {
        var statements = Parser.parse(text());
        if (statements.size() != 1) {
            throw new SqlException(
                    SqlState.SYNTAX_ERROR, "expected one statement, found " + statements.size());
        }
        return (PgNode) statements.getFirst().node();
    }

    @Override
    public SqlNodeList parseSqlStmtList() {
        var list = new SqlNodeList(SqlParserPos.ZERO);
        for (var statement : Parser.parse(text())) {
            list.add((PgNode) statement.node());
        }
        return list;
    }

    @Override
    protected SqlParserPos getPos() {
        return SqlParserPos.ZERO;
    }

    @Override
    public void ReInit(Reader newReader) {
        reader = newReader;
    }

    @Override
    public void setTabSize(int tabSize) {}

    @Override
    public void switchTo(LexicalState state) {}

    @Override
    public void setQuotedCasing(Casing quotedCasing) {}

    @Override
    public void setUnquotedCasing(Casing unquotedCasing) {}

    @Override
    public void setIdentifierMaxLength(int identifierMaxLength) {}

    @Override
    public void setConformance(SqlConformance conformance) {}

    @Override
    public SqlNode parseArray() {
        return parseSqlExpressionEof();
    }

    @Override
    public Metadata getMetadata() {
        throw SqlException.notSupported("no metadata of key words for Calcite");
    }
}
