package dev.quiverdb.sql.parse;

import java.util.ArrayList;
import java.util.List;

/** Whole statements, told apart by their first words, and the texts that hold several. */
final class StatementParser extends AlterParser {

    StatementParser(Tokens tokens) {
        super(tokens);
    }

    /** All statements of the text; empty ones leave no trace. */
    List<Statement> statements() {
        var statements = new ArrayList<Statement>();
        while (true) {
            while (accept(Token.SEMICOLON)) {}
            if (is(Token.EOF)) {
                return statements;
            }
            parameterCount = 0;
            var start = offset();
            var command = isTransactionWord() ? legacy() : statement();
            statements.add(new Statement(command, start, lastEnd(), parameterCount));
            if (!isAny(Token.SEMICOLON, Token.EOF)) {
                throw fail();
            }
        }
    }

    private boolean isTransactionWord() {
        return isAny(Token.BEGIN, Token.END);
    }

    /** BEGIN and END, which may not stand inside a function's body. */
    private Command legacy() {
        return is(Token.BEGIN) ? begin() : endTransaction();
    }

    /** {@code stmt}. */
    @Override
    Command statement() {
        return switch (kind()) {
            case SELECT, VALUES, TABLE, WITH, WITH_LA, INSERT, UPDATE, DELETE, MERGE, LPAREN ->
                    preparable();
            case START -> begin();
            case COMMIT, ROLLBACK, ABORT -> endTransaction();
            case SAVEPOINT, RELEASE -> savepoint();
            case SET -> set();
            case RESET -> reset();
            case SHOW -> show();
            case COPY -> copy();
            case EXPLAIN -> explain();
            case PREPARE -> prepare();
            case EXECUTE -> execute();
            case DEALLOCATE -> deallocate();
            case DECLARE -> declareCursor();
            case FETCH, MOVE -> fetch();
            case CLOSE -> close();
            case LISTEN, UNLISTEN, NOTIFY -> notification();
            case VACUUM, ANALYZE, ANALYSE -> vacuum();
            case CLUSTER -> cluster();
            case REINDEX -> reindex();
            case LOCK -> lock();
            case DISCARD -> discard();
            case CHECKPOINT -> checkpoint();
            case DO -> doBlock();
            case CALL -> call();
            case LOAD -> load();
            case CREATE -> create();
            case ALTER -> alter();
            case DROP -> drop();
            case TRUNCATE -> truncate();
            case COMMENT -> comment();
            case SECURITY -> securityLabel();
            case GRANT, REVOKE -> grant();
            case IMPORT -> importSchema();
            case REASSIGN -> reassign();
            case REFRESH -> refresh();
            default -> throw fail();
        };
    }
}
