package dev.quiverdb.plan;

import java.util.List;
import java.util.Locale;

/** What EXPLAIN tells, as a tree to be written in JSON, XML or YAML as PostgreSQL writes it. */
final class ExplainDocument {
    /** The value of a field. */
    sealed interface Value {}

    record Text(String value) implements Value {}

    /** A number or a truth value. */
    record Bare(String value) implements Value {}

    record Items(List<String> values) implements Value {}

    record Whole(Group group) implements Value {}

    /**
     * Several groups.
     *
     * @param type what XML calls each
     */
    record Groups(String type, List<Group> groups) implements Value {}

    record Field(String name, Value value) {}

    record Group(List<Field> fields) {}

    private static final String STEP = "  ";

    private final Group query;
    private final StringBuilder out = new StringBuilder();

    /**
     * @param query of one statement: its plan, then times
     */
    ExplainDocument(Group query) {
        this.query = query;
    }

    private static String quoted(String value) {
        return "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    String json() {
        out.append("[\n").append(STEP);
        json(query, STEP);
        return out.append("\n]").toString();
    }

    private void json(Group group, String indent) {
        var inner = indent + STEP;
        out.append('{');
        var separator = "\n";
        for (var field : group.fields()) {
            out.append(separator).append(inner).append(quoted(field.name())).append(": ");
            json(field.value(), inner);
            separator = ",\n";
        }
        out.append('\n').append(indent).append('}');
    }

    private void json(Value value, String indent) {
        switch (value) {
            case Text(var text) -> out.append(quoted(text));
            case Bare(var text) -> out.append(text);
            case Items(var values) ->
                    out.append('[')
                            .append(
                                    String.join(
                                            ", ",
                                            values.stream().map(ExplainDocument::quoted).toList()))
                            .append(']');
            case Whole(var group) -> json(group, indent);
            case Groups(_, var groups) -> {
                out.append('[');
                var separator = "\n";
                for (var group : groups) {
                    out.append(separator).append(indent).append(STEP);
                    json(group, indent + STEP);
                    separator = ",\n";
                }
                out.append('\n').append(indent).append(']');
            }
        }
    }

    String xml() {
        out.append("<explain xmlns=\"http://www.postgresql.org/2009/explain\">\n");
        xml("Query", query, STEP);
        return out.append("</explain>").toString();
    }

    private static String tag(String name) {
        return name.replaceAll("[^A-Za-z0-9._-]", "-");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\r", "&#x0d;");
    }

    private void xml(String name, Group group, String indent) {
        out.append(indent).append('<').append(tag(name)).append(">\n");
        for (var field : group.fields()) {
            xml(field.name(), field.value(), indent + STEP);
        }
        out.append(indent).append("</").append(tag(name)).append(">\n");
    }

    private void xml(String name, Value value, String indent) {
        switch (value) {
            case Text(var text) -> element(name, escaped(text), indent);
            case Bare(var text) -> element(name, text, indent);
            case Whole(var group) -> xml(name, group, indent);
            case Items(var values) -> {
                out.append(indent).append('<').append(tag(name)).append(">\n");
                values.forEach(item -> element("Item", escaped(item), indent + STEP));
                out.append(indent).append("</").append(tag(name)).append(">\n");
            }
            case Groups(var type, var groups) -> {
                out.append(indent).append('<').append(tag(name)).append(">\n");
                groups.forEach(group -> xml(type, group, indent + STEP));
                out.append(indent).append("</").append(tag(name)).append(">\n");
            }
        }
    }

    private void element(String name, String content, String indent) {
        out.append(indent)
                .append(String.format(Locale.ROOT, "<%1$s>%2$s</%1$s>\n", tag(name), content));
    }

    String yaml() {
        yaml(query, "", "- ");
        return out.toString();
    }

    /** The fields one below the other; the first behind {@code start}. */
    private void yaml(Group group, String indent, String start) {
        var lead = indent + start;
        for (var field : group.fields()) {
            out.append(out.isEmpty() ? "" : "\n").append(lead).append(field.name()).append(": ");
            lead = indent + " ".repeat(start.length());
            yaml(field.value(), lead);
        }
    }

    private void yaml(Value value, String indent) {
        switch (value) {
            case Text(var text) -> out.append(quoted(text));
            case Bare(var text) -> out.append(text);
            case Whole(var group) -> yaml(group, indent, STEP);
            case Items(var values) ->
                    values.forEach(item ->
                            out.append('\n')
                                    .append(indent)
                                    .append(STEP)
                                    .append("- ")
                                    .append(quoted(item)));
            case Groups(_, var groups) -> groups.forEach(group -> yaml(group, indent + STEP, "- "));
        }
    }
}
