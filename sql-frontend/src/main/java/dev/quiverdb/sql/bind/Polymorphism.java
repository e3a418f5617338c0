package dev.quiverdb.sql.bind;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.PgOperator;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.rex.RexNode;
import org.jspecify.annotations.Nullable;

/**
 * Solves {@code anyelement} and its kin: which real types a call's polymorphic parameters stand
 * for, as check_generic_type_consistency and enforce_generic_type_consistency do.
 */
final class Polymorphism {
    /** Declared types with polymorphic ones replaced, and the result type. */
    record Solution(List<Type> arguments, Type result) {}

    private final State state;
    private @Nullable Type element;
    private @Nullable Type array;
    private @Nullable Type range;
    private @Nullable Type multirange;
    private boolean nonArray;
    private boolean enumOnly;
    private boolean anyFamily;
    private boolean compatibleFamily;
    private boolean compatibleNonArray;
    private final List<Type> compatible = new ArrayList<>();
    private @Nullable Type compatibleRange;
    private @Nullable Type compatibleMultirange;
    private @Nullable Type common;

    Polymorphism(State state) {
        this.state = state;
    }

    /** Whether the actual types fit the polymorphic parameters. */
    boolean consistent(List<Type> actual, List<Type> declared) {
        try {
            gather(actual, declared);
            unify(actual, declared, false);
            return true;
        } catch (SqlException mismatch) {
            return false;
        }
    }

    /** The real types; throws 42804 in PostgreSQL's words where they do not fit. */
    Solution solve(List<Type> actual, List<Type> declared, Type result) {
        gather(actual, declared);
        boolean resultPolymorphic = isAny(result) || isCompatible(result);
        if (anyFamily || compatibleFamily) {
            unify(actual, declared, true);
        }
        var solved = new ArrayList<Type>();
        for (int i = 0; i < declared.size(); i++) {
            var type = declared.get(i);
            solved.add(isAny(type) || isCompatible(type) ? real(type) : type);
        }
        return new Solution(solved, resultPolymorphic ? real(result) : result);
    }

    private static boolean isAny(Type type) {
        return switch (type.oid()) {
            case Oids.ANYELEMENT,
                    Oids.ANYARRAY,
                    Oids.ANYNONARRAY,
                    Oids.ANYENUM,
                    Oids.ANYRANGE,
                    Oids.ANYMULTIRANGE ->
                    true;
            default -> false;
        };
    }

    private static boolean isCompatible(Type type) {
        return switch (type.oid()) {
            case Oids.ANYCOMPATIBLE,
                    Oids.ANYCOMPATIBLEARRAY,
                    Oids.ANYCOMPATIBLENONARRAY,
                    Oids.ANYCOMPATIBLERANGE,
                    Oids.ANYCOMPATIBLEMULTIRANGE ->
                    true;
            default -> false;
        };
    }

    private static SqlException mismatch(String message) {
        return new SqlException(SqlState.DATATYPE_MISMATCH, message);
    }

    private static Type same(@Nullable Type known, Type found, String declared) {
        if (known != null && known.oid() != found.oid()) {
            throw mismatch("arguments declared \"" + declared + "\" are not all alike")
                    .withDetail(known.formatType(-1) + " versus " + found.formatType(-1));
        }
        return found;
    }

    private void gather(List<Type> actual, List<Type> declared) {
        for (int i = 0; i < declared.size(); i++) {
            var type = declared.get(i);
            var found = actual.get(i);
            anyFamily |= isAny(type);
            compatibleFamily |= isCompatible(type);
            nonArray |= type.oid() == Oids.ANYNONARRAY;
            enumOnly |= type.oid() == Oids.ANYENUM;
            compatibleNonArray |= type.oid() == Oids.ANYCOMPATIBLENONARRAY;
            if (Coercion.isUnknown(found)) {
                continue;
            }
            var base = found.actual();
            switch (type.oid()) {
                case Oids.ANYELEMENT, Oids.ANYNONARRAY, Oids.ANYENUM ->
                        element = same(element, found, "anyelement");
                case Oids.ANYARRAY -> array = same(array, base, "anyarray");
                case Oids.ANYRANGE -> range = same(range, base, "anyrange");
                case Oids.ANYMULTIRANGE -> multirange = same(multirange, base, "anymultirange");
                case Oids.ANYCOMPATIBLE, Oids.ANYCOMPATIBLENONARRAY -> compatible.add(found);
                case Oids.ANYCOMPATIBLEARRAY -> {
                    var inner = base.isArray() ? base.element() : null;
                    if (inner == null) {
                        throw mismatch(
                                "argument declared anycompatiblearray is not an array but type "
                                        + found.formatType(-1));
                    }
                    compatible.add(inner);
                }
                case Oids.ANYCOMPATIBLERANGE -> {
                    compatibleRange = same(compatibleRange, base, "anycompatiblerange");
                    compatible.add(subtype(base, "anycompatiblerange"));
                }
                case Oids.ANYCOMPATIBLEMULTIRANGE -> {
                    compatibleMultirange =
                            same(compatibleMultirange, base, "anycompatiblemultirange");
                    compatible.add(
                            subtype(
                                    rangeOf(base, "anycompatiblemultirange"),
                                    "anycompatiblerange"));
                }
                default -> {}
            }
        }
    }

    private Type subtype(Type range, String declared) {
        int oid = state.catalog.rangeSubtype(range.oid());
        if (oid == 0) {
            throw mismatch(
                    "argument declared "
                            + declared
                            + " is not a range type but type "
                            + range.formatType(-1));
        }
        return state.type(oid);
    }

    private Type rangeOf(Type multirange, String declared) {
        int oid = state.catalog.rangeOfMultirange(multirange.oid());
        if (oid == 0) {
            throw mismatch(
                    "argument declared "
                            + declared
                            + " is not a multirange type but type "
                            + multirange.formatType(-1));
        }
        return state.type(oid);
    }

    private void unify(List<Type> actual, List<Type> declared, boolean throwing) {
        if (anyFamily) {
            unifyAny(throwing);
        }
        if (compatibleFamily) {
            unifyCompatible(throwing);
        }
    }

    private void unifyAny(boolean throwing) {
        var inArray = array;
        if (inArray != null && inArray.oid() != Oids.ANYARRAY) {
            var inner = inArray.isArray() ? inArray.element() : null;
            if (inner == null) {
                throw mismatch(
                        "argument declared anyarray is not an array but type "
                                + inArray.formatType(-1));
            }
            if (element == null) {
                element = inner;
            } else if (element.oid() != inner.oid()) {
                throw mismatch(
                                "argument declared anyarray is not consistent with argument"
                                        + " declared anyelement")
                        .withDetail(inArray.formatType(-1) + " versus " + element.formatType(-1));
            }
        }
        var ofRanges = multirange;
        if (ofRanges != null && ofRanges.oid() != Oids.ANYMULTIRANGE) {
            var below = rangeOf(ofRanges, "anymultirange");
            if (range != null && range.oid() != below.oid()) {
                throw mismatch(
                                "argument declared anymultirange is not consistent with argument"
                                        + " declared anyrange")
                        .withDetail(ofRanges.formatType(-1) + " versus " + range.formatType(-1));
            }
            range = below;
        }
        var inRange = range;
        if (inRange != null && inRange.oid() != Oids.ANYRANGE) {
            var inner = subtype(inRange, "anyrange");
            if (element == null) {
                element = inner;
            } else if (element.oid() != inner.oid()) {
                throw mismatch(
                                "argument declared anyrange is not consistent with argument"
                                        + " declared anyelement")
                        .withDetail(inRange.formatType(-1) + " versus " + element.formatType(-1));
            }
        }
        var found = element;
        if (found == null) {
            if (throwing && array == null) {
                throw mismatch(
                        "could not determine polymorphic type because input has type unknown");
            }
            return;
        }
        if (nonArray && found.actual().isArray()) {
            throw mismatch("type matched to anynonarray is an array type: " + found.formatType(-1));
        }
        if (enumOnly && found.form() != Type.Form.ENUM) {
            throw mismatch("type matched to anyenum is not an enum type: " + found.formatType(-1));
        }
    }

    private void unifyCompatible(boolean throwing) {
        if (compatible.isEmpty()) {
            common = state.type(Oids.TEXT);
            return;
        }
        var nodes = new ArrayList<RexNode>();
        var offsets = new ArrayList<Integer>();
        for (var type : compatible) {
            nodes.add(PgOperator.constant(null, type, -1));
            offsets.add(-1);
        }
        var chosen = state.coercion.commonType(nodes, throwing ? "anycompatible" : null, offsets);
        if (chosen == null) {
            throw mismatch("arguments of anycompatible family cannot be cast to a common type");
        }
        for (var type : compatible) {
            if (!state.coercion.canCoerce(type, chosen, Coercion.Context.IMPLICIT)) {
                throw mismatch("arguments of anycompatible family cannot be cast to a common type");
            }
        }
        if (compatibleRange != null
                && subtype(compatibleRange, "anycompatiblerange").oid() != chosen.oid()) {
            throw mismatch(
                    "anycompatiblerange type "
                            + compatibleRange.formatType(-1)
                            + " does not match anycompatible type "
                            + chosen.formatType(-1));
        }
        if (compatibleNonArray && chosen.actual().isArray()) {
            throw mismatch(
                    "type matched to anycompatiblenonarray is an array type: "
                            + chosen.formatType(-1));
        }
        common = chosen;
    }

    private Type real(Type declared) {
        var known = element;
        var shared = common;
        return switch (declared.oid()) {
            case Oids.ANYELEMENT, Oids.ANYNONARRAY, Oids.ANYENUM -> required(known);
            case Oids.ANYARRAY -> array != null ? array : arrayOver(required(known));
            case Oids.ANYRANGE ->
                    range != null
                            ? range
                            : byOid(
                                    state.catalog.rangeOver(required(known).oid()),
                                    "range",
                                    required(known));
            case Oids.ANYMULTIRANGE ->
                    multirange != null
                            ? multirange
                            : byOid(
                                    state.catalog.multirange(
                                            range != null
                                                    ? range.oid()
                                                    : state.catalog.rangeOver(
                                                            required(known).oid())),
                                    "multirange",
                                    required(known));
            case Oids.ANYCOMPATIBLE, Oids.ANYCOMPATIBLENONARRAY -> required(shared);
            case Oids.ANYCOMPATIBLEARRAY -> arrayOver(required(shared));
            case Oids.ANYCOMPATIBLERANGE -> required(compatibleRange);
            case Oids.ANYCOMPATIBLEMULTIRANGE ->
                    compatibleMultirange != null
                            ? compatibleMultirange
                            : byOid(
                                    state.catalog.multirange(required(compatibleRange).oid()),
                                    "multirange",
                                    required(compatibleRange));
            default -> declared;
        };
    }

    private static Type required(@Nullable Type type) {
        if (type == null) {
            throw mismatch("could not determine polymorphic type because input has type unknown");
        }
        return type;
    }

    private Type arrayOver(Type inner) {
        var made = inner.arrayOid() == 0 ? null : state.catalog.typeOrNull(inner.arrayOid());
        if (made == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT,
                    "could not find array type for data type " + inner.formatType(-1));
        }
        return made;
    }

    private Type byOid(int oid, String what, Type inner) {
        if (oid == 0) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT,
                    "could not find " + what + " type for data type " + inner.formatType(-1));
        }
        return state.type(oid);
    }
}
