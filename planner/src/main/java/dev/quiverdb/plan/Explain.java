package dev.quiverdb.plan;

import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.execute.Measured;
import dev.quiverdb.execute.expression.Expression;
import dev.quiverdb.execute.expression.Rewriter;
import dev.quiverdb.plan.ExplainDocument.Bare;
import dev.quiverdb.plan.ExplainDocument.Field;
import dev.quiverdb.plan.ExplainDocument.Group;
import dev.quiverdb.plan.ExplainDocument.Groups;
import dev.quiverdb.plan.ExplainDocument.Items;
import dev.quiverdb.plan.ExplainDocument.Text;
import dev.quiverdb.plan.ExplainDocument.Whole;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** EXPLAIN in PostgreSQL's formats: indented text, JSON, XML and YAML. */
public final class Explain {
    /** A node ready to be shown: its title, properties and children, in order. */
    record Node(
            Plan plan,
            String type,
            String title,
            @Nullable String role,
            List<Property> properties,
            List<Node> children) {}

    /** A line below a node; {@code list} where JSON has an array. */
    record Property(String name, String value, boolean list) {}

    private final ExplainOptions options;
    private final Function<Plan, @Nullable Measured> measures;
    private final ExpressionText text;

    private Explain(
            Plan plan,
            ExplainOptions options,
            TypeContext types,
            Function<Plan, @Nullable Measured> measures) {
        this.options = options;
        this.measures = measures;
        text = new ExpressionText(types, scans(plan) > 1 || options.verbose());
    }

    private static int scans(Plan plan) {
        var inputs = PlanWalker.inputs(plan);
        return inputs.isEmpty() ? 1 : inputs.stream().mapToInt(Explain::scans).sum();
    }

    /**
     * The lines of text format.
     *
     * @param measures of each node by identity, for ANALYZE; answers null for a node that never ran
     */
    public static List<String> text(
            Plan plan,
            ExplainOptions options,
            TypeContext types,
            Function<Plan, @Nullable Measured> measures,
            double planningMillis,
            double executionMillis) {
        var explain = new Explain(plan, options, types, measures);
        var lines = new ArrayList<String>();
        explain.write(explain.node(plan, null), 0, true, lines);
        if (options.summary()) {
            lines.add(String.format(Locale.ROOT, "Planning Time: %.3f ms", planningMillis));
            if (options.analyze()) {
                lines.add(String.format(Locale.ROOT, "Execution Time: %.3f ms", executionMillis));
            }
        }
        return lines;
    }

    /**
     * The document of a format other than text.
     *
     * @param format {@code json}, {@code xml} or {@code yaml}
     */
    public static String document(
            Plan plan,
            String format,
            ExplainOptions options,
            TypeContext types,
            Function<Plan, @Nullable Measured> measures,
            double planningMillis,
            double executionMillis) {
        var explain = new Explain(plan, options, types, measures);
        var fields = new ArrayList<Field>();
        fields.add(new Field("Plan", new Whole(explain.group(explain.node(plan, null), null))));
        if (options.summary()) {
            fields.add(new Field("Planning Time", number("%.3f", planningMillis)));
        }
        if (options.analyze()) {
            fields.add(new Field("Triggers", new Groups("Trigger", List.of())));
            if (options.summary()) {
                fields.add(new Field("Execution Time", number("%.3f", executionMillis)));
            }
        }
        var document = new ExplainDocument(new Group(fields));
        return switch (format) {
            case "xml" -> document.xml();
            case "yaml" -> document.yaml();
            default -> document.json();
        };
    }

    private static Bare number(String format, double value) {
        return new Bare(String.format(Locale.ROOT, format, value));
    }

    // ---------------------------------------------------------------- nodes

    private Node node(Plan plan, @Nullable String role) {
        var properties = new ArrayList<Property>();
        var title = title(plan);
        properties(plan, properties);
        var children = new ArrayList<Node>();
        if (plan instanceof Plan.With with) {
            // WITH is no node of its own: its tables hang on the body.
            var body = node(with.body(), role);
            var all = new ArrayList<Node>();
            with.tables().forEach(table -> all.add(node(table.plan(), "CTE " + table.name())));
            all.addAll(body.children());
            return new Node(body.plan(), body.type(), body.title(), role, body.properties(), all);
        }
        for (var expression : PlanWalker.expressions(plan)) {
            Rewriter.rewrite(
                    expression,
                    part -> {
                        if (part instanceof Expression.SubPlan subPlan) {
                            children.add(node(subPlan.plan(), text.title(subPlan)));
                        }
                        return null;
                    });
        }
        // A projection is part of its input in PostgreSQL: show the input, keep what the projection
        // computes.
        var inputs = PlanWalker.inputs(plan);
        if (plan instanceof Plan.Project && inputs.size() == 1) {
            var input = node(inputs.getFirst(), role);
            var all = new ArrayList<>(children);
            all.addAll(input.children());
            return new Node(
                    input.plan(), input.type(), input.title(), role, input.properties(), all);
        }
        for (var input : inputs) {
            children.add(node(input, null));
        }
        return new Node(plan, type(plan), title, role, properties, children);
    }

    private static String type(Plan plan) {
        return switch (plan) {
            case Plan.SeqScan p -> "Seq Scan";
            case Plan.IndexScan p -> "Index Scan";
            case Plan.VectorSearch p -> "Vector Search";
            case Plan.Values p -> "Values Scan";
            case Plan.Result p -> "Result";
            case Plan.VirtualScan p -> "Seq Scan";
            case Plan.FunctionScan p -> "Function Scan";
            case Plan.Filter p -> "Filter";
            case Plan.Project p -> "Result";
            case Plan.ProjectSet p -> "ProjectSet";
            case Plan.NestedLoopJoin p -> "Nested Loop";
            case Plan.HashJoin p -> "Hash Join";
            case Plan.MergeJoin p -> "Merge Join";
            case Plan.Aggregate p -> "Aggregate";
            case Plan.Window p -> "WindowAgg";
            case Plan.Sort p -> "Sort";
            case Plan.TopN p -> "Sort";
            case Plan.Limit p -> "Limit";
            case Plan.Distinct p -> p.sorted() ? "Unique" : "Aggregate";
            case Plan.Append p -> "Append";
            case Plan.MergeAppend p -> "Merge Append";
            case Plan.SetOp p -> "SetOp";
            case Plan.With p -> type(p.body());
            case Plan.CteScan p -> "CTE Scan";
            case Plan.RecursiveUnion p -> "Recursive Union";
            case Plan.WorkTableScan p -> "WorkTable Scan";
            case Plan.LockRows p -> "LockRows";
            case Plan.Insert p -> "ModifyTable";
            case Plan.Update p -> "ModifyTable";
            case Plan.Delete p -> "ModifyTable";
            case Plan.Merge p -> "ModifyTable";
        };
    }

    private String title(Plan plan) {
        return switch (plan) {
            case Plan.SeqScan p -> "Seq Scan on " + source(p.source());
            case Plan.IndexScan p ->
                    "Index Scan "
                            + (p.backward() ? "Backward " : "")
                            + "using "
                            + p.index().name()
                            + " on "
                            + source(p.source());
            case Plan.VectorSearch p ->
                    p.index() == null
                            ? "Vector Search on " + source(p.source())
                            : "Vector Search using "
                                    + p.index().name()
                                    + " on "
                                    + source(p.source());
            case Plan.Values p -> p.rows().size() == 1 ? "Result" : "Values Scan on \"*VALUES*\"";
            case Plan.VirtualScan p -> "Seq Scan on " + named(p.schema(), p.name(), p.alias());
            case Plan.FunctionScan p ->
                    "Function Scan on "
                            + (p.functions().size() == 1
                                            && p.functions().getFirst().call()
                                                    instanceof Expression.Call call
                                            && !call.function().name().equals(p.alias())
                                    ? call.function().name() + " " + p.alias()
                                    : p.alias());
            case Plan.NestedLoopJoin p -> join("Nested Loop", p.kind());
            case Plan.HashJoin p ->
                    p.kind() == Plan.JoinKind.INNER ? "Hash Join" : join("Hash", p.kind());
            case Plan.MergeJoin p ->
                    p.kind() == Plan.JoinKind.INNER ? "Merge Join" : join("Merge", p.kind());
            case Plan.Aggregate p ->
                    switch (p.strategy()) {
                        case PLAIN -> "Aggregate";
                        case HASHED ->
                                p.groupingSets().size() > 1 ? "MixedAggregate" : "HashAggregate";
                        case SORTED -> "GroupAggregate";
                    };
            case Plan.TopN p -> "Sort";
            case Plan.Distinct p -> p.sorted() ? "Unique" : "HashAggregate";
            case Plan.SetOp p ->
                    "HashSetOp "
                            + p.kind().name().charAt(0)
                            + p.kind()
                                    .name()
                                    .substring(1)
                                    .toLowerCase(Locale.ROOT)
                                    .replace("_all", " All");
            case Plan.CteScan p ->
                    "CTE Scan on "
                            + p.name()
                            + (p.alias().equals(p.name()) || p.alias().isEmpty()
                                    ? ""
                                    : " " + p.alias());
            case Plan.WorkTableScan p -> "WorkTable Scan on " + p.alias();
            case Plan.Insert p -> "Insert on " + p.target().name();
            case Plan.Update p -> "Update on " + p.target().name();
            case Plan.Delete p -> "Delete on " + p.target().name();
            case Plan.Merge p -> "Merge on " + p.target().name();
            default -> type(plan);
        };
    }

    private static String join(String name, Plan.JoinKind kind) {
        return switch (kind) {
            case INNER -> name;
            case LEFT -> name + " Left Join";
            case RIGHT -> name + " Right Join";
            case FULL -> name + " Full Join";
            case SEMI -> name + " Semi Join";
            case ANTI, NULL_AWARE_ANTI -> name + " Anti Join";
        };
    }

    private String source(Plan.TableSource source) {
        return named(source.relation().schema(), source.relation().name(), source.alias());
    }

    private String named(String schema, String name, String alias) {
        return (options.verbose() ? schema + "." : "")
                + name
                + (alias.isEmpty() || alias.equals(name) ? "" : " " + alias);
    }

    private void properties(Plan plan, List<Property> out) {
        if (options.verbose() && !plan.output().isEmpty()) {
            out.add(
                    new Property(
                            "Output",
                            String.join(", ", plan.output().stream().map(text::column).toList()),
                            true));
        }
        switch (plan) {
            case Plan.SeqScan p -> add(out, "Filter", text.maybe(p.filter(), p.output()));
            case Plan.IndexScan p -> {
                add(out, "Index Cond", indexCondition(p));
                add(out, "Filter", text.maybe(p.filter(), p.output()));
            }
            case Plan.VectorSearch p -> {
                var column =
                        p.index() == null
                                ? p.source().relation().columns().get(p.column()).name()
                                : p.index().keyTexts().getFirst();
                add(
                        out,
                        "Order By",
                        "("
                                + column
                                + " "
                                + ExpressionText.symbol(p.distance())
                                + " "
                                + text.of(p.query(), List.of())
                                + ")");
                add(out, "Filter", text.maybe(p.filter(), p.output()));
                var byIndex = p.matching() == null ? null : p.matching().byIndex();
                if (byIndex != null) {
                    add(out, "Filter Index", byIndex.index().name());
                    add(out, "Filter Index Cond", indexCondition(byIndex));
                }
                add(out, "Nearest", p.limit() == null ? null : text.of(p.limit(), List.of()));
                add(
                        out,
                        "Mode",
                        (switch (p.mode()) {
                                    case INDEX -> "index";
                                    case INDEX_ONLY -> "index only";
                                    case EXACT -> "exact scan";
                                })
                                + (p.reason().isEmpty() ? "" : ": " + p.reason()));
            }
            case Plan.VirtualScan p -> add(out, "Filter", text.maybe(p.filter(), p.output()));
            case Plan.FunctionScan p -> add(out, "Filter", text.maybe(p.filter(), p.output()));
            case Plan.Result p -> add(out, "One-Time Filter", text.maybe(p.condition(), List.of()));
            case Plan.Filter p -> add(out, "Filter", text.of(p.condition(), p.input().output()));
            case Plan.NestedLoopJoin p ->
                    add(out, "Join Filter", text.maybe(p.condition(), both(p.left(), p.right())));
            case Plan.HashJoin p -> {
                add(out, "Hash Cond", equalities(p.leftKeys(), p.rightKeys(), p.left(), p.right()));
                add(out, "Join Filter", text.maybe(p.residual(), both(p.left(), p.right())));
            }
            case Plan.MergeJoin p -> {
                add(
                        out,
                        "Merge Cond",
                        equalities(p.leftKeys(), p.rightKeys(), p.left(), p.right()));
                add(out, "Join Filter", text.maybe(p.residual(), both(p.left(), p.right())));
            }
            case Plan.Aggregate p -> grouping(p, out);
            case Plan.Sort p ->
                    out.add(new Property("Sort Key", keys(p.keys(), p.input().output()), true));
            case Plan.MergeAppend p ->
                    out.add(new Property("Sort Key", keys(p.keys(), p.output()), true));
            case Plan.TopN p ->
                    out.add(new Property("Sort Key", keys(p.keys(), p.input().output()), true));
            case Plan.Distinct p -> {
                if (!p.sorted()) {
                    out.add(
                            new Property(
                                    "Group Key", text.list(p.keys(), p.input().output()), true));
                }
            }
            case Plan.Insert p -> {
                var conflict = p.onConflict();
                if (conflict != null) {
                    add(out, "Conflict Resolution", conflict.action().name());
                    if (!conflict.arbiters().isEmpty()) {
                        add(
                                out,
                                "Conflict Arbiter Indexes",
                                String.join(
                                        ", ",
                                        conflict.arbiters().stream()
                                                .map(Relation.Index::name)
                                                .toList()));
                    }
                }
            }
            default -> {}
        }
    }

    private void grouping(Plan.Aggregate p, List<Property> out) {
        var input = p.input().output();
        if (p.groupingSets().size() <= 1) {
            if (!p.keys().isEmpty()) {
                out.add(new Property("Group Key", text.list(p.keys(), input), true));
            }
            return;
        }
        for (var set : p.groupingSets()) {
            var keys = set.stream().sorted().map(p.keys()::get).toList();
            out.add(
                    new Property(
                            "Group Key", keys.isEmpty() ? "()" : text.list(keys, input), true));
        }
    }

    private static void add(List<Property> out, String name, @Nullable String value) {
        if (value != null) {
            out.add(new Property(name, value, false));
        }
    }

    private static List<OutputColumn> both(Plan left, Plan right) {
        var columns = new ArrayList<>(left.output());
        columns.addAll(right.output());
        return columns;
    }

    private String equalities(
            List<Expression> left, List<Expression> right, Plan leftPlan, Plan rightPlan) {
        var parts = new ArrayList<String>();
        for (int i = 0; i < left.size(); i++) {
            parts.add(
                    "("
                            + text.of(left.get(i), leftPlan.output())
                            + " = "
                            + text.of(right.get(i), rightPlan.output())
                            + ")");
        }
        return parts.size() == 1 ? parts.getFirst() : "(" + String.join(" AND ", parts) + ")";
    }

    private String keys(List<SortKey> keys, List<OutputColumn> input) {
        var parts = new ArrayList<String>();
        for (var key : keys) {
            var part = text.of(key.expression(), input) + (key.descending() ? " DESC" : "");
            parts.add(
                    part
                            + (key.nullsFirst() == key.descending()
                                    ? ""
                                    : key.nullsFirst() ? " NULLS FIRST" : " NULLS LAST"));
        }
        return String.join(", ", parts);
    }

    private @Nullable String indexCondition(Plan.IndexScan p) {
        var parts = new ArrayList<String>();
        var names = p.index().keyTexts();
        int at = 0;
        for (var key : p.equal()) {
            var value = text.of(key.value(), List.of());
            parts.add(
                    "("
                            + names.get(at++)
                            + " = "
                            + (key.anyElement() ? "ANY (" + value + ")" : value)
                            + ")");
        }
        if (p.isNull()) {
            parts.add("(" + names.get(at) + " IS NULL)");
        }
        if (p.lower() != null) {
            parts.add(
                    "("
                            + names.get(at)
                            + (p.lowerInclusive() ? " >= " : " > ")
                            + text.of(p.lower(), List.of())
                            + ")");
        }
        if (p.upper() != null) {
            parts.add(
                    "("
                            + names.get(at)
                            + (p.upperInclusive() ? " <= " : " < ")
                            + text.of(p.upper(), List.of())
                            + ")");
        }
        return parts.isEmpty()
                ? null
                : parts.size() == 1 ? parts.getFirst() : "(" + String.join(" AND ", parts) + ")";
    }

    // ---------------------------------------------------------------- text

    private void write(Node node, int indent, boolean root, List<String> lines) {
        int depth = indent;
        if (node.role() != null) {
            lines.add(" ".repeat(depth) + node.role());
            depth += 2;
        }
        lines.add((root ? "" : " ".repeat(depth) + "->  ") + node.title() + figures(node.plan()));
        int inner = root ? 2 : depth + 6;
        var measured = measures.apply(node.plan());
        for (var property : node.properties()) {
            lines.add(" ".repeat(inner) + property.name() + ": " + property.value());
            if (property.name().equals("Filter")
                    && measured != null
                    && measured.removedByFilter() > 0) {
                lines.add(
                        " ".repeat(inner)
                                + "Rows Removed by Filter: "
                                + measured.removedByFilter() / Math.max(1, measured.loops()));
            }
        }
        if (options.analyze() && measured != null && measured.loops() > 0) {
            for (var detail : measured.details()) {
                lines.add(" ".repeat(inner) + detail.getKey() + ": " + detail.getValue());
            }
        }
        for (var child : node.children()) {
            write(child, inner, false, lines);
        }
    }

    private String figures(Plan plan) {
        var out = new StringBuilder();
        var estimate = plan.estimate();
        if (options.costs()) {
            out.append(
                    String.format(
                            Locale.ROOT,
                            "  (cost=%.2f..%.2f rows=%.0f width=%d)",
                            estimate.startupCost(),
                            estimate.totalCost(),
                            estimate.rows(),
                            estimate.widthBytes()));
        }
        if (!options.analyze()) {
            return out.toString();
        }
        var measured = measures.apply(plan);
        if (measured == null || measured.loops() == 0) {
            return out.append(" (never executed)").toString();
        }
        out.append(" (actual ");
        if (options.timing()) {
            out.append(
                    String.format(
                            Locale.ROOT,
                            "time=%.3f..%.3f ",
                            measured.startMillis(),
                            measured.totalMillis()));
        }
        return out.append(
                        String.format(
                                Locale.ROOT,
                                "rows=%.0f loops=%d)",
                                measured.rows(),
                                measured.loops()))
                .toString();
    }

    // ---------------------------------------------------------------- documents

    /**
     * @param relationship of an input to the node above it; null at the top
     */
    private Group group(Node node, @Nullable String relationship) {
        var fields = new ArrayList<Field>();
        text(fields, "Node Type", node.type());
        strategy(node.plan(), fields);
        var role = node.role();
        if (role != null) {
            text(
                    fields,
                    "Parent Relationship",
                    role.startsWith("SubPlan") ? "SubPlan" : "InitPlan");
            text(fields, "Subplan Name", role);
        } else if (relationship != null) {
            text(fields, "Parent Relationship", relationship);
        }
        identity(node.plan(), fields);
        var estimate = node.plan().estimate();
        if (options.costs()) {
            fields.add(new Field("Startup Cost", number("%.2f", estimate.startupCost())));
            fields.add(new Field("Total Cost", number("%.2f", estimate.totalCost())));
            fields.add(new Field("Plan Rows", number("%.0f", estimate.rows())));
            fields.add(new Field("Plan Width", number("%.0f", estimate.widthBytes())));
        }
        var measured = measures.apply(node.plan());
        if (options.analyze()) {
            if (options.timing()) {
                double start = measured == null ? 0 : measured.startMillis();
                double total = measured == null ? 0 : measured.totalMillis();
                fields.add(new Field("Actual Startup Time", number("%.3f", start)));
                fields.add(new Field("Actual Total Time", number("%.3f", total)));
            }
            double rows = measured == null ? 0 : measured.rows();
            double loops = measured == null ? 0 : measured.loops();
            fields.add(new Field("Actual Rows", number("%.0f", rows)));
            fields.add(new Field("Actual Loops", number("%.0f", loops)));
        }
        for (var property : node.properties()) {
            fields.add(
                    new Field(
                            property.name(),
                            property.list()
                                    ? new Items(List.of(property.value()))
                                    : new Text(property.value())));
        }
        if (!node.children().isEmpty()) {
            var groups = new ArrayList<Group>();
            boolean outer = true;
            for (var child : node.children()) {
                boolean member = node.plan() instanceof Plan.Append;
                groups.add(group(child, member ? "Member" : outer ? "Outer" : "Inner"));
                outer &= child.role() != null;
            }
            fields.add(new Field("Plans", new Groups("Plan", groups)));
        }
        return new Group(fields);
    }

    /** What kind of its node type a plan is. */
    private static void strategy(Plan plan, List<Field> fields) {
        switch (plan) {
            case Plan.Aggregate p -> {
                var strategy = p.strategy().name();
                text(
                        fields,
                        "Strategy",
                        strategy.charAt(0) + strategy.substring(1).toLowerCase(Locale.ROOT));
                text(fields, "Partial Mode", "Simple");
            }
            case Plan.Insert p -> text(fields, "Operation", "Insert");
            case Plan.Update p -> text(fields, "Operation", "Update");
            case Plan.Delete p -> text(fields, "Operation", "Delete");
            case Plan.Merge p -> text(fields, "Operation", "Merge");
            default -> {}
        }
    }

    private static void text(List<Field> fields, String name, String value) {
        fields.add(new Field(name, new Text(value)));
    }

    private static void identity(Plan plan, List<Field> fields) {
        fields.add(new Field("Parallel Aware", new Bare("false")));
        fields.add(new Field("Async Capable", new Bare("false")));
        switch (plan) {
            case Plan.SeqScan p -> source(p.source(), fields);
            case Plan.IndexScan p -> {
                text(fields, "Scan Direction", p.backward() ? "Backward" : "Forward");
                text(fields, "Index Name", p.index().name());
                source(p.source(), fields);
            }
            case Plan.VectorSearch p -> {
                if (p.index() != null) {
                    text(fields, "Index Name", p.index().name());
                }
                source(p.source(), fields);
            }
            case Plan.NestedLoopJoin p -> text(fields, "Join Type", joinType(p.kind()));
            case Plan.HashJoin p -> text(fields, "Join Type", joinType(p.kind()));
            case Plan.MergeJoin p -> text(fields, "Join Type", joinType(p.kind()));
            default -> {}
        }
    }

    private static String joinType(Plan.JoinKind kind) {
        return switch (kind) {
            case INNER -> "Inner";
            case LEFT -> "Left";
            case RIGHT -> "Right";
            case FULL -> "Full";
            case SEMI -> "Semi";
            case ANTI, NULL_AWARE_ANTI -> "Anti";
        };
    }

    private static void source(Plan.TableSource source, List<Field> fields) {
        text(fields, "Relation Name", source.relation().name());
        text(fields, "Alias", source.alias().isEmpty() ? source.relation().name() : source.alias());
    }
}
