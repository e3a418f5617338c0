package dev.quiverdb.sql.parse;

import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOperator;
import org.apache.calcite.sql.SqlSpecialOperator;
import org.apache.calcite.sql.SqlWriter;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.util.Litmus;
import org.jspecify.annotations.Nullable;

/**
 * Base of all nodes: a Calcite call, immutable, whose operands are the nodes below it. The shape of
 * a node is in the accessors of its class; {@code getOperandList} flattens them for visitors that
 * only look for something.
 */
public abstract class PgNode extends SqlCall implements Ast {

    private static final ClassValue<SqlOperator> OPERATORS =
            new ClassValue<>() {
                @Override
                protected SqlOperator computeValue(Class<?> type) {
                    return new SqlSpecialOperator(type.getSimpleName(), SqlKind.OTHER);
                }
            };

    protected PgNode(Span span) {
        super(span);
    }

    /** The parts of the node in the order of its constructor. */
    protected abstract @Nullable Object[] components();

    @Override
    public Span span() {
        return (Span) getParserPosition();
    }

    @Override
    public int offset() {
        return span().offset();
    }

    @Override
    public int start() {
        return span().start();
    }

    @Override
    public int end() {
        return span().end();
    }

    @Override
    public SqlOperator getOperator() {
        return OPERATORS.get(getClass());
    }

    @Override
    public SqlKind getKind() {
        return SqlKind.OTHER;
    }

    @Override
    public List<SqlNode> getOperandList() {
        var operands = new ArrayList<SqlNode>();
        for (var part : components()) {
            collect(part, operands);
        }
        return operands;
    }

    private static void collect(@Nullable Object part, List<SqlNode> into) {
        if (part instanceof SqlNode node) {
            into.add(node);
        } else if (part instanceof List<?> list) {
            for (var item : list) {
                collect(item, into);
            }
        }
    }

    /** Nodes are immutable, so a clone is the node itself. */
    @Override
    public SqlNode clone(SqlParserPos pos) {
        return this;
    }

    /** Writes the tree, not SQL: the text of a node is a slice of the statement it came from. */
    @Override
    public void unparse(SqlWriter writer, int leftPrec, int rightPrec) {
        writer.print(tree());
    }

    @Override
    public boolean equalsDeep(@Nullable SqlNode node, Litmus litmus) {
        if (node instanceof PgNode other && tree().equals(other.tree())) {
            return litmus.succeed();
        }
        return litmus.fail("{} != {}", this, node);
    }

    @Override
    public String toString() {
        return tree();
    }

    /** The tree without positions, as {@code Operator([+], Literal(INTEGER, 1), ...)}. */
    public String tree() {
        var out = new StringBuilder();
        write(this, out);
        return out.toString();
    }

    private static void write(@Nullable Object part, StringBuilder out) {
        switch (part) {
            case null -> out.append('-');
            case PgNode node -> {
                out.append(node.getClass().getSimpleName()).append('(');
                writeAll(List.of(), node.components(), out);
                out.append(')');
            }
            case List<?> list -> {
                out.append('[');
                writeAll(list, new @Nullable Object[0], out);
                out.append(']');
            }
            default -> out.append(part);
        }
    }

    private static void writeAll(List<?> list, @Nullable Object[] array, StringBuilder out) {
        var separator = "";
        for (var item : list) {
            out.append(separator);
            write(item, out);
            separator = ", ";
        }
        for (var item : array) {
            out.append(separator);
            write(item, out);
            separator = ", ";
        }
    }
}
