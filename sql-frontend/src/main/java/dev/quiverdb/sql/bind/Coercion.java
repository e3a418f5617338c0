package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.sql.algebra.Form;
import dev.quiverdb.sql.algebra.Form.Syntax;
import dev.quiverdb.sql.algebra.PgOperator;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Function;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexCall;
import org.apache.calcite.rex.RexDynamicParam;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/** Conversion of expressions from type to type, after parse_coerce.c. */
final class Coercion {
    /** Where a conversion happens; later members allow what earlier ones do. */
    enum Context {
        IMPLICIT,
        ASSIGNMENT,
        EXPLICIT
    }

    /** How to get from one type to another. */
    private enum Path {
        NONE,
        RELABEL,
        FUNCTION,
        ARRAY,
        TEXT
    }

    private record Pathway(Path path, @Nullable Function function) {
        static final Pathway NONE = new Pathway(Path.NONE, null);
        static final Pathway RELABEL = new Pathway(Path.RELABEL, null);
        static final Pathway ARRAY = new Pathway(Path.ARRAY, null);
        static final Pathway TEXT = new Pathway(Path.TEXT, null);
    }

    private final State state;

    Coercion(State state) {
        this.state = state;
    }

    static Type type(RexNode node) {
        return PgType.of(node).type();
    }

    static boolean isUnknown(Type type) {
        return type.oid() == Oids.UNKNOWN;
    }

    static boolean isComplex(Type type) {
        return type.actual().form() == Type.Form.COMPOSITE;
    }

    private static boolean isPolymorphic(int oid) {
        return switch (oid) {
            case Oids.ANYELEMENT,
                    Oids.ANYARRAY,
                    Oids.ANYNONARRAY,
                    Oids.ANYENUM,
                    Oids.ANYRANGE,
                    Oids.ANYMULTIRANGE,
                    Oids.ANYCOMPATIBLE,
                    Oids.ANYCOMPATIBLEARRAY,
                    Oids.ANYCOMPATIBLENONARRAY,
                    Oids.ANYCOMPATIBLERANGE,
                    Oids.ANYCOMPATIBLEMULTIRANGE ->
                    true;
            default -> false;
        };
    }

    /** can_coerce_type for one pair. */
    boolean canCoerce(Type source, Type target, Context context) {
        return canCoerce(List.of(source), List.of(target), context);
    }

    /** can_coerce_type. */
    boolean canCoerce(List<Type> sources, List<Type> targets, Context context) {
        boolean polymorphic = false;
        for (int i = 0; i < sources.size(); i++) {
            var source = sources.get(i);
            var target = targets.get(i);
            if (source.oid() == target.oid() || target.oid() == Oids.ANY) {
                continue;
            }
            if (isPolymorphic(target.oid())) {
                polymorphic = true;
                continue;
            }
            if (isUnknown(source)) {
                continue;
            }
            if (pathway(target, source, context).path != Path.NONE) {
                continue;
            }
            if (source.oid() == Oids.RECORD && isComplex(target)) {
                continue;
            }
            if (target.oid() == Oids.RECORD && isComplex(source)) {
                continue;
            }
            if (target.oid() == Oids.RECORD_ARRAY
                    && source.element() != null
                    && isComplex(source.element())) {
                continue;
            }
            return false;
        }
        return !polymorphic || new Polymorphism(state).consistent(sources, targets);
    }

    private Pathway pathway(Type target, Type source, Context context) {
        var to = target.actual();
        var from = source.actual();
        if (to.oid() == from.oid()) {
            return Pathway.RELABEL;
        }
        var cast = state.catalog.cast(from.oid(), to.oid());
        if (cast != null) {
            var needed =
                    switch (cast.context()) {
                        case 'i' -> Context.IMPLICIT;
                        case 'a' -> Context.ASSIGNMENT;
                        default -> Context.EXPLICIT;
                    };
            if (context.compareTo(needed) < 0) {
                return Pathway.NONE;
            }
            return switch (cast.method()) {
                case 'f' -> new Pathway(Path.FUNCTION, state.catalog.function(cast.function()));
                case 'i' -> Pathway.TEXT;
                default -> Pathway.RELABEL;
            };
        }
        if (to.oid() != Oids.OIDVECTOR && to.oid() != Oids.INT2VECTOR) {
            var toElement = to.isTrueArray() ? to.element() : null;
            // int2vector and oidvector are arrays too, but nothing is turned into them.
            boolean vector = from.oid() == Oids.INT2VECTOR || from.oid() == Oids.OIDVECTOR;
            var fromElement = from.isTrueArray() || vector ? from.element() : null;
            if (toElement != null && fromElement != null) {
                var element = pathway(toElement, fromElement, context);
                if (element.path != Path.NONE) {
                    return Pathway.ARRAY;
                }
            }
        }
        if (context.compareTo(Context.ASSIGNMENT) >= 0 && to.category() == 'S') {
            return Pathway.TEXT;
        }
        if (context == Context.EXPLICIT && from.category() == 'S') {
            return Pathway.TEXT;
        }
        return Pathway.NONE;
    }

    /** coerce_to_target_type: null where it cannot be done. */
    @Nullable RexNode coerce(
            RexNode node, PgType target, Context context, Syntax syntax, int offset) {
        if (!canCoerce(type(node), target.type(), context)) {
            return null;
        }
        var converted = coerceType(node, target.type(), target.typmod(), context, syntax, offset);
        return applyTypmod(converted, target, context, syntax, offset);
    }

    /** coerce_type: the conversion must be known to be possible. */
    RexNode coerceType(
            RexNode node, Type target, int typmod, Context context, Syntax syntax, int offset) {
        var source = type(node);
        if (source.oid() == target.oid()) {
            return node;
        }
        switch (target.oid()) {
            case Oids.ANY,
                    Oids.ANYELEMENT,
                    Oids.ANYNONARRAY,
                    Oids.ANYCOMPATIBLE,
                    Oids.ANYCOMPATIBLENONARRAY -> {
                return node;
            }
            case Oids.ANYARRAY,
                    Oids.ANYENUM,
                    Oids.ANYRANGE,
                    Oids.ANYMULTIRANGE,
                    Oids.ANYCOMPATIBLEARRAY,
                    Oids.ANYCOMPATIBLERANGE,
                    Oids.ANYCOMPATIBLEMULTIRANGE -> {
                if (!isUnknown(source)) {
                    var base = source.actual();
                    return base.oid() == source.oid()
                            ? node
                            : PgOperator.call(new Form.Relabel(syntax), PgType.of(base, -1), node);
                }
            }
            default -> {}
        }
        if (isUnknown(source)) {
            var constant = PgOperator.constant(node);
            if (constant != null) {
                return literal(constant.value(), target, typmod, syntax, offset, node);
            }
            if (node instanceof RexDynamicParam parameter) {
                if (target.form() == Type.Form.PSEUDO && target.oid() != Oids.RECORD) {
                    return node;
                }
                int at = state.offsets.getOrDefault(node, offset);
                return state.parameters.coerce(parameter, target, at);
            }
            if (node instanceof RexCall call
                    && PgOperator.form(node) instanceof Form.Collate collate) {
                var inner =
                        coerceType(
                                call.getOperands().getFirst(),
                                target,
                                typmod,
                                context,
                                syntax,
                                offset);
                return PgOperator.call(collate, PgType.of(target, -1, collate.collation()), inner);
            }
            return PgOperator.call(
                    new Form.CoerceViaText(syntax), PgType.of(target.actual(), -1), node);
        }
        if (PgOperator.form(node) instanceof Form.Collate && node instanceof RexCall call) {
            return coerceType(
                    call.getOperands().getFirst(), target, typmod, context, syntax, offset);
        }
        var pathway = pathway(target, source, context);
        if (pathway.path != Path.NONE) {
            if (pathway.path == Path.RELABEL) {
                if (target.base() != null && !isSameDomain(source, target)) {
                    return domain(node, target, context, syntax, offset);
                }
                var relabelled = node;
                if (PgType.of(node).type().oid() != target.oid()) {
                    relabelled =
                            PgOperator.call(new Form.Relabel(syntax), PgType.of(target, -1), node);
                }
                return relabelled;
            }
            var base = target.actual();
            int baseTypmod = target.base() == null ? typmod : domainTypmod(target);
            var made = convert(node, pathway, base, baseTypmod, context, syntax, offset);
            return target.base() == null ? made : domain(made, target, context, syntax, offset);
        }
        if (source.oid() == Oids.RECORD && isComplex(target)) {
            return rowToComposite(node, target, context, syntax, offset);
        }
        if (target.oid() == Oids.RECORD || target.oid() == Oids.RECORD_ARRAY) {
            return PgOperator.call(new Form.Relabel(syntax), PgType.of(target, -1), node);
        }
        throw SqlException.internal(
                "failed to find conversion function from "
                        + source.name()
                        + " to "
                        + target.name());
    }

    private static boolean isSameDomain(Type source, Type target) {
        return source.oid() == target.oid();
    }

    static int domainTypmod(Type domain) {
        int typmod = -1;
        Type step = domain;
        while (step != null && step.base() != null) {
            if (typmod < 0) {
                typmod = step.baseTypmod();
            }
            step = step.base();
        }
        return typmod;
    }

    private RexNode literal(
            @Nullable Object value,
            Type target,
            int typmod,
            Syntax syntax,
            int offset,
            RexNode node) {
        int at = state.offsets.getOrDefault(node, offset);
        var base = target.actual();
        if (base.form() == Type.Form.PSEUDO
                && base.oid() != Oids.RECORD
                && base.oid() != Oids.CSTRING
                && base.oid() != Oids.VOID
                && base.oid() != Oids.UNKNOWN
                && value != null) {
            throw Errors.at(
                    at,
                    SqlState.FEATURE_NOT_SUPPORTED,
                    "cannot accept a value of type " + base.displayName());
        }
        Object parsed = null;
        if (value != null) {
            int inputTypmod = base.oid() == Oids.INTERVAL ? typmod : -1;
            if (target.base() != null) {
                inputTypmod = base.oid() == Oids.INTERVAL ? domainTypmod(target) : -1;
            }
            int mod = inputTypmod;
            var text = (String) value;
            parsed = Errors.positioned(at, () -> base.parse(text, mod, state.context.types()));
        }
        var constant = PgOperator.constant(parsed, base, -1);
        if (target.base() == null) {
            return constant;
        }
        return domain(constant, target, Context.IMPLICIT, syntax, offset);
    }

    private RexNode convert(
            RexNode node,
            Pathway pathway,
            Type target,
            int typmod,
            Context context,
            Syntax syntax,
            int offset) {
        var type = PgType.of(target, -1);
        switch (pathway.path) {
            case FUNCTION -> {
                var function = pathway.function;
                if (function == null) {
                    throw SqlException.internal("cast without a function");
                }
                var arguments = new ArrayList<RexNode>();
                var argument = state.type(function.argumentTypes().getFirst());
                arguments.add(
                        argument.oid() == type(node).oid()
                                ? node
                                : coerceType(
                                        node,
                                        argument,
                                        -1,
                                        Context.IMPLICIT,
                                        Syntax.IMPLICIT_CAST,
                                        offset));
                if (function.argumentTypes().size() >= 2) {
                    arguments.add(PgOperator.constant(typmod, Types.get(Oids.INT4), -1));
                }
                if (function.argumentTypes().size() == 3) {
                    arguments.add(
                            PgOperator.constant(
                                    context == Context.EXPLICIT, Types.get(Oids.BOOL), -1));
                }
                int result = function.argumentTypes().size() >= 2 ? typmod : -1;
                return PgOperator.call(
                        new Form.Call(function, syntax, null, false),
                        PgType.of(target, result),
                        arguments);
            }
            case ARRAY -> {
                int placeholder = state.nextPlaceholder();
                var fromElement = type(node).actual().element();
                var toElement = target.element();
                if (fromElement == null || toElement == null) {
                    throw SqlException.internal("array coercion of no array");
                }
                var element =
                        PgOperator.call(
                                new Form.Placeholder(placeholder), PgType.of(fromElement, -1));
                var cast = coerceType(element, toElement, typmod, context, syntax, offset);
                cast = applyTypmod(cast, PgType.of(toElement, typmod), context, syntax, offset);
                return PgOperator.call(
                        new Form.ArrayCoerce(placeholder, syntax),
                        PgType.of(target, typmod),
                        node,
                        cast);
            }
            case TEXT -> {
                return PgOperator.call(new Form.CoerceViaText(syntax), type, node);
            }
            case RELABEL, NONE -> throw SqlException.internal("no conversion to build");
        }
        throw new AssertionError(pathway.path);
    }

    /** coerce_to_domain. */
    private RexNode domain(RexNode node, Type target, Context context, Syntax syntax, int offset) {
        var base = target.actual();
        var value = node;
        if (type(value).actual().oid() != base.oid() || type(value).base() != null) {
            value =
                    type(value).actual().oid() == base.oid()
                            ? PgOperator.call(
                                    new Form.Relabel(Syntax.IMPLICIT_CAST),
                                    PgType.of(base, -1),
                                    value)
                            : value;
        }
        value = applyTypmod(value, PgType.of(base, domainTypmod(target)), context, syntax, offset);
        boolean notNull = false;
        int placeholder = state.nextPlaceholder();
        var checks = new ArrayList<Form.DomainCheck>();
        var operands = new ArrayList<RexNode>();
        operands.add(value);
        var chain = new ArrayList<Type>();
        for (Type step = target; step != null && step.base() != null; step = step.base()) {
            chain.addFirst(step);
        }
        for (var step : chain) {
            var user = state.catalog.userType(step.oid());
            if (user == null) {
                continue;
            }
            state.use(user);
            notNull |= user.notNull();
            var constraints = new ArrayList<>(state.catalog.constraints(user.oid()));
            constraints.sort((left, right) -> left.name().compareTo(right.name()));
            for (var constraint : constraints) {
                var check = constraint.check();
                if (check != null) {
                    state.use(constraint);
                    checks.add(new Form.DomainCheck(constraint.name()));
                    operands.add(
                            StoredExpressions.domainCheck(
                                    state, check, PgType.of(base, -1), placeholder));
                }
            }
        }
        return PgOperator.call(
                new Form.CoerceToDomain(notNull, placeholder, checks, syntax),
                PgType.of(target, -1),
                operands);
    }

    private RexNode rowToComposite(
            RexNode node, Type target, Context context, Syntax syntax, int offset) {
        if (PgOperator.form(node) instanceof Form.PresentRow form
                && node instanceof RexCall whole) {
            var row = rowToComposite(whole.getOperands().get(1), target, context, syntax, offset);
            return PgOperator.call(form, PgType.of(row), whole.getOperands().getFirst(), row);
        }
        var base = target.actual();
        var fields = base.fields();
        if (!(PgOperator.form(node) instanceof Form.Row) || !(node instanceof RexCall row)) {
            throw Errors.at(
                    offset,
                    SqlState.CANNOT_COERCE,
                    "cannot cast type record to " + target.formatType(-1));
        }
        var values = state.writtenFields.getOrDefault(node, row.getOperands());
        if (values.size() != fields.size()) {
            throw Errors.at(
                            offset,
                            SqlState.CANNOT_COERCE,
                            "cannot cast type record to " + target.formatType(-1))
                    .withDetail(
                            values.size() < fields.size()
                                    ? "Input has too few columns."
                                    : "Input has too many columns.");
        }
        var converted = new ArrayList<RexNode>();
        for (int i = 0; i < fields.size(); i++) {
            var field = fields.get(i);
            var value =
                    coerce(
                            values.get(i),
                            PgType.of(field.type(), field.typmod()),
                            context,
                            syntax,
                            offset);
            if (value == null) {
                throw Errors.at(
                                offset,
                                SqlState.CANNOT_COERCE,
                                "cannot cast type record to " + target.formatType(-1))
                        .withDetail(
                                "Cannot cast type "
                                        + type(values.get(i)).formatType(-1)
                                        + " to "
                                        + field.type().formatType(-1)
                                        + " in column "
                                        + (i + 1)
                                        + ".");
            }
            converted.add(value);
        }
        var made =
                PgOperator.call(
                        new Form.Row(base.fields().stream().map(Type.Field::name).toList()),
                        PgType.of(base, -1),
                        converted);
        return target.base() == null ? made : domain(made, target, context, syntax, offset);
    }

    /** coerce_type_typmod. */
    RexNode applyTypmod(RexNode node, PgType target, Context context, Syntax syntax, int offset) {
        int typmod = target.typmod();
        if (target.type().base() != null || typmod < 0 || PgType.of(node).typmod() == typmod) {
            return node;
        }
        boolean explicit = context == Context.EXPLICIT;
        var type = PgType.of(node).type();
        var constant = PgOperator.constant(node);
        if (constant != null) {
            var value = constant.value();
            if (value == null) {
                return PgOperator.constant(null, type, typmod);
            }
            if (!type.isTrueArray()) {
                int at = offset;
                return Errors.positioned(
                        at,
                        () ->
                                PgOperator.constant(
                                        type.applyTypmod(value, typmod, explicit), type, typmod));
            }
        }
        var element = type.isTrueArray() ? type.element() : null;
        if (element != null) {
            int placeholder = state.nextPlaceholder();
            var read = PgOperator.call(new Form.Placeholder(placeholder), PgType.of(element, -1));
            var cast =
                    PgOperator.call(
                            new Form.ApplyTypmod(explicit), PgType.of(element, typmod), read);
            return PgOperator.call(
                    new Form.ArrayCoerce(placeholder, syntax), PgType.of(type, typmod), node, cast);
        }
        return PgOperator.call(new Form.ApplyTypmod(explicit), PgType.of(type, typmod), node);
    }

    /** coerce_to_boolean. {@code construct} is such as {@code WHERE}. */
    RexNode toBoolean(RexNode node, String construct, int offset) {
        var source = type(node);
        if (source.oid() != Oids.BOOL) {
            var made =
                    coerce(node, PgType.bool(), Context.ASSIGNMENT, Syntax.IMPLICIT_CAST, offset);
            if (made == null) {
                throw Errors.at(
                        offset,
                        SqlState.DATATYPE_MISMATCH,
                        "argument of "
                                + construct
                                + " must be type boolean, not type "
                                + source.formatType(-1));
            }
            node = made;
        }
        return notSet(node, construct, offset);
    }

    /** coerce_to_specific_type. */
    RexNode toSpecific(RexNode node, int target, String construct, int offset) {
        var source = type(node);
        if (source.oid() != target) {
            var made =
                    coerce(
                            node,
                            PgType.of(state.type(target), -1),
                            Context.ASSIGNMENT,
                            Syntax.IMPLICIT_CAST,
                            offset);
            if (made == null) {
                throw Errors.at(
                        offset,
                        SqlState.DATATYPE_MISMATCH,
                        "argument of "
                                + construct
                                + " must be type "
                                + state.type(target).formatType(-1)
                                + ", not type "
                                + source.formatType(-1));
            }
            node = made;
        }
        return notSet(node, construct, offset);
    }

    private static RexNode notSet(RexNode node, String construct, int offset) {
        if (Expressions.returnsSet(node)) {
            throw Errors.at(
                    offset,
                    SqlState.DATATYPE_MISMATCH,
                    "argument of " + construct + " must not return a set");
        }
        return node;
    }

    /** select_common_type; {@code construct} null answers null where there is none. */
    @Nullable Type commonType(
            List<RexNode> nodes, @Nullable String construct, List<Integer> offsets) {
        var chosen = type(nodes.getFirst());
        if (!isUnknown(chosen)) {
            boolean same = true;
            for (var node : nodes) {
                same &= type(node).oid() == chosen.oid();
            }
            if (same) {
                return chosen;
            }
        }
        chosen = chosen.actual();
        char category = chosen.category();
        boolean preferred = chosen.preferred();
        for (int i = 1; i < nodes.size(); i++) {
            var next = type(nodes.get(i)).actual();
            if (isUnknown(next) || next.oid() == chosen.oid()) {
                continue;
            }
            if (isUnknown(chosen)) {
                chosen = next;
                category = next.category();
                preferred = next.preferred();
            } else if (next.category() != category) {
                if (construct == null) {
                    return null;
                }
                throw Errors.at(
                        offsets.get(i),
                        SqlState.DATATYPE_MISMATCH,
                        construct
                                + " types "
                                + chosen.formatType(-1)
                                + " and "
                                + next.formatType(-1)
                                + " cannot be matched");
            } else if (!preferred
                    && canCoerce(chosen, next, Context.IMPLICIT)
                    && !canCoerce(next, chosen, Context.IMPLICIT)) {
                chosen = next;
                category = next.category();
                preferred = next.preferred();
            }
        }
        return isUnknown(chosen) ? Types.get(Oids.TEXT) : chosen;
    }

    /** select_common_typmod. */
    static int commonTypmod(List<RexNode> nodes, Type common) {
        int typmod = PgType.of(nodes.getFirst()).typmod();
        for (var node : nodes) {
            var type = PgType.of(node);
            if (type.type().oid() != common.oid() || type.typmod() != typmod) {
                return -1;
            }
        }
        return typmod;
    }

    /** coerce_to_common_type. */
    RexNode toCommon(RexNode node, Type target, String construct, int offset) {
        if (type(node).oid() == target.oid()) {
            return node;
        }
        if (canCoerce(type(node), target, Context.IMPLICIT)) {
            return coerceType(node, target, -1, Context.IMPLICIT, Syntax.IMPLICIT_CAST, offset);
        }
        throw Errors.at(
                offset,
                SqlState.CANNOT_COERCE,
                construct
                        + " could not convert type "
                        + type(node).formatType(-1)
                        + " to "
                        + target.formatType(-1));
    }

    /** All of them in their common type. */
    List<RexNode> allToCommon(List<RexNode> nodes, String construct, List<Integer> offsets) {
        var common = commonType(nodes, construct, offsets);
        if (common == null) {
            throw SqlException.internal("no common type");
        }
        var made = new ArrayList<RexNode>();
        for (int i = 0; i < nodes.size(); i++) {
            made.add(toCommon(nodes.get(i), common, construct, offsets.get(i)));
        }
        return made;
    }

    /** What a column that is left unknown becomes: text. */
    RexNode unknownToText(RexNode node) {
        return isUnknown(type(node))
                ? coerceType(
                        node, Types.get(Oids.TEXT), -1, Context.IMPLICIT, Syntax.IMPLICIT_CAST, -1)
                : node;
    }
}
