package dev.quiverdb.server.catalog;

import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogNames;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Database;
import dev.quiverdb.sql.catalog.Extension;
import dev.quiverdb.sql.catalog.Function;
import dev.quiverdb.sql.catalog.Policy;
import dev.quiverdb.sql.catalog.Quoting;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.SearchPath;
import org.jspecify.annotations.Nullable;

/**
 * What objects are called in sentences and in addresses: pg_describe_object, pg_identify_object.
 */
final class ObjectNames {
    private static final int CLASS_DEFAULT = 2604;
    private static final int CLASS_RULE = 2618;

    /** Names all schemas but pg_catalog. */
    private static final SearchPath NOTHING = new SearchPath(java.util.List.of(), 0, 0);

    private final Catalog catalog;
    private final CatalogNames names;
    private final CatalogNames qualified;
    private final SearchPath path;

    ObjectNames(Catalog catalog, SearchPath path) {
        this.catalog = catalog;
        this.path = path;
        names = new CatalogNames(catalog, path);
        qualified = new CatalogNames(catalog, NOTHING);
    }

    private static String kind(Relation relation) {
        return switch (relation.kind()) {
            case 'r' -> "table";
            case 'i' -> "index";
            case 'S' -> "sequence";
            case 'v' -> "view";
            case 'm' -> "materialized view";
            default -> "composite type";
        };
    }

    private String name(Relation relation) {
        var seen = path.relation(catalog, relation.name());
        return seen != null && seen.oid() == relation.oid()
                ? Quoting.identifier(relation.name())
                : Quoting.qualified(catalog.schemaName(relation.schema()), relation.name());
    }

    /** pg_describe_object; null if there is no such object. */
    @Nullable String describe(int classId, int oid, int subId) {
        return switch (classId) {
            case CatalogObject.CLASS_RELATION -> {
                var relation = catalog.relation(oid);
                if (relation == null) {
                    var index = SystemIndexes.find(catalog, oid);
                    yield index == null ? null : "index " + index.text("relname");
                }
                var whole = kind(relation) + " " + name(relation);
                yield subId > 0 && subId <= relation.columns().size()
                        ? "column " + relation.column(subId).name() + " of " + whole
                        : whole;
            }
            case CatalogObject.CLASS_FUNCTION -> {
                var function = catalog.function(oid);
                yield function == null ? null : "function " + signature(function, names);
            }
            case CatalogObject.CLASS_TYPE -> {
                var type = catalog.typeOrNull(oid);
                yield type == null ? null : "type " + names.typeName(type);
            }
            case CLASS_RULE -> {
                var view = catalog.relation(SystemOids.viewOfRule(oid));
                yield view == null ? null : "rule _RETURN on " + kind(view) + " " + name(view);
            }
            case CLASS_DEFAULT -> describeDefault(oid);
            default -> describe(catalog.object(oid), classId);
        };
    }

    private @Nullable String describeDefault(int oid) {
        for (var relation : catalog.objects(Relation.class)) {
            for (var column : relation.columns()) {
                if (column.defaultSql() != null
                        && SystemOids.columnDefault(relation, column.number()) == oid) {
                    return "default value for column "
                            + column.name()
                            + " of "
                            + kind(relation)
                            + " "
                            + name(relation);
                }
            }
        }
        return null;
    }

    private @Nullable String describe(@Nullable CatalogObject object, int classId) {
        if (object == null || object.classId() != classId) {
            return null;
        }
        return switch (object) {
            case Constraint constraint -> {
                var table = catalog.relation(constraint.relation());
                yield "constraint "
                        + constraint.name()
                        + (table == null ? "" : " on " + kind(table) + " " + name(table));
            }
            case dev.quiverdb.sql.catalog.Schema schema -> "schema " + schema.name();
            case dev.quiverdb.sql.catalog.Role role -> "role " + role.name();
            case Database database -> "database " + database.name();
            case Extension extension -> "extension " + extension.name();
            case Policy policy -> {
                var table = catalog.relation(policy.relation());
                yield "policy "
                        + policy.name()
                        + (table == null ? "" : " on " + kind(table) + " " + name(table));
            }
            default -> null;
        };
    }

    private String signature(Function function, CatalogNames how) {
        return how.name(
                dev.quiverdb.base.type.Types.get(dev.quiverdb.base.type.Oids.REGPROCEDURE),
                Integer.toUnsignedLong(function.oid()));
    }

    /**
     * pg_identify_object: type, schema, name and identity; the last three may be null. Null if
     * there is no such object.
     */
    @Nullable String @Nullable [] identify(int classId, int oid, int subId) {
        if (classId == CatalogObject.CLASS_RELATION) {
            var relation = catalog.relation(oid);
            if (relation == null) {
                return null;
            }
            var schema = catalog.schemaName(relation.schema());
            var identity = Quoting.qualified(schema, relation.name());
            return subId > 0 && subId <= relation.columns().size()
                    ? new @Nullable String[] {
                        kind(relation) + " column",
                        Quoting.identifier(schema),
                        Quoting.identifier(relation.name()),
                        identity + "." + Quoting.identifier(relation.column(subId).name())
                    }
                    : new @Nullable String[] {
                        kind(relation),
                        Quoting.identifier(schema),
                        Quoting.identifier(relation.name()),
                        identity
                    };
        }
        if (classId == CatalogObject.CLASS_FUNCTION) {
            var function = catalog.function(oid);
            return function == null
                    ? null
                    : new @Nullable String[] {
                        switch (function.kind()) {
                            case 'a' -> "aggregate";
                            case 'p' -> "procedure";
                            default -> "function";
                        },
                        Quoting.identifier(catalog.schemaName(function.schema())),
                        null,
                        signature(function, qualified)
                    };
        }
        if (classId == CatalogObject.CLASS_TYPE) {
            var type = catalog.typeOrNull(oid);
            if (type == null) {
                return null;
            }
            var identity =
                    catalog.schemaOfType(oid) == dev.quiverdb.sql.catalog.Schema.PG_CATALOG
                            ? names.typeName(type)
                            : qualified.typeName(type);
            return new @Nullable String[] {
                "type",
                Quoting.identifier(catalog.schemaName(catalog.schemaOfType(oid))),
                identity.substring(identity.indexOf('.') + 1),
                identity
            };
        }
        var object = catalog.object(oid);
        if (object == null || object.classId() != classId) {
            return null;
        }
        var name = Quoting.identifier(object.name());
        return switch (object) {
            case Constraint constraint -> {
                var table = catalog.relation(constraint.relation());
                yield new @Nullable String[] {
                    table == null ? "domain constraint" : "table constraint",
                    Quoting.identifier(catalog.schemaName(constraint.schema())),
                    null,
                    name
                            + (table == null
                                    ? ""
                                    : " on "
                                            + Quoting.qualified(
                                                    catalog.schemaName(table.schema()),
                                                    table.name()))
                };
            }
            case Policy policy -> {
                var table = catalog.relation(policy.relation());
                yield new @Nullable String[] {
                    "policy",
                    null,
                    null,
                    name
                            + (table == null
                                    ? ""
                                    : " on "
                                            + Quoting.qualified(
                                                    catalog.schemaName(table.schema()),
                                                    table.name()))
                };
            }
            case dev.quiverdb.sql.catalog.Schema ignored ->
                    new @Nullable String[] {"schema", null, name, name};
            case dev.quiverdb.sql.catalog.Role ignored ->
                    new @Nullable String[] {"role", null, name, name};
            case Database ignored -> new @Nullable String[] {"database", null, name, name};
            case Extension ignored -> new @Nullable String[] {"extension", null, name, name};
            default -> null;
        };
    }
}
