package dev.quiverdb.base.type;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of jsonpath: a tree as jsonpath_gram.y makes it. Immutable. {@link #toString} writes it
 * as jsonpath_out does.
 *
 * @param lax whether structural errors are forgiven and arrays unwrapped by themselves
 */
public record JsonPath(boolean lax, Chain root) {
    /** An item and what is applied to its results; an accessor alone begins no chain but a tail. */
    public record Chain(Item item, @Nullable Chain next) {
        public static Chain of(Item item) {
            return new Chain(item, null);
        }

        /** This chain with another one behind it. */
        Chain then(Chain tail) {
            return new Chain(item, next == null ? tail : next.then(tail));
        }
    }

    /** What a chain is made of. */
    public sealed interface Item {}

    public record Null() implements Item {}

    public record Bool(boolean value) implements Item {}

    public record Num(Numeric value) implements Item {}

    public record Text(String value) implements Item {}

    /** {@code $name}. */
    public record Variable(String name) implements Item {}

    /** {@code $}. */
    public record Root() implements Item {}

    /** {@code @}. */
    public record Current() implements Item {}

    /** {@code last}, inside an array's subscript. */
    public record Last() implements Item {}

    /** An operation on two sequences: arithmetic, comparison, AND, OR, starts with. */
    public record Binary(Operator operator, Chain left, Chain right) implements Item {}

    /** {@code +} or {@code -}. */
    public record Sign(Operator operator, Chain operand) implements Item {}

    public record Not(Chain operand) implements Item {}

    public record IsUnknown(Chain operand) implements Item {}

    public record Exists(Chain operand) implements Item {}

    /**
     * {@code like_regex}.
     *
     * @param flags some of {@code ismq}, in that order and each once
     */
    public record LikeRegex(Chain operand, String pattern, String flags) implements Item {}

    /** {@code .name}. */
    public record Key(String name) implements Item {}

    /** {@code .*}. */
    public record AnyKey() implements Item {}

    /** {@code [*]}. */
    public record AnyElement() implements Item {}

    /** {@code [1, 3 to last]}. */
    public record Elements(List<Range> ranges) implements Item {
        public Elements {
            ranges = List.copyOf(ranges);
        }
    }

    /** One subscript; {@code to} is null for a single element. */
    public record Range(Chain from, @Nullable Chain to) {}

    /** {@code .**}, from one depth to another; {@link #LEAF} stands for {@code last}. */
    public record Descendants(int first, int last) implements Item {
        /** Beyond any depth: {@code last}. */
        public static final int LEAF = Integer.MAX_VALUE;
    }

    /** {@code ?(condition)}. */
    public record Filter(Chain condition) implements Item {}

    /** {@code .size()} and its kin. */
    public record Call(Method method) implements Item {}

    /** {@code .datetime()}; without template any ISO form is read. */
    public record Datetime(@Nullable String template) implements Item {}

    public enum Method {
        TYPE("type"),
        SIZE("size"),
        ABS("abs"),
        FLOOR("floor"),
        CEILING("ceiling"),
        DOUBLE("double"),
        KEYVALUE("keyvalue");

        private final String word;

        Method(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    public enum Operator {
        OR("||", 0),
        AND("&&", 1),
        EQUAL("==", 2),
        NOT_EQUAL("!=", 2),
        LESS("<", 2),
        GREATER(">", 2),
        LESS_EQUAL("<=", 2),
        GREATER_EQUAL(">=", 2),
        STARTS_WITH("starts with", 2),
        ADD("+", 3),
        SUBTRACT("-", 3),
        MULTIPLY("*", 4),
        DIVIDE("/", 4),
        MODULO("%", 4),
        PLUS("+", 5),
        MINUS("-", 5);

        private final String symbol;
        private final int priority;

        Operator(String symbol, int priority) {
            this.symbol = symbol;
            this.priority = priority;
        }

        public String symbol() {
            return symbol;
        }

        int priority() {
            return priority;
        }
    }

    /** Whether an item is a condition: its result is a truth value. */
    public static boolean isCondition(Item item) {
        return switch (item) {
            case Binary binary -> binary.operator.priority <= Operator.EQUAL.priority;
            case Not _, IsUnknown _, Exists _, LikeRegex _ -> true;
            default -> false;
        };
    }

    /** Text as jsonpath_in reads it. */
    public static JsonPath parse(String text) {
        return new JsonPathParser(text).parse();
    }

    @Override
    public String toString() {
        var out = new StringBuilder(lax ? "" : "strict ");
        JsonPathText.write(root, out, false, true);
        return out.toString();
    }
}
