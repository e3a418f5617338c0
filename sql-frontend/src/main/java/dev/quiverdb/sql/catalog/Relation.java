package dev.quiverdb.sql.catalog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What pg_class lists: tables, views, materialized views, sequences, indexes and composite types.
 * System relations have one too, without tablet.
 *
 * @param kind {@code r} table, {@code v} view, {@code m} materialized view, {@code S} sequence,
 *     {@code i} index, {@code c} composite type
 * @param persistence {@code p} permanent, {@code u} unlogged, {@code t} temporary
 * @param columns all columns ever made, dropped ones too; position is number - 1
 * @param rowType OID of the row type; 0 for indexes and sequences
 * @param tablet storage's tablet with the rows; 0 for none
 * @param options WITH (name = value), in the order in which they were given
 * @param index what an index adds; null for others
 * @param sequence what a sequence adds; null for others
 * @param view what a view or materialized view adds; null for others
 * @param populated false for a materialized view WITH NO DATA
 * @param parents OIDs of the tables that it inherits from or is a partition of; for an index, of
 *     the partitioned table's index that it belongs to
 * @param partitionKey how a partitioned table parts its rows; null for others
 * @param bound which rows a partition has; null for others
 * @param onCommit what COMMIT does to a temporary table: {@code p} preserve, {@code d} delete rows,
 *     {@code x} drop
 */
public record Relation(
        int oid,
        long version,
        String name,
        int schema,
        char kind,
        char persistence,
        int owner,
        List<Column> columns,
        int rowType,
        int tablet,
        Map<String, String> options,
        @Nullable Index index,
        @Nullable Sequence sequence,
        @Nullable View view,
        boolean rowSecurity,
        boolean forceRowSecurity,
        boolean populated,
        char onCommit,
        char replicaIdentity,
        @Nullable String acl,
        List<Integer> parents,
        @Nullable PartitionKey partitionKey,
        @Nullable PartitionBound bound)
        implements CatalogObject {
    /** A relation that inherits from nothing. */
    public Relation(
            int oid,
            long version,
            String name,
            int schema,
            char kind,
            char persistence,
            int owner,
            List<Column> columns,
            int rowType,
            int tablet,
            Map<String, String> options,
            @Nullable Index index,
            @Nullable Sequence sequence,
            @Nullable View view,
            boolean rowSecurity,
            boolean forceRowSecurity,
            boolean populated,
            char onCommit,
            char replicaIdentity,
            @Nullable String acl) {
        this(
                oid,
                version,
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
                rowSecurity,
                forceRowSecurity,
                populated,
                onCommit,
                replicaIdentity,
                acl,
                List.of(),
                null,
                null);
    }

    /**
     * How a partitioned table parts its rows. Such a table has a tablet like any other, but no row
     * is ever put into it.
     *
     * @param strategy {@code l} list, {@code r} range, {@code h} hash
     */
    public record PartitionKey(char strategy, List<PartitionColumn> columns) {
        public PartitionKey {
            columns = List.copyOf(columns);
        }
    }

    /**
     * A column of a partition key.
     *
     * @param column number; 0 for an expression
     * @param expression SQL text with every name qualified; null for a column
     */
    public record PartitionColumn(
            int column, @Nullable String expression, int type, int collation) {}

    /**
     * Which rows belong to a partition.
     *
     * @param strategy of its parent; {@code d} for the default partition
     * @param values of a list, or the lower bound of a range
     * @param upper the upper bound of a range
     * @param modulus of a hash partition
     */
    public record PartitionBound(
            char strategy,
            List<PartitionDatum> values,
            List<PartitionDatum> upper,
            int modulus,
            int remainder) {
        public PartitionBound {
            values = List.copyOf(values);
            upper = List.copyOf(upper);
        }

        public boolean isDefault() {
            return strategy == 'd';
        }
    }

    /**
     * A value of a bound.
     *
     * @param kind {@code v} value, {@code n} NULL, {@code -} MINVALUE, {@code +} MAXVALUE
     * @param text of the value in the key column's type
     */
    public record PartitionDatum(char kind, @Nullable String text) {}

    /** Whether its rows lie in partitions. */
    public boolean isPartitioned() {
        return partitionKey != null;
    }

    public boolean isPartition() {
        return bound != null;
    }

    /**
     * A key or included column of an index.
     *
     * @param column column number; 0 for an expression
     * @param expression SQL text with every name qualified; null for a column
     * @param hidden number of the hidden tablet column that holds the expression's value; else 0
     */
    public record Key(
            int column,
            @Nullable String expression,
            int hidden,
            int operatorClass,
            int collation,
            boolean descending,
            boolean nullsFirst) {}

    /**
     * The index part, pg_index.
     *
     * @param relation OID of the table
     * @param method name of the access method
     * @param keys key columns, then included ones
     * @param keyCount how many of them are keys
     * @param predicate WHERE as SQL text with every name qualified; null for none
     * @param predicateColumn number of the hidden bool tablet column that says membership; 0 for
     *     none
     * @param valid false while being built and after a failed concurrent build
     */
    public record Index(
            int relation,
            String method,
            List<Key> keys,
            int keyCount,
            boolean unique,
            boolean primary,
            boolean nullsNotDistinct,
            @Nullable String predicate,
            int predicateColumn,
            boolean valid,
            boolean clustered) {
        public Index {
            keys = List.copyOf(keys);
        }
    }

    /**
     * The sequence part, pg_sequence.
     *
     * @param type OID of int2, int4 or int8
     * @param ownedRelation OID of the table whose column owns it; 0 for none
     * @param ownership {@code a} serial or OWNED BY, {@code i} identity
     */
    public record Sequence(
            int type,
            long start,
            long increment,
            long minimum,
            long maximum,
            long cache,
            boolean cycle,
            int ownedRelation,
            int ownedColumn,
            char ownership) {}

    /**
     * The view part.
     *
     * @param query SELECT as SQL text
     * @param searchPath OIDs of the schemas in which its names are found
     * @param references what it reads: (OID, column number or 0)
     * @param check WITH CHECK OPTION: {@code l} local, {@code c} cascaded, {@code n} none
     */
    public record View(
            String query, List<Integer> searchPath, List<Reference> references, char check) {
        public View {
            searchPath = List.copyOf(searchPath);
            references = List.copyOf(references);
        }
    }

    /** Something that a view reads. */
    public record Reference(int oid, int column) {}

    public Relation {
        columns = List.copyOf(columns);
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
        parents = List.copyOf(parents);
    }

    @Override
    public int classId() {
        return CLASS_RELATION;
    }

    public boolean isTable() {
        return kind == 'r';
    }

    public boolean isTemporary() {
        return persistence == 't';
    }

    /** Whether rows can be read from it. */
    public boolean isReadable() {
        return kind == 'r' || kind == 'v' || kind == 'm' || kind == 'S';
    }

    /** Columns that are not dropped. */
    public List<Column> liveColumns() {
        return columns.stream().filter(column -> !column.dropped()).toList();
    }

    public @Nullable Column column(String name) {
        for (var column : columns) {
            if (!column.dropped() && column.name().equals(name)) {
                return column;
            }
        }
        return null;
    }

    public Column column(int number) {
        return columns.get(number - 1);
    }

    /** Options as {@code name=value}. */
    public List<String> optionTexts() {
        return options.entrySet().stream().map(o -> o.getKey() + "=" + o.getValue()).toList();
    }

    @Override
    public List<Dependency> dependencies() {
        var needs = new ArrayList<Dependency>();
        if ((index == null && rowType != 0) || sequence != null) {
            needs.add(new Dependency(0, schema, 0, 'n'));
        }
        if (index != null) {
            boolean whole = true;
            for (var key : index.keys()) {
                if (key.column() != 0) {
                    whole = false;
                    needs.add(new Dependency(0, index.relation(), key.column(), 'a'));
                }
            }
            if (whole) {
                needs.add(new Dependency(0, index.relation(), 0, 'a'));
            }
        }
        for (int parent : parents) {
            needs.add(new Dependency(0, parent, 0, bound != null || index != null ? 'a' : 'n'));
        }
        if (sequence != null && sequence.ownedRelation() != 0) {
            needs.add(
                    new Dependency(
                            0,
                            sequence.ownedRelation(),
                            sequence.ownedColumn(),
                            sequence.ownership()));
        }
        if (view != null) {
            for (var reference : view.references()) {
                needs.add(new Dependency(0, reference.oid(), reference.column(), 'n'));
            }
        }
        for (var column : columns) {
            if (column.type() >= Catalog.FIRST_USER_OID) {
                needs.add(new Dependency(column.number(), column.type(), 0, 'n'));
            }
        }
        return needs;
    }

    public Builder toBuilder() {
        return new Builder(this);
    }

    /** Makes changed copies; the version of the copy is one higher. */
    public static final class Builder {
        private final Relation old;
        private String name;
        private int schema;
        private int owner;
        private char persistence;
        private List<Column> columns;
        private int tablet;
        private Map<String, String> options;
        private @Nullable Index index;
        private @Nullable Sequence sequence;
        private @Nullable View view;
        private boolean rowSecurity;
        private boolean forceRowSecurity;
        private boolean populated;
        private char replicaIdentity;
        private @Nullable String acl;
        private List<Integer> parents;
        private @Nullable PartitionKey partitionKey;
        private @Nullable PartitionBound bound;

        private Builder(Relation old) {
            this.old = old;
            name = old.name;
            schema = old.schema;
            owner = old.owner;
            persistence = old.persistence;
            columns = old.columns;
            tablet = old.tablet;
            options = old.options;
            index = old.index;
            sequence = old.sequence;
            view = old.view;
            rowSecurity = old.rowSecurity;
            forceRowSecurity = old.forceRowSecurity;
            populated = old.populated;
            replicaIdentity = old.replicaIdentity;
            acl = old.acl;
            parents = old.parents;
            partitionKey = old.partitionKey;
            bound = old.bound;
        }

        public Builder parents(List<Integer> parents) {
            this.parents = parents;
            return this;
        }

        public Builder partitionKey(@Nullable PartitionKey partitionKey) {
            this.partitionKey = partitionKey;
            return this;
        }

        public Builder bound(@Nullable PartitionBound bound) {
            this.bound = bound;
            return this;
        }

        public Builder name(String name) {
            this.name = name;
            return this;
        }

        public Builder schema(int schema) {
            this.schema = schema;
            return this;
        }

        public Builder owner(int owner) {
            this.owner = owner;
            return this;
        }

        public Builder persistence(char persistence) {
            this.persistence = persistence;
            return this;
        }

        public Builder columns(List<Column> columns) {
            this.columns = columns;
            return this;
        }

        /** Replaces the column of the same number, or appends it. */
        public Builder column(Column column) {
            var copy = new ArrayList<>(columns);
            if (column.number() <= copy.size()) {
                copy.set(column.number() - 1, column);
            } else {
                copy.add(column);
            }
            columns = copy;
            return this;
        }

        public Builder tablet(int tablet) {
            this.tablet = tablet;
            return this;
        }

        public Builder options(Map<String, String> options) {
            this.options = options;
            return this;
        }

        public Builder index(Index index) {
            this.index = index;
            return this;
        }

        public Builder sequence(Sequence sequence) {
            this.sequence = sequence;
            return this;
        }

        public Builder view(View view) {
            this.view = view;
            return this;
        }

        public Builder rowSecurity(boolean rowSecurity) {
            this.rowSecurity = rowSecurity;
            return this;
        }

        public Builder forceRowSecurity(boolean forceRowSecurity) {
            this.forceRowSecurity = forceRowSecurity;
            return this;
        }

        public Builder populated(boolean populated) {
            this.populated = populated;
            return this;
        }

        public Builder replicaIdentity(char replicaIdentity) {
            this.replicaIdentity = replicaIdentity;
            return this;
        }

        public Builder acl(@Nullable String acl) {
            this.acl = acl;
            return this;
        }

        public Relation build() {
            return new Relation(
                    old.oid,
                    old.version + 1,
                    name,
                    schema,
                    old.kind,
                    persistence,
                    owner,
                    columns,
                    old.rowType,
                    tablet,
                    options,
                    index,
                    sequence,
                    view,
                    rowSecurity,
                    forceRowSecurity,
                    populated,
                    old.onCommit,
                    replicaIdentity,
                    acl,
                    parents,
                    partitionKey,
                    bound);
        }
    }
}
