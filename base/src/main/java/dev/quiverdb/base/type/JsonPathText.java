package dev.quiverdb.base.type;

import dev.quiverdb.base.type.JsonPath.Chain;
import dev.quiverdb.base.type.JsonPath.Descendants;
import dev.quiverdb.base.type.JsonPath.Item;
import org.jspecify.annotations.Nullable;

/** Writes a jsonpath as printJsonPathItem of jsonpath.c does. */
final class JsonPathText {
    private static final int PRIMARY = 6;

    private JsonPathText() {}

    private static int priority(Item item) {
        return switch (item) {
            case JsonPath.Binary binary -> binary.operator().priority();
            case JsonPath.Sign sign -> sign.operator().priority();
            default -> PRIMARY;
        };
    }

    /**
     * @param accessor whether it stands behind another item, so that keys begin with a dot
     * @param brackets whether an operation is put in parentheses
     */
    static void write(Chain chain, StringBuilder out, boolean accessor, boolean brackets) {
        item(chain, out, accessor, brackets);
        var next = chain.next();
        if (next != null) {
            write(next, out, true, true);
        }
    }

    private static void operand(Chain operand, Item of, StringBuilder out) {
        write(operand, out, false, priority(operand.item()) <= priority(of));
    }

    private static void item(Chain chain, StringBuilder out, boolean accessor, boolean brackets) {
        var item = chain.item();
        switch (item) {
            case JsonPath.Null _ -> out.append("null");
            case JsonPath.Bool(boolean value) -> out.append(value);
            case JsonPath.Num(var value) ->
                    out.append(chain.next() == null ? value.toString() : "(" + value + ")");
            case JsonPath.Text(var value) -> JsonbText.quote(out, value);
            case JsonPath.Variable(var name) -> {
                out.append('$');
                JsonbText.quote(out, name);
            }
            case JsonPath.Root _ -> out.append('$');
            case JsonPath.Current _ -> out.append('@');
            case JsonPath.Last _ -> out.append("last");
            case JsonPath.Binary(var operator, var left, var right) -> {
                out.append(brackets ? "(" : "");
                operand(left, item, out);
                out.append(' ').append(operator.symbol()).append(' ');
                operand(right, item, out);
                out.append(brackets ? ")" : "");
            }
            case JsonPath.Sign(var operator, var operand) -> {
                out.append(brackets ? "(" : "").append(operator.symbol());
                operand(operand, item, out);
                out.append(brackets ? ")" : "");
            }
            case JsonPath.LikeRegex(var operand, var pattern, var flags) -> {
                out.append(brackets ? "(" : "");
                operand(operand, item, out);
                out.append(" like_regex ");
                JsonbText.quote(out, pattern);
                out.append(flags.isEmpty() ? "" : " flag \"" + flags + "\"");
                out.append(brackets ? ")" : "");
            }
            case JsonPath.Filter(var condition) -> bracketed("?(", condition, ")", out);
            case JsonPath.Not(var operand) -> bracketed("!(", operand, ")", out);
            case JsonPath.IsUnknown(var operand) -> bracketed("(", operand, ") is unknown", out);
            case JsonPath.Exists(var operand) -> bracketed("exists (", operand, ")", out);
            case JsonPath.Key(var name) -> {
                out.append(accessor ? "." : "");
                JsonbText.quote(out, name);
            }
            case JsonPath.AnyKey _ -> out.append(accessor ? ".*" : "*");
            case JsonPath.AnyElement _ -> out.append("[*]");
            case JsonPath.Elements(var ranges) -> elements(ranges, out);
            case Descendants(int first, int last) -> {
                out.append(accessor ? "." : "");
                descendants(first, last, out);
            }
            case JsonPath.Call(var method) -> out.append('.').append(method.word()).append("()");
            case JsonPath.Datetime(var template) -> datetime(template, out);
        }
    }

    private static void bracketed(String before, Chain chain, String after, StringBuilder out) {
        out.append(before);
        write(chain, out, false, false);
        out.append(after);
    }

    private static void elements(java.util.List<JsonPath.Range> ranges, StringBuilder out) {
        out.append('[');
        for (int i = 0; i < ranges.size(); i++) {
            out.append(i == 0 ? "" : ",");
            write(ranges.get(i).from(), out, false, false);
            var to = ranges.get(i).to();
            if (to != null) {
                out.append(" to ");
                write(to, out, false, false);
            }
        }
        out.append(']');
    }

    private static void descendants(int first, int last, StringBuilder out) {
        out.append("**");
        if (first == 0 && last == Descendants.LEAF) {
            return;
        }
        out.append('{').append(level(first));
        if (first != last) {
            out.append(" to ").append(level(last));
        }
        out.append('}');
    }

    private static String level(int level) {
        return level == Descendants.LEAF ? "last" : Integer.toString(level);
    }

    private static void datetime(@Nullable String template, StringBuilder out) {
        out.append(".datetime(");
        if (template != null) {
            JsonbText.quote(out, template);
        }
        out.append(')');
    }
}
