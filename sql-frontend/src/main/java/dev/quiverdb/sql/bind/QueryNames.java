package dev.quiverdb.sql.bind;

import dev.quiverdb.sql.parse.Expr;
import dev.quiverdb.sql.parse.QueryBody;
import org.jspecify.annotations.Nullable;

/** Names of result columns that were given none, after FigureColname. */
final class QueryNames {
    private record Named(@Nullable String name, int strength) {}

    private static final Named NONE = new Named(null, 0);

    private QueryNames() {}

    static String of(Expr expression) {
        var name = figure(expression).name;
        return name == null ? "?column?" : name;
    }

    /** The name of an index column over an expression; "expr" where there is none. */
    static String ofIndexExpression(Expr expression) {
        var name = figure(expression).name;
        return name == null ? "expr" : name;
    }

    private static Named strong(String name) {
        return new Named(name, 2);
    }

    private static Named figure(Expr expression) {
        return switch (expression) {
            case Expr.ColumnRef column ->
                    column.names().isEmpty() ? NONE : strong(column.names().getLast());
            case Expr.Indirection indirection -> {
                for (int i = indirection.steps().size() - 1; i >= 0; i--) {
                    if (indirection.steps().get(i) instanceof Expr.Step.Field field) {
                        yield strong(field.name());
                    }
                }
                yield figure(indirection.operand());
            }
            case Expr.FuncCall call -> strong(call.name().getLast());
            case Expr.NullIf ignored -> strong("nullif");
            case Expr.Cast cast -> {
                var inner = figure(cast.operand());
                yield inner.strength > 1 ? inner : new Named(cast.type().names().getLast(), 1);
            }
            case Expr.Collate collate -> figure(collate.operand());
            case Expr.Grouping ignored -> strong("grouping");
            case Expr.Sublink link ->
                    switch (link.kind()) {
                        case EXISTS -> strong("exists");
                        case ARRAY -> strong("array");
                        case SCALAR -> scalar(link);
                        case ANY, ALL -> NONE;
                    };
            case Expr.Case choice -> {
                var otherwise = choice.otherwise();
                var inner = otherwise == null ? NONE : figure(otherwise);
                yield inner.strength > 1 ? inner : new Named("case", 1);
            }
            case Expr.Array ignored -> strong("array");
            case Expr.Row ignored -> strong("row");
            case Expr.Coalesce ignored -> strong("coalesce");
            case Expr.MinMax minMax -> strong(minMax.greatest() ? "greatest" : "least");
            case Expr.SpecialValue value ->
                    strong(value.kind().name().toLowerCase(java.util.Locale.ROOT));
            case Expr.Xml xml ->
                    strong("xml" + xml.operation().name().toLowerCase(java.util.Locale.ROOT));
            case Expr.XmlSerialize ignored -> strong("xmlserialize");
            case Expr.NamedArgument argument -> figure(argument.argument());
            case Expr.Literal ignored -> NONE;
            case Expr.Parameter ignored -> NONE;
            case Expr.Operator ignored -> NONE;
            case Expr.ArrayComparison ignored -> NONE;
            case Expr.IsDistinct ignored -> NONE;
            case Expr.InList ignored -> NONE;
            case Expr.Between ignored -> NONE;
            case Expr.Bool ignored -> NONE;
            case Expr.IsNull ignored -> NONE;
            case Expr.IsTruth ignored -> NONE;
            case Expr.CurrentOf ignored -> NONE;
            case Expr.Default ignored -> NONE;
        };
    }

    private static Named scalar(Expr.Sublink link) {
        if (link.query().body() instanceof QueryBody.Select select
                && select.targets().size() == 1) {
            var target = select.targets().getFirst();
            var name = target.name();
            return name != null ? strong(name) : figure(target.expression());
        }
        return link.query().body() instanceof QueryBody.Values ? strong("column1") : NONE;
    }
}
