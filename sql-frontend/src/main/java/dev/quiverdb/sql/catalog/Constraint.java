package dev.quiverdb.sql.catalog;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A constraint of a table or a domain, pg_constraint.
 *
 * @param kind {@code p} primary key, {@code u} unique, {@code c} check, {@code f} foreign key
 * @param relation OID of the table; 0 for a domain's
 * @param domain OID of the domain; 0 for a table's
 * @param columns column numbers; for a check those it reads
 * @param index OID of the index of a key, or of the referenced key; 0 for a check
 * @param referencedRelation foreign key: OID of the referenced table; else 0
 * @param equalities foreign key: OIDs of the operators {@code referenced = referencing}
 * @param onUpdate {@code a} no action, {@code r} restrict, {@code c} cascade, {@code n} set null,
 *     {@code d} set default; blank for others
 * @param match {@code s} simple, {@code f} full; blank for others
 * @param deleteSetColumns ON DELETE SET NULL (columns)
 * @param check the condition as SQL text with every name qualified; null for others
 */
public record Constraint(
        int oid,
        long version,
        String name,
        int schema,
        char kind,
        int relation,
        int domain,
        List<Integer> columns,
        int index,
        int referencedRelation,
        List<Integer> referencedColumns,
        List<Integer> equalities,
        char onUpdate,
        char onDelete,
        char match,
        List<Integer> deleteSetColumns,
        boolean deferrable,
        boolean initiallyDeferred,
        boolean validated,
        boolean noInherit,
        @Nullable String check)
        implements CatalogObject {
    public Constraint {
        columns = List.copyOf(columns);
        referencedColumns = List.copyOf(referencedColumns);
        equalities = List.copyOf(equalities);
        deleteSetColumns = List.copyOf(deleteSetColumns);
    }

    /** The same constraint over a partition. */
    public Constraint over(int newOid, int table, int newSchema, List<Integer> newColumns) {
        return new Constraint(
                newOid,
                1,
                name,
                newSchema,
                kind,
                table,
                0,
                newColumns,
                index,
                referencedRelation,
                referencedColumns,
                equalities,
                onUpdate,
                onDelete,
                match,
                List.of(),
                deferrable,
                initiallyDeferred,
                validated,
                noInherit,
                check);
    }

    @Override
    public int classId() {
        return CLASS_CONSTRAINT;
    }

    @Override
    public List<Dependency> dependencies() {
        var needs = new ArrayList<Dependency>();
        if (domain != 0) {
            needs.add(new Dependency(0, domain, 0, 'a'));
        }
        if (relation != 0) {
            if (columns.isEmpty()) {
                needs.add(new Dependency(0, relation, 0, 'a'));
            }
            for (int column : columns) {
                needs.add(new Dependency(0, relation, column, 'a'));
            }
        }
        if (kind == 'f') {
            for (int column : referencedColumns) {
                needs.add(new Dependency(0, referencedRelation, column, 'n'));
            }
            needs.add(new Dependency(0, index, 0, 'n'));
        }
        return needs;
    }

    /** The same with other columns of the row changed. */
    public Constraint renamed(String name) {
        return new Constraint(
                oid,
                version + 1,
                name,
                schema,
                kind,
                relation,
                domain,
                columns,
                index,
                referencedRelation,
                referencedColumns,
                equalities,
                onUpdate,
                onDelete,
                match,
                deleteSetColumns,
                deferrable,
                initiallyDeferred,
                validated,
                noInherit,
                check);
    }

    /** The same with another condition, after a column was renamed. */
    public Constraint withCheck(@Nullable String check) {
        return new Constraint(
                oid,
                version + 1,
                name,
                schema,
                kind,
                relation,
                domain,
                columns,
                index,
                referencedRelation,
                referencedColumns,
                equalities,
                onUpdate,
                onDelete,
                match,
                deleteSetColumns,
                deferrable,
                initiallyDeferred,
                validated,
                noInherit,
                check);
    }

    /** The same, validated. */
    public Constraint asValidated() {
        return new Constraint(
                oid,
                version + 1,
                name,
                schema,
                kind,
                relation,
                domain,
                columns,
                index,
                referencedRelation,
                referencedColumns,
                equalities,
                onUpdate,
                onDelete,
                match,
                deleteSetColumns,
                deferrable,
                initiallyDeferred,
                true,
                noInherit,
                check);
    }
}
