package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.sql.catalog.Column;
import dev.quiverdb.sql.catalog.DefaultPrivileges;
import dev.quiverdb.sql.catalog.Relation;
import dev.quiverdb.sql.catalog.UserType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes new relations with the types of their rows. */
final class Relations {
    private Relations() {}

    /** A new relation, not yet put. */
    static Relation make(
            Change change,
            int oid,
            String name,
            int schema,
            char kind,
            char persistence,
            int owner,
            List<Column> columns,
            int rowType,
            int tablet,
            Map<String, String> options,
            Relation.@Nullable Index index,
            Relation.@Nullable Sequence sequence,
            Relation.@Nullable View view,
            boolean populated,
            char onCommit) {
        return new Relation(
                oid,
                1,
                name,
                schema,
                kind,
                persistence,
                owner,
                columns,
                rowType,
                tablet,
                options,
                index,
                sequence,
                view,
                false,
                false,
                populated,
                onCommit,
                kind == 'r' || kind == 'm' ? 'd' : 'n',
                switch (kind) {
                    case 'r', 'v', 'm' ->
                            DefaultPrivileges.of(change.catalog(), 'r', owner, schema);
                    case 'S' -> DefaultPrivileges.of(change.catalog(), 's', owner, schema);
                    default -> null;
                });
    }

    /** The row type of a relation and the array type over it. */
    static void putRowType(Change change, int rowType, String name, int schema, int relation) {
        int array = change.newOid();
        var arrayName = TypeNames.array(change.catalog(), schema, name);
        change.put(type(rowType, name, schema, change.role(), 'c', 0, array, relation));
        change.put(type(array, arrayName, schema, change.role(), 'A', rowType, 0, 0));
    }

    static UserType type(
            int oid,
            String name,
            int schema,
            int owner,
            char form,
            int element,
            int array,
            int relation) {
        return new UserType(
                oid, 1, name, schema, owner, form, element, array, relation, List.of(), 0, -1,
                false, 0, null, null);
    }

    /** 42P07 if the name is taken; false (with a notice) where that is fine. */
    static boolean checkFree(Change change, int schema, String name, boolean ifNotExists) {
        if (change.catalog().relation(schema, name) != null) {
            if (ifNotExists) {
                change.notice(
                        dev.quiverdb.base.error.Severity.NOTICE,
                        SqlState.DUPLICATE_TABLE,
                        "relation \"" + name + "\" already exists, skipping");
                return false;
            }
            throw new SqlException(
                    SqlState.DUPLICATE_TABLE, "relation \"" + name + "\" already exists");
        }
        return true;
    }
}
