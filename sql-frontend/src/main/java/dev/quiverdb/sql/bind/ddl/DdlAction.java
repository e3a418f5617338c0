package dev.quiverdb.sql.bind.ddl;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Constraint;
import dev.quiverdb.sql.catalog.Relation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a DDL statement does. The actions of a statement are done in order, all in one
 * transaction; those on the catalog are already in {@link DdlResult#after}.
 */
public sealed interface DdlAction {
    /** The object is stored, in place of the one with the same OID. */
    record Put(CatalogObject object) implements DdlAction {}

    /** The object is gone. */
    record Remove(CatalogObject object) implements DdlAction {}

    /**
     * Empty storage for a table or materialized view; its indexes follow as {@link CreateIndex}.
     */
    record CreateTablet(Relation table) implements DdlAction {}

    /** Storage of a dropped, truncated or rewritten table, with its indexes. */
    record DropTablet(Relation table) implements DdlAction {}

    /**
     * Columns were added or dropped. Rows that are there already have {@code missing} (SQL text of
     * the column's type, evaluated once) in an added column.
     */
    record AlterTablet(Relation before, Relation after) implements DdlAction {}

    /**
     * A new value for an added column of rows that are there already, evaluated once.
     *
     * @param sql an expression over nothing, of the column's type
     */
    record FillColumn(Relation table, int column, String sql) implements DdlAction {}

    /**
     * All rows move to new storage: {@code after} has a new tablet.
     *
     * @param columns for each live column of {@code after} an expression over the live columns of
     *     {@code before}, as SQL text
     */
    record RewriteTable(Relation before, Relation after, List<String> columns)
            implements DdlAction {
        public RewriteTable {
            columns = List.copyOf(columns);
        }
    }

    /** An index is built over what is there. */
    record CreateIndex(Relation table, Relation index, boolean concurrently) implements DdlAction {}

    record DropIndex(Relation table, Relation index) implements DdlAction {}

    /** 23502 {@code column "c" of relation "t" contains null values} if there are any. */
    record CheckNotNull(Relation table, int column) implements DdlAction {}

    /** 23514 or 23503 if rows that are there violate the constraint. */
    record ValidateConstraint(Relation table, Constraint constraint) implements DdlAction {}

    /**
     * 23514 if a partition has rows that its parent would not put there.
     *
     * @param isDefault the default partition, in the words for it
     */
    record ValidatePartition(Relation partition, boolean isDefault) implements DdlAction {}

    /**
     * 23503 if rows refer to those of a partition that is to be one no more.
     *
     * @param refersToItself its own rows are of those that refer
     */
    record CheckUnreferenced(Relation partition, Constraint key, boolean refersToItself)
            implements DdlAction {}

    /** A domain's new constraint holds for every column of the domain. */
    record ValidateDomain(int domain, Constraint constraint) implements DdlAction {}

    /** Storage for a sequence, starting at its start value. */
    record CreateSequence(Relation sequence) implements DdlAction {}

    record DropSequence(Relation sequence) implements DdlAction {}

    /**
     * Options changed.
     *
     * @param restart the value that nextval is to answer; null to keep what it is
     */
    record AlterSequence(Relation sequence, @Nullable Long restart) implements DdlAction {}

    /** All rows go; {@code after} has a new tablet. */
    record Truncate(Relation before, Relation after) implements DdlAction {}

    /** The rows of a materialized view, or of CREATE TABLE AS, are made by its query. */
    record Populate(Relation relation) implements DdlAction {}

    /** A temporary table with ON COMMIT DELETE ROWS or DROP is to be remembered by the session. */
    record RememberOnCommit(Relation table) implements DdlAction {}

    /** A notice or warning to be shown. */
    record Notice(SqlException notice) implements DdlAction {}
}
