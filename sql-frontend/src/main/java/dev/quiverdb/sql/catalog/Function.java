package dev.quiverdb.sql.catalog;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of pg_proc: a function, procedure, aggregate or window function.
 *
 * @param kind {@code f}, {@code p}, {@code a} or {@code w}
 * @param variadicElement type OID of the elements of a VARIADIC parameter; 0 for none
 * @param resultType OID of the result type, of one row where it returns a set
 * @param argumentTypes types of the input arguments
 * @param allArgumentTypes types of all arguments where some are not IN; else empty
 * @param argumentModes {@code i o b v t} for each of {@code allArgumentTypes}; else empty
 * @param argumentNames empty, or one for each of all arguments ("" for none)
 * @param defaults SQL expressions of the last input arguments
 * @param source the key of the implementation, or the body of a user's function
 * @param language OID of the language
 * @param sqlBody the body of a function in standard SQL's form: RETURN or BEGIN ATOMIC ... END
 * @param bodyPath schemas that names in {@code sqlBody} are looked for in, as when it was made
 */
public record Function(
        int oid,
        long version,
        String name,
        int schema,
        int owner,
        int language,
        float cost,
        float rows,
        int variadicElement,
        char kind,
        boolean securityDefiner,
        boolean leakproof,
        boolean strict,
        boolean returnsSet,
        char volatility,
        char parallel,
        int resultType,
        List<Integer> argumentTypes,
        List<Integer> allArgumentTypes,
        List<Character> argumentModes,
        List<String> argumentNames,
        List<String> defaults,
        String source,
        @Nullable String sqlBody,
        List<String> configuration,
        @Nullable String acl,
        List<Integer> bodyPath)
        implements CatalogObject {
    /** pg_language.oid of functions inside the server. */
    public static final int INTERNAL = 12;

    /** pg_language.oid of functions in shared libraries, here pgvector's. */
    public static final int C = 13;

    /** pg_language.oid of SQL functions. */
    public static final int SQL = 14;

    public Function {
        argumentTypes = List.copyOf(argumentTypes);
        allArgumentTypes = List.copyOf(allArgumentTypes);
        argumentModes = List.copyOf(argumentModes);
        argumentNames = List.copyOf(argumentNames);
        defaults = List.copyOf(defaults);
        configuration = List.copyOf(configuration);
        bodyPath = List.copyOf(bodyPath);
    }

    /** Whether its body is statements that the server runs, not a function inside the server. */
    public boolean isRoutine() {
        return language != INTERNAL && language != C && oid >= Catalog.FIRST_USER_OID;
    }

    /** What a function needs: its schema, and the types of its arguments and result. */
    @Override
    public List<Dependency> dependencies() {
        var needs = new ArrayList<Dependency>();
        needs.add(new Dependency(0, schema, 0, 'n'));
        var types = new java.util.LinkedHashSet<>(argumentTypes);
        types.addAll(allArgumentTypes);
        types.add(resultType);
        for (int type : types) {
            if (type >= Catalog.FIRST_USER_OID) {
                needs.add(new Dependency(0, type, 0, 'n'));
            }
        }
        return needs;
    }

    @Override
    public int classId() {
        return CLASS_FUNCTION;
    }

    public boolean isAggregate() {
        return kind == 'a';
    }

    public boolean isWindow() {
        return kind == 'w';
    }

    public boolean isVariadic() {
        return variadicElement != 0;
    }

    /** The name of input argument {@code index}, "" if it has none. */
    public String inputName(int index) {
        if (argumentNames.isEmpty()) {
            return "";
        }
        if (argumentModes.isEmpty()) {
            return index < argumentNames.size() ? argumentNames.get(index) : "";
        }
        int seen = 0;
        for (int i = 0; i < argumentModes.size(); i++) {
            char mode = argumentModes.get(i);
            if (mode == 'i' || mode == 'b' || mode == 'v') {
                if (seen++ == index) {
                    return i < argumentNames.size() ? argumentNames.get(i) : "";
                }
            }
        }
        return "";
    }

    /** As CALL finds it: the OUT arguments of a procedure are written among the others. */
    public Function asCalled() {
        if (kind != 'p' || !argumentModes.contains('o')) {
            return this;
        }
        return new Function(
                oid,
                version,
                name,
                schema,
                owner,
                language,
                cost,
                rows,
                variadicElement,
                kind,
                securityDefiner,
                leakproof,
                strict,
                returnsSet,
                volatility,
                parallel,
                resultType,
                allArgumentTypes,
                allArgumentTypes,
                argumentModes.stream().map(mode -> mode == 'o' ? 'i' : mode).toList(),
                argumentNames,
                defaults,
                source,
                sqlBody,
                configuration,
                acl,
                bodyPath);
    }

    /** The next version, with what ALTER may change. */
    public Function with(
            String newName,
            int newSchema,
            int newOwner,
            char newVolatility,
            boolean newStrict,
            boolean newSecurityDefiner,
            boolean newLeakproof,
            char newParallel,
            float newCost,
            float newRows,
            List<String> newConfiguration) {
        return new Function(
                oid,
                version + 1,
                newName,
                newSchema,
                newOwner,
                language,
                newCost,
                newRows,
                variadicElement,
                kind,
                newSecurityDefiner,
                newLeakproof,
                newStrict,
                returnsSet,
                newVolatility,
                newParallel,
                resultType,
                argumentTypes,
                allArgumentTypes,
                argumentModes,
                argumentNames,
                defaults,
                source,
                sqlBody,
                newConfiguration,
                AccessControl.withOwner(acl, owner, newOwner),
                bodyPath);
    }

    static Function of(Facts.Row row, java.util.function.ToIntFunction<String> role) {
        var modes =
                Facts.words(row.text("proargmodes")).stream().map(mode -> mode.charAt(0)).toList();
        var defaults = row.get("proargdefaults");
        return new Function(
                row.number("oid"),
                1,
                row.text("proname"),
                row.number("pronamespace"),
                row.number("proowner"),
                row.number("prolang"),
                Float.parseFloat(row.text("procost")),
                Float.parseFloat(row.text("prorows")),
                row.number("provariadic"),
                row.letter("prokind"),
                row.flag("prosecdef"),
                row.flag("proleakproof"),
                row.flag("proisstrict"),
                row.flag("proretset"),
                row.letter("provolatile"),
                row.letter("proparallel"),
                row.number("prorettype"),
                row.oids("proargtypes"),
                row.oids("proallargtypes"),
                modes,
                Facts.words(row.text("proargnames")),
                defaults == null ? List.of() : List.of(defaults.split("¦", -1)),
                row.text("prosrc"),
                null,
                List.of(),
                AccessControl.builtin(row.get("proacl"), role),
                List.of());
    }

    /** The next version, with other privileges. */
    public Function withAcl(@Nullable String newAcl) {
        return new Function(
                oid,
                version + 1,
                name,
                schema,
                owner,
                language,
                cost,
                rows,
                variadicElement,
                kind,
                securityDefiner,
                leakproof,
                strict,
                returnsSet,
                volatility,
                parallel,
                resultType,
                argumentTypes,
                allArgumentTypes,
                argumentModes,
                argumentNames,
                defaults,
                source,
                sqlBody,
                configuration,
                newAcl,
                bodyPath);
    }
}
