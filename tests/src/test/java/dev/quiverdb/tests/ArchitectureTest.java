package dev.quiverdb.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Who may know whom: the arrows of docs/architecture.md, held by the build. */
class ArchitectureTest {
    private static final JavaClasses HOUSE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("dev.quiverdb");

    @Test
    void roomsKnowOnlyTheRoomsBelowThem() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("base")
                .definedBy("dev.quiverdb.base..")
                .layer("storage")
                .definedBy("dev.quiverdb.storage..")
                .layer("vector")
                .definedBy("dev.quiverdb.vector..")
                .layer("sql")
                .definedBy("dev.quiverdb.sql..")
                .layer("planner")
                .definedBy("dev.quiverdb.plan..", "dev.quiverdb.execute..")
                .layer("pgwire")
                .definedBy("dev.quiverdb.pgwire..")
                .layer("cluster")
                .definedBy("dev.quiverdb.cluster..")
                .layer("server")
                .definedBy("dev.quiverdb.server..")
                .whereLayer("server")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("planner")
                .mayOnlyBeAccessedByLayers("server")
                .whereLayer("pgwire")
                .mayOnlyBeAccessedByLayers("server")
                .whereLayer("sql")
                .mayOnlyBeAccessedByLayers("planner", "server")
                .whereLayer("vector")
                .mayOnlyBeAccessedByLayers("planner", "server")
                .whereLayer("storage")
                .mayOnlyBeAccessedByLayers("vector", "planner", "cluster", "server")
                .withOptionalLayers(true)
                .check(HOUSE);
    }

    @Test
    void calciteIsAGuestOfSqlAndPlan() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.quiverdb.sql..", "dev.quiverdb.plan..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.calcite.(rel|rex|plan|tools)..")
                .check(HOUSE);
    }

    @Test
    void executeDoesNotKnowCalcite() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.quiverdb.execute..", "dev.quiverdb.storage..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.calcite..")
                .check(HOUSE);
    }

    @Test
    void theVectorModuleOfTheJdkIsSeenOnlyByTheKernels() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.quiverdb.vector.simd..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jdk.incubator.vector..")
                .check(HOUSE);
    }

    @Test
    void nettyStaysOnTheWire() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.quiverdb.pgwire..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(HOUSE);
    }
}
