package dev.quiverdb.sql.catalog;

import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is there before a user makes anything: PostgreSQL's own objects, and those of the
 * extensions that are installed. Immutable; there is one instance for each set of extensions,
 * loaded when first asked for (some tens of milliseconds).
 */
final class Builtins {
    private static final Map<Set<String>, Builtins> LOADED = new ConcurrentHashMap<>();

    private final NavigableSet<String> extensions;
    private final List<String> directories;
    private final Map<String, List<Facts>> tables = new ConcurrentHashMap<>();
    private final Map<Integer, Type> types = new ConcurrentHashMap<>();
    private final Map<Integer, Facts.Row> typeRows = new HashMap<>();
    private final Map<String, List<Integer>> typesByName = new HashMap<>();
    private final Map<Integer, Function> functions = new HashMap<>();
    private final Map<String, List<Function>> functionsByName = new HashMap<>();
    private final Map<Integer, Operator> operators = new HashMap<>();
    private final Map<String, List<Operator>> operatorsByName = new HashMap<>();
    private final Map<Long, Cast> casts = new HashMap<>();
    private final Map<Integer, Aggregate> aggregates = new HashMap<>();
    private final List<OperatorClass> operatorClasses = new ArrayList<>();
    private final Map<Integer, OperatorClass> operatorClassesByOid = new HashMap<>();
    private final Map<Integer, List<OperatorClass.Member>> membersByFamily = new HashMap<>();
    private final Map<Integer, List<OperatorClass.Member>> membersByOperator = new HashMap<>();
    private final Map<Integer, List<OperatorClass.Support>> supportByFamily = new HashMap<>();
    private final Map<String, AccessMethod> accessMethods = new HashMap<>();
    private final Map<Integer, Collation> collations = new HashMap<>();
    private final Map<Integer, String> schemas = new HashMap<>();
    private final Map<String, Integer> roles = new HashMap<>();
    private final Map<Integer, String> rangeOfSubtype = new HashMap<>();

    static Builtins core() {
        return of(new TreeSet<>());
    }

    /** With the objects of all extensions, installed or not. */
    static Builtins complete() {
        var all = new TreeSet<String>();
        AvailableExtension.ALL.forEach(extension -> all.add(extension.name()));
        return of(all);
    }

    private static Builtins of(NavigableSet<String> extensions) {
        return LOADED.computeIfAbsent(extensions, wanted -> new Builtins(extensions));
    }

    /** The same with an extension's objects. */
    Builtins with(String extension) {
        var more = new TreeSet<>(extensions);
        more.add(extension);
        return of(more);
    }

    /** The same without them. */
    Builtins without(String extension) {
        var fewer = new TreeSet<>(extensions);
        fewer.remove(extension);
        return of(fewer);
    }

    private Builtins(NavigableSet<String> extensions) {
        this.extensions = extensions;
        directories = new ArrayList<>(List.of("facts"));
        directories.addAll(extensions);
        for (var row : rows("pg_type")) {
            typeRows.put(row.number("oid"), row);
            typesByName
                    .computeIfAbsent(row.text("typname"), name -> new ArrayList<>())
                    .add(row.number("oid"));
        }
        for (var row : rows("pg_authid")) {
            roles.put(row.text("rolname"), row.number("oid"));
        }
        for (var row : rows("pg_proc")) {
            var function = Function.of(row, this::role);
            functions.put(function.oid(), function);
            functionsByName
                    .computeIfAbsent(function.name(), name -> new ArrayList<>())
                    .add(function);
        }
        for (var row : rows("pg_operator")) {
            var operator = Operator.of(row);
            operators.put(operator.oid(), operator);
            operatorsByName
                    .computeIfAbsent(operator.name(), name -> new ArrayList<>())
                    .add(operator);
        }
        for (var row : rows("pg_cast")) {
            var cast = Cast.of(row);
            casts.put(pair(cast.source(), cast.target()), cast);
        }
        for (var row : rows("pg_aggregate")) {
            var aggregate = Aggregate.of(row);
            aggregates.put(aggregate.function(), aggregate);
        }
        for (var row : rows("pg_opclass")) {
            var operatorClass = OperatorClass.of(row);
            operatorClasses.add(operatorClass);
            operatorClassesByOid.put(operatorClass.oid(), operatorClass);
        }
        for (var row : rows("pg_amop")) {
            var member = OperatorClass.Member.of(row);
            membersByFamily
                    .computeIfAbsent(member.family(), family -> new ArrayList<>())
                    .add(member);
            membersByOperator
                    .computeIfAbsent(member.operator(), operator -> new ArrayList<>())
                    .add(member);
        }
        for (var row : rows("pg_amproc")) {
            var support = OperatorClass.Support.of(row);
            supportByFamily
                    .computeIfAbsent(support.family(), family -> new ArrayList<>())
                    .add(support);
        }
        for (var row : rows("pg_am")) {
            var method = AccessMethod.of(row);
            accessMethods.put(method.name(), method);
        }
        for (var row : rows("pg_collation")) {
            var collation = Collation.of(row);
            collations.put(collation.oid(), collation);
        }
        for (var row : rows("pg_namespace")) {
            schemas.put(row.number("oid"), row.text("nspname"));
        }
        for (var row : rows("pg_range")) {
            rangeOfSubtype.put(
                    row.number("rngtypid"),
                    row.text("rngsubtype") + " " + row.text("rngmultitypid"));
        }
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | (right & 0xffff_ffffL);
    }

    /** OID of a role that came with PostgreSQL. */
    int role(String name) {
        return roles.getOrDefault(name, Role.BOOTSTRAP);
    }

    /** The raw facts of a system table. */
    List<Facts> tables(String name) {
        return tables.computeIfAbsent(
                name,
                table ->
                        directories.stream()
                                .map(directory -> Facts.read(directory, table))
                                .toList());
    }

    /** The facts of a system table that an installed extension brought. */
    List<Facts.Row> rows(String name, String extension) {
        int index = directories.indexOf(extension);
        return index < 0 ? List.of() : tables(name).get(index).rows();
    }

    List<Facts.Row> rows(String name) {
        return tables(name).stream().flatMap(facts -> facts.rows().stream()).toList();
    }

    @Nullable Type type(int oid) {
        var known = types.get(oid);
        if (known != null) {
            return known;
        }
        var row = typeRows.get(oid);
        var type = Types.byOid(oid);
        if (type == null && row != null) {
            type = make(row);
        }
        if (type != null) {
            types.put(oid, type);
        }
        return type;
    }

    /**
     * A type that {@code base.type} does not know: rows of system relations, domains of the
     * standard.
     */
    private @Nullable Type make(Facts.Row row) {
        int oid = row.number("oid");
        var schema = schemas.getOrDefault(row.number("typnamespace"), "pg_catalog");
        var name = row.text("typname");
        int array = row.number("typarray");
        return switch (row.letter("typtype")) {
            case 'c' -> {
                var relation = SystemColumns.byRowType(oid);
                var fields = new ArrayList<Type.Field>();
                if (relation != null) {
                    for (var column : relation.columns()) {
                        var type = type(column.type());
                        if (type != null) {
                            fields.add(new Type.Field(column.name(), type, column.typmod()));
                        }
                    }
                }
                yield Type.composite(oid, schema, name, array, fields);
            }
            case 'd' -> {
                var base = type(row.number("typbasetype"));
                yield base == null
                        ? null
                        : Type.domain(oid, schema, name, array, base, row.number("typtypmod"));
            }
            default -> {
                var element = row.number("typelem") == 0 ? null : type(row.number("typelem"));
                yield element == null ? null : Type.array(oid, schema, name, element);
            }
        };
    }

    Facts.@Nullable Row typeRow(int oid) {
        return typeRows.get(oid);
    }

    List<Integer> types(String name) {
        return typesByName.getOrDefault(name, List.of());
    }

    Map<Integer, Function> functions() {
        return functions;
    }

    @Nullable Function function(int oid) {
        return functions.get(oid);
    }

    List<Function> functions(String name) {
        return functionsByName.getOrDefault(name, List.of());
    }

    @Nullable Operator operator(int oid) {
        return operators.get(oid);
    }

    List<Operator> operators(String name) {
        return operatorsByName.getOrDefault(name, List.of());
    }

    @Nullable Cast cast(int source, int target) {
        return casts.get(pair(source, target));
    }

    @Nullable Aggregate aggregate(int function) {
        return aggregates.get(function);
    }

    List<OperatorClass> operatorClasses() {
        return operatorClasses;
    }

    @Nullable OperatorClass operatorClass(int oid) {
        return operatorClassesByOid.get(oid);
    }

    List<OperatorClass.Member> members(int family) {
        return membersByFamily.getOrDefault(family, List.of());
    }

    List<OperatorClass.Member> seats(int operator) {
        return membersByOperator.getOrDefault(operator, List.of());
    }

    List<OperatorClass.Support> support(int family) {
        return supportByFamily.getOrDefault(family, List.of());
    }

    @Nullable AccessMethod accessMethod(String name) {
        return accessMethods.get(name);
    }

    Iterable<AccessMethod> accessMethods() {
        return accessMethods.values();
    }

    @Nullable Collation collation(int oid) {
        return collations.get(oid);
    }

    Iterable<Collation> collations() {
        return collations.values();
    }

    /** Subtype OID of a range type, 0 if it is none. */
    int rangeSubtype(int range) {
        var found = rangeOfSubtype.get(range);
        return found == null ? 0 : Integer.parseInt(found.substring(0, found.indexOf(' ')));
    }

    /** Multirange type OID of a range type, 0 if it is none. */
    int multirange(int range) {
        var found = rangeOfSubtype.get(range);
        return found == null ? 0 : Integer.parseInt(found.substring(found.indexOf(' ') + 1));
    }

    /** Range type OID of a multirange type, 0 if it is none. */
    int rangeOfMultirange(int multirange) {
        for (var entry : rangeOfSubtype.entrySet()) {
            if (multirange(entry.getKey()) == multirange) {
                return entry.getKey();
            }
        }
        return 0;
    }

    /** Range type OID over a subtype, 0 if there is none. */
    int rangeOver(int subtype) {
        for (var entry : rangeOfSubtype.entrySet()) {
            if (rangeSubtype(entry.getKey()) == subtype) {
                return entry.getKey();
            }
        }
        return 0;
    }
}
