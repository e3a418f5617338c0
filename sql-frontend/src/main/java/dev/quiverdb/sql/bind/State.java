package dev.quiverdb.sql.bind;

import dev.quiverdb.base.type.Oids;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.sql.algebra.PgType;
import dev.quiverdb.sql.catalog.Catalog;
import dev.quiverdb.sql.catalog.CatalogObject;
import dev.quiverdb.sql.catalog.Relation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.apache.calcite.plan.RelOptCluster;
import org.apache.calcite.plan.hep.HepPlanner;
import org.apache.calcite.plan.hep.HepProgram;
import org.apache.calcite.rel.core.CorrelationId;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeFieldImpl;
import org.apache.calcite.rel.type.RelRecordType;
import org.apache.calcite.rex.RexBuilder;
import org.apache.calcite.rex.RexNode;
import org.apache.calcite.sql.type.SqlTypeFactoryImpl;
import org.jspecify.annotations.Nullable;

/** What the parts of a binder share while one statement is bound. For one thread. */
final class State {
    private static final RelDataTypeFactory TYPES =
            new SqlTypeFactoryImpl(org.apache.calcite.rel.type.RelDataTypeSystem.DEFAULT);

    final BindContext context;
    final Catalog catalog;
    final RelOptCluster cluster;
    final RexBuilder rex;
    final Parameters parameters;
    final Coercion coercion;
    final Resolution resolution;
    final TypeNames typeNames;

    /** Where column references stand in the text, for errors that are found later. */
    final Map<RexNode, Integer> offsets;

    /**
     * The fields of rows as they were written: a literal of unknown type is text in a row, but what
     * the row's column is where the row becomes one of a composite type.
     */
    final Map<RexNode, List<RexNode>> writtenFields;

    /** Objects that the statement depends on: (OID, version). */
    final Map<Integer, Long> uses;

    /** What is done with relations, in the order in which they were met. */
    final List<AccessMarks> accesses;

    /** Views share that of the statement around them. */
    final Numbering numbering;

    /** Who the statement is run as, whoever's views it goes through. */
    final int user;

    State(BindContext context, List<Integer> parameterTypes) {
        this(context, parameterTypes, new Numbering());
    }

    State(BindContext context, List<Integer> parameterTypes, Numbering numbering) {
        this.context = context;
        user = context.role();
        this.catalog = context.catalog();
        rex = new RexBuilder(TYPES);
        cluster = RelOptCluster.create(new HepPlanner(HepProgram.builder().build()), rex);
        this.numbering = numbering;
        offsets = new IdentityHashMap<>();
        writtenFields = new IdentityHashMap<>();
        uses = new HashMap<>();
        accesses = new ArrayList<>();
        parameters = new Parameters(this, parameterTypes);
        coercion = new Coercion(this);
        typeNames = new TypeNames(this);
        resolution = new Resolution(this);
    }

    private State(State outer, BindContext context) {
        this.context = context;
        user = outer.user;
        catalog = context.catalog();
        rex = outer.rex;
        cluster = outer.cluster;
        numbering = outer.numbering;
        offsets = outer.offsets;
        writtenFields = outer.writtenFields;
        uses = outer.uses;
        accesses = outer.accesses;
        parameters = new Parameters(this, List.of());
        coercion = new Coercion(this);
        typeNames = new TypeNames(this);
        resolution = new Resolution(this);
        inlines = outer.inlines;
    }

    /** The next SELECT to be bound yields the row ids of its tables too, for CURRENT OF. */
    boolean tracksRows;

    /** OIDs of the tables whose row id and tableoid were added behind the result's columns. */
    final List<Integer> tracked = new ArrayList<>();

    /** Gathers queries as they were written; null where nobody wants them. */
    @Nullable QueryTrees trees;

    /** Whether simple functions in SQL are replaced by their bodies; not in what is stored. */
    boolean inlines = true;

    /** The function whose body is bound; null outside of one. */
    @Nullable RoutineNames routine;

    /** The same statement seen from another context, as a view's search path and owner. */
    State within(BindContext other) {
        return new State(this, other);
    }

    /** Notes that a relation is met; what is done with it is marked as it is found. */
    AccessMarks access(Relation relation) {
        var access = new AccessMarks(relation, context.role());
        accesses.add(access);
        return access;
    }

    int nextPlaceholder() {
        return numbering.placeholders(1);
    }

    int nextPlaceholders(int count) {
        return numbering.placeholders(count);
    }

    CorrelationId nextCorrelation() {
        return new CorrelationId(numbering.correlation());
    }

    int nextScan() {
        return numbering.scan();
    }

    int nextCte() {
        return numbering.commonTable();
    }

    Type type(int oid) {
        return catalog.type(oid);
    }

    void use(@Nullable CatalogObject object) {
        if (object != null && object.oid() >= Catalog.FIRST_USER_OID) {
            uses.put(object.oid(), object.version());
        }
    }

    /** A row type; names need not differ. */
    RelDataType row(List<String> names, List<PgType> types) {
        var fields = new ArrayList<org.apache.calcite.rel.type.RelDataTypeField>(names.size());
        var seen = new HashSet<String>();
        for (int i = 0; i < names.size(); i++) {
            var name = names.get(i);
            if (!seen.add(name)) {
                int suffix = 0;
                while (!seen.add(name + "_" + suffix)) {
                    suffix++;
                }
                name = name + "_" + suffix;
            }
            fields.add(new RelDataTypeFieldImpl(name, i, types.get(i)));
        }
        return new RelRecordType(fields);
    }

    PgType unknown() {
        return PgType.of(Oids.UNKNOWN);
    }
}
