package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.UserType;
import dev.quiverdb.sql.parse.ObjectDdl;
import dev.quiverdb.sql.parse.ObjectType;
import dev.quiverdb.sql.parse.RangeVar;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/** ALTER ... RENAME, OWNER TO and SET SCHEMA. */
final class Renames {
    private final Change change;

    Renames(Change change) {
        this.change = change;
    }

    DdlResult rename(ObjectDdl.Rename rename) {
        var variable = rename.relation();
        if (variable != null) {
            return relation(rename, variable);
        }
        var object = rename.object();
        if (object == null) {
            throw SqlException.internal("RENAME of nothing");
        }
        var parts = object.name();
        var before = change.catalog();
        var tag = "ALTER " + Drops.word(rename.type()).toUpperCase(java.util.Locale.ROOT);
        switch (rename.type()) {
            case SCHEMA -> {
                var schema = change.schema(parts.getLast(), object.offset());
                new Owners(change).require(schema);
                new Owners(change).requireCreateInDatabase(change.role());
                if (change.catalog().schema(rename.newName()) != null) {
                    throw new SqlException(
                            SqlState.DUPLICATE_SCHEMA,
                            "schema \"" + rename.newName() + "\" already exists");
                }
                change.put(schema.with(rename.newName(), schema.owner(), schema.acl()));
            }
            case TYPE, DOMAIN -> {
                var user = new TypeCommands(change).userType(object.name());
                new Owners(change).require(user);
                type(user, rename.newName());
            }
            case ROLE -> {
                var role = change.catalog().role(parts.getLast());
                if (role == null) {
                    throw new SqlException(
                            SqlState.UNDEFINED_OBJECT,
                            "role \"" + parts.getLast() + "\" does not exist");
                }
                new RoleCommands(change).rename(role, rename.newName());
            }
            case FUNCTION, PROCEDURE, ROUTINE -> {
                var old = new Drops(change).routine(rename.type(), object);
                new FunctionCommands(change).move(old, rename.newName(), old.schema(), old.owner());
            }
            default -> throw SqlException.notSupported(tag + " RENAME is not supported");
        }
        if (rename.type() != ObjectType.ROLE) {
            change.rewriteViews(before, 0);
        }
        return change.result(tag);
    }

    private void type(UserType user, String name) {
        TypeNames.claim(change, user.schema(), name);
        change.put(user.with(name, user.schema(), user.owner(), user.acl()));
        renameArray(user, name);
    }

    /** Names a type's array type after it. */
    private void renameArray(UserType type, String name) {
        var array = change.catalog().userType(type.array());
        if (array != null) {
            change.put(
                    array.with(
                            TypeNames.array(change.catalog(), type.schema(), name),
                            array.schema(),
                            array.owner(),
                            array.acl()));
        }
    }

    private DdlResult relation(ObjectDdl.Rename rename, RangeVar variable) {
        var kind = rename.relationType() == null ? rename.type() : rename.relationType();
        var tag =
                "ALTER "
                        + Drops.word(kind == null ? ObjectType.TABLE : kind)
                                .toUpperCase(java.util.Locale.ROOT);
        var found = change.relationOrNull(variable);
        if (found == null && rename.missingOk()) {
            change.notice("relation \"" + variable.name() + "\" does not exist, skipping");
            return change.result(tag);
        }
        var relation = change.relation(variable);
        change.requireOwner(relation);
        if (rename.subName() == null) {
            new Owners(change).requireCreate(relation.schema(), change.role());
        }
        change.lock(relation.oid());
        var part = rename.subName();
        var before = change.catalog();
        switch (rename.type()) {
            case COLUMN, ATTRIBUTE -> {
                var family = change.catalog().family(relation);
                if (!variable.inherit() && family.size() > 1) {
                    throw new SqlException(
                            SqlState.INVALID_TABLE_DEFINITION,
                            "inherited column \""
                                    + part
                                    + "\" must be renamed in child tables too");
                }
                for (var member : family) {
                    change.lock(member.oid());
                    column(member, part, rename.newName());
                    change.rewriteViews(before, member.oid());
                }
                return change.result(tag);
            }
            case TABLE_CONSTRAINT -> constraint(relation, part, rename.newName());
            case POLICY -> throw SqlException.notSupported("renaming a policy is not supported");
            default -> whole(relation, rename.newName());
        }
        change.rewriteViews(before, relation.oid());
        return change.result(tag);
    }

    private void whole(Relation relation, String name) {
        Relations.checkFree(change, relation.schema(), name, false);
        change.put(relation.toBuilder().name(name).build());
        var row = change.catalog().userType(relation.rowType());
        if (row != null) {
            type(row, name);
        }
        if (relation.index() != null) {
            var constraint = change.catalog().constraintOfIndex(relation);
            if (constraint != null) {
                change.put(constraint.toBuilder().name(name).build());
            }
        }
    }

    private void constraint(Relation relation, @Nullable String old, String name) {
        Constraint found = null;
        for (var constraint : change.catalog().constraints(relation.oid())) {
            if (constraint.name().equals(name)) {
                throw new SqlException(
                        SqlState.DUPLICATE_OBJECT,
                        "constraint \""
                                + name
                                + "\" for relation \""
                                + relation.name()
                                + "\" already exists");
            }
            if (constraint.name().equals(old)) {
                found = constraint;
            }
        }
        if (found == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_OBJECT,
                    "constraint \""
                            + old
                            + "\" for table \""
                            + relation.name()
                            + "\" does not exist");
        }
        change.put(found.toBuilder().name(name).build());
        var index = found.kind() == 'f' ? null : change.catalog().relation(found.index());
        if (index != null) {
            change.put(index.toBuilder().name(name).build());
        }
    }

    /** A column takes another name; stored expressions that read it are written anew. */
    private void column(Relation before, @Nullable String old, String name) {
        var column = old == null ? null : before.column(old);
        if (column == null) {
            throw new SqlException(
                    SqlState.UNDEFINED_COLUMN, "column \"" + old + "\" does not exist");
        }
        if (before.column(name) != null) {
            throw new SqlException(
                    SqlState.DUPLICATE_COLUMN,
                    "column \"" + name + "\" of relation \"" + before.name() + "\" already exists");
        }
        var expressions = change.expressions();
        var after = before.toBuilder().column(column.withName(name)).build();
        var builder = after.toBuilder();
        for (var each : after.columns()) {
            var sql = each.defaultSql();
            if (each.isGenerated() && sql != null) {
                builder.column(each.withDefault(expressions.renamed(sql, before, after)));
            }
        }
        var changed = builder.build();
        for (var constraint : change.catalog().constraints(before.oid())) {
            var check = constraint.check();
            if (check != null) {
                change.put(
                        constraint.toBuilder()
                                .check(expressions.renamed(check, before, after))
                                .build());
            }
        }
        for (var index : change.catalog().indexes(before.oid())) {
            renameIn(index, before, after, column.number(), name);
        }
        change.put(changed);
    }

    private void renameIn(
            Relation index, Relation before, Relation after, int number, String name) {
        var part = index.index();
        if (part == null) {
            return;
        }
        var keys = new ArrayList<Relation.Key>();
        var columns = new ArrayList<>(index.columns());
        for (int i = 0; i < part.keys().size(); i++) {
            var key = part.keys().get(i);
            var expression = key.expression();
            if (expression != null) {
                keys.add(
                        new Relation.Key(
                                0,
                                change.expressions().renamed(expression, before, after),
                                key.hidden(),
                                key.operatorClass(),
                                key.collation(),
                                key.descending(),
                                key.nullsFirst()));
            } else {
                if (key.column() == number) {
                    columns.set(i, columns.get(i).withName(name));
                }
                keys.add(key);
            }
        }
        var predicate = part.predicate();
        change.put(
                index.toBuilder()
                        .columns(columns)
                        .index(
                                new Relation.Index(
                                        part.relation(),
                                        part.method(),
                                        keys,
                                        part.keyCount(),
                                        part.unique(),
                                        part.primary(),
                                        part.nullsNotDistinct(),
                                        predicate == null
                                                ? null
                                                : change.expressions()
                                                        .renamed(predicate, before, after),
                                        part.predicateColumn(),
                                        part.valid(),
                                        part.clustered()))
                        .build());
    }

    DdlResult owner(ObjectDdl.AlterOwner alter) {
        var object = alter.object();
        int owner = DdlBinder.role(alter.newOwner(), change).oid();
        var owners = new Owners(change);
        var tag = "ALTER " + Drops.word(object.type()).toUpperCase(java.util.Locale.ROOT);
        switch (object.type()) {
            case SCHEMA -> {
                var schema = change.schema(object.name().getLast(), object.offset());
                if (schema.owner() != owner) {
                    owners.requireHandOver(schema, owner, 0);
                    owners.requireCreateInDatabase(change.role());
                    owners.give(schema, owner);
                }
            }
            case DATABASE -> {
                var database = change.catalog().database(object.name().getLast());
                if (database == null) {
                    throw new SqlException(
                            SqlState.INVALID_CATALOG_NAME,
                            "database \"" + object.name().getLast() + "\" does not exist");
                }
                if (database.owner() != owner) {
                    owners.requireHandOver(database, owner, 0);
                    owners.give(database, owner);
                }
            }
            case TYPE, DOMAIN -> {
                var user = new TypeCommands(change).userType(object.name());
                var row = change.catalog().relation(user.relation());
                if (row != null && row.kind() != 'c') {
                    throw new SqlException(
                                    SqlState.WRONG_OBJECT_TYPE,
                                    user.name() + " is a table's row type")
                            .withHint("Use ALTER TABLE instead.");
                }
                if (user.owner() != owner) {
                    owners.requireHandOver(user, owner, user.schema());
                    owners.give(row == null ? user : row, owner);
                }
            }
            case FUNCTION, PROCEDURE, ROUTINE, AGGREGATE -> {
                var function = new Drops(change).routine(object.type(), object);
                if (function.owner() != owner) {
                    owners.requireHandOver(function, owner, function.schema());
                    owners.give(function, owner);
                }
            }
            default -> throw SqlException.notSupported(tag + " OWNER TO is not supported");
        }
        return change.result(tag);
    }

    /** A type and its array type in another schema. */
    private void placed(UserType type, int schema) {
        change.put(type.with(type.name(), schema, type.owner(), type.acl()));
        var array = change.catalog().userType(type.array());
        if (array != null) {
            change.put(array.with(array.name(), schema, array.owner(), array.acl()));
        }
    }

    DdlResult schema(ObjectDdl.AlterSchema alter) {
        var tag = "ALTER " + Drops.word(alter.type()).toUpperCase(java.util.Locale.ROOT);
        var variable = alter.relation();
        int schema = change.schema(alter.newSchema(), alter.offset()).oid();
        new Owners(change).requireCreate(schema, change.role());
        var object = alter.object();
        if (variable == null) {
            if (object != null
                    && (alter.type() == ObjectType.TYPE || alter.type() == ObjectType.DOMAIN)) {
                var user = new TypeCommands(change).userType(object.name());
                var before = change.catalog();
                new Owners(change).require(user);
                placed(user, schema);
                change.rewriteViews(before, 0);
                return change.result(tag);
            }
            throw SqlException.notSupported(tag + " SET SCHEMA is not supported");
        }
        if (change.relationOrNull(variable) == null && alter.missingOk()) {
            change.notice("relation \"" + variable.name() + "\" does not exist, skipping");
            return change.result(tag);
        }
        var relation = change.relation(variable);
        var before = change.catalog();
        change.requireOwner(relation);
        change.lock(relation.oid());
        Relations.checkFree(change, schema, relation.name(), false);
        change.put(relation.toBuilder().schema(schema).build());
        for (var index : change.catalog().indexes(relation.oid())) {
            change.put(index.toBuilder().schema(schema).build());
        }
        for (var sequence : change.catalog().ownedSequences(relation.oid())) {
            change.put(sequence.toBuilder().schema(schema).build());
        }
        var row = change.catalog().userType(relation.rowType());
        if (row != null) {
            change.put(row.with(row.name(), schema, row.owner(), row.acl()));
            var array = change.catalog().userType(row.array());
            if (array != null) {
                change.put(array.with(array.name(), schema, array.owner(), array.acl()));
            }
        }
        change.rewriteViews(before, relation.oid());
        return change.result(tag);
    }
}
