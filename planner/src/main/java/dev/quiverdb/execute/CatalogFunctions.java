package dev.quiverdb.execute;

import dev.quiverdb.base.type.NameResolver;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.Types;
import dev.quiverdb.storage.SequenceSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What functions such as {@code pg_get_indexdef} ask of the catalog. Answered by the binder's
 * catalog as the statement sees it. Methods that look for an object answer null where there is
 * none.
 */
public interface CatalogFunctions {
    default @Nullable Type type(int oid) {
        return Types.byOid(oid);
    }

    /** Names of reg* values. */
    NameResolver names();

    /** A sequence by pg_class.oid; 42809 if the relation is no sequence. */
    SequenceSpec sequence(int oid);

    /**
     * 42501 unless the current role has one of the privileges on a sequence.
     *
     * @param letters as in access control lists
     */
    default void requireSequence(int oid, String letters) {}

    /** The storage id of a sequence. */
    default long sequenceId(int oid) {
        return oid;
    }

    /**
     * {@code schema.name} as PostgreSQL writes it in messages; null if there is no such relation.
     */
    @Nullable String relationName(int oid);

    /** format_type of a type that exists: qualified where the search path does not find it. */
    String typeName(Type type, @Nullable Integer typmod);

    /** pg_get_serial_sequence; null if the column has none. 42P01, 42703 for missing names. */
    @Nullable String serialSequence(String table, String column);

    boolean tableIsVisible(int oid);

    boolean typeIsVisible(int oid);

    boolean functionIsVisible(int oid);

    boolean operatorIsVisible(int oid);

    boolean collationIsVisible(int oid);

    boolean operatorClassIsVisible(int oid);

    @Nullable String viewDefinition(int oid, boolean pretty);

    /** pg_get_indexdef; {@code column} 0 for the whole definition, else one key column. */
    @Nullable String indexDefinition(int oid, int column, boolean pretty);

    @Nullable String constraintDefinition(int oid, boolean pretty);

    @Nullable String functionDefinition(int oid);

    @Nullable String functionArguments(int oid, boolean withDefaults);

    @Nullable String functionResult(int oid);

    @Nullable String ruleDefinition(int oid, boolean pretty);

    @Nullable String triggerDefinition(int oid, boolean pretty);

    /** pg_get_partkeydef; null for a table that is not partitioned. */
    @Nullable String partitionKey(int table);

    /** pg_get_expr: the text of a stored expression, as pg_attrdef.adbin and kin hold it. */
    @Nullable String expression(String stored, int relationOid, boolean pretty);

    /** obj_description, col_description; {@code subId} 0 for the object itself. */
    @Nullable String description(int oid, @Nullable String catalog, int subId);

    @Nullable String roleName(int oid);

    /** OID of a role, 0 if there is none. */
    int roleOid(String name);

    /**
     * The has_..._privilege family.
     *
     * @param kind {@code table}, {@code column}, {@code schema}, {@code database}, {@code
     *     function}, {@code sequence}, {@code type}, {@code language}, {@code tablespace}, {@code
     *     server}, {@code foreign data wrapper}, {@code role}, {@code any column}
     * @param object an OID (Long) or a name (String)
     * @param privileges as written, such as {@code SELECT, INSERT WITH GRANT OPTION}
     * @return null where an OID names nothing
     */
    @Nullable Boolean hasPrivilege(
            int roleOid, String kind, Object object, @Nullable Object column, String privileges);

    /**
     * Bytes of a relation: {@code main} for the table, with {@code indexes} those of its indexes
     * too.
     */
    @Nullable Long relationSize(int oid, boolean table, boolean indexes);

    /**
     * Bytes of a database's files.
     *
     * @param database an OID (Long) or a name (String); 3D000 for a name that is none
     * @return null where an OID names nothing
     */
    @Nullable Long databaseSize(Object database);

    /** As {@link #databaseSize}, of a tablespace; 42704 for a name that is none. */
    @Nullable Long tablespaceSize(Object tablespace);

    /**
     * The table of a vector index, as pg_class.oid; 42P01 and 42809 for what is none.
     *
     * @param asOwner whether the role must own the table, and not only be allowed to read it; else
     *     42501
     */
    int tableOfVectorIndex(int oid, boolean asOwner);

    /** Relation name to OID by the search path: to_regclass; null if missing. */
    @Nullable Integer relationOid(String name);

    /**
     * Rows of a set-returning catalog function (pg_get_keywords, pg_options_to_table ...) by
     * prosrc.
     */
    default @Nullable List<@Nullable Object[]> rows(String function, @Nullable Object[] arguments) {
        return null;
    }

    /**
     * Any other catalog-dependent scalar function, by prosrc; {@link
     * SessionFunctions#UNKNOWN_FUNCTION} if not known.
     */
    default @Nullable Object call(String function, @Nullable Object[] arguments) {
        return SessionFunctions.UNKNOWN_FUNCTION;
    }
}
