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
 * @param parent foreign key: OID of the constraint that it is a part of; else 0. A part is either
 *     of a partition of the referring table, or of the same table and refers to a partition of the
 *     referenced one ({@link #isOfReferencedPartition})
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
        @Nullable String check,
        int parent)
        implements CatalogObject {
    public Constraint {
        columns = List.copyOf(columns);
        referencedColumns = List.copyOf(referencedColumns);
        equalities = List.copyOf(equalities);
        deleteSetColumns = List.copyOf(deleteSetColumns);
    }

    /**
     * Whether it is the part of a foreign key that is about a partition of the referenced table,
     * and so is asked when rows go from there, not when rows are put into the referring table.
     */
    public boolean isOfReferencedPartition(Catalog catalog) {
        return parent != 0
                && catalog.object(parent) instanceof Constraint whole
                && whole.relation == relation;
    }

    /** Whether it is the part of a foreign key that is about a partition of the referring table. */
    public boolean isOfReferringPartition(Catalog catalog) {
        return parent != 0
                && catalog.object(parent) instanceof Constraint whole
                && whole.relation != relation;
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
        if (parent != 0) {
            needs.add(new Dependency(0, parent, 0, 'i'));
        }
        return needs;
    }

    /** The same, to be changed. */
    public Builder toBuilder() {
        return new Builder(this);
    }

    /** A new constraint of a kind. */
    public static Builder builder(char kind, int oid, String name, int schema) {
        return new Builder(kind, oid, name, schema);
    }

    /** Makes constraints. Not thread-safe. */
    public static final class Builder {
        private final char kind;
        private int oid;
        private long version = 1;
        private String name;
        private int schema;
        private int relation;
        private int domain;
        private List<Integer> columns = List.of();
        private int index;
        private int referencedRelation;
        private List<Integer> referencedColumns = List.of();
        private List<Integer> equalities = List.of();
        private char onUpdate = ' ';
        private char onDelete = ' ';
        private char match = ' ';
        private List<Integer> deleteSetColumns = List.of();
        private boolean deferrable;
        private boolean initiallyDeferred;
        private boolean validated = true;
        private boolean noInherit;
        private @Nullable String check;
        private int parent;

        private Builder(char kind, int oid, String name, int schema) {
            this.kind = kind;
            this.oid = oid;
            this.name = name;
            this.schema = schema;
        }

        private Builder(Constraint from) {
            this(from.kind, from.oid, from.name, from.schema);
            version = from.version + 1;
            relation = from.relation;
            domain = from.domain;
            columns = from.columns;
            index = from.index;
            referencedRelation = from.referencedRelation;
            referencedColumns = from.referencedColumns;
            equalities = from.equalities;
            onUpdate = from.onUpdate;
            onDelete = from.onDelete;
            match = from.match;
            deleteSetColumns = from.deleteSetColumns;
            deferrable = from.deferrable;
            initiallyDeferred = from.initiallyDeferred;
            validated = from.validated;
            noInherit = from.noInherit;
            check = from.check;
            parent = from.parent;
        }

        /** Makes it another constraint, in its first version. */
        public Builder oid(int newOid) {
            oid = newOid;
            version = 1;
            return this;
        }

        public Builder name(String newName) {
            name = newName;
            return this;
        }

        public Builder schema(int newSchema) {
            schema = newSchema;
            return this;
        }

        public Builder relation(int table) {
            relation = table;
            return this;
        }

        public Builder domain(int newDomain) {
            domain = newDomain;
            return this;
        }

        public Builder columns(List<Integer> numbers) {
            columns = numbers;
            return this;
        }

        public Builder index(int newIndex) {
            index = newIndex;
            return this;
        }

        /** What a foreign key refers to. */
        public Builder references(int table, List<Integer> numbers, int uniqueIndex) {
            referencedRelation = table;
            referencedColumns = numbers;
            index = uniqueIndex;
            return this;
        }

        public Builder equalities(List<Integer> operators) {
            equalities = operators;
            return this;
        }

        public Builder actions(char update, char delete, List<Integer> setColumns) {
            onUpdate = update;
            onDelete = delete;
            deleteSetColumns = setColumns;
            return this;
        }

        public Builder match(char newMatch) {
            match = newMatch;
            return this;
        }

        public Builder deferral(boolean canBe, boolean atFirst) {
            deferrable = canBe;
            initiallyDeferred = atFirst;
            return this;
        }

        public Builder validated(boolean isValid) {
            validated = isValid;
            return this;
        }

        public Builder noInherit(boolean no) {
            noInherit = no;
            return this;
        }

        public Builder check(@Nullable String condition) {
            check = condition;
            return this;
        }

        public Builder parent(int whole) {
            parent = whole;
            return this;
        }

        public Constraint build() {
            return new Constraint(
                    oid,
                    version,
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
                    check,
                    parent);
        }
    }
}
