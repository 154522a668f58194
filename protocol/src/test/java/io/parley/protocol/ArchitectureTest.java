package io.parley.protocol;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {

    private final JavaClasses protocol = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.parley.protocol");

    @Test
    void cryptoLibraries_areSeenByTheirAdapterOnly() {
        noClasses()
                .that()
                .doNotHaveSimpleName("BouncyCastleSecp256k1")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.web3j..", "org.bouncycastle..")
                .check(protocol);
        noClasses()
                .that()
                .doNotHaveSimpleName("NativeSecp256k1")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("fr.acinq..", "kotlin..")
                .check(protocol);
        classes()
                .that()
                .haveSimpleName("BouncyCastleSecp256k1")
                .or()
                .haveSimpleName("NativeSecp256k1")
                .should()
                .bePackagePrivate()
                .check(protocol);
    }

    @Test
    void theSolverSpi_isMadeOfValuesOnly() {
        classes()
                .that()
                .resideInAPackage("io.parley.protocol.spi")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "io.parley.protocol", "io.parley.protocol.spi", "org.jspecify..")
                .check(protocol);
        noClasses()
                .that()
                .resideInAPackage("io.parley.protocol")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.parley.protocol.wire", "io.parley.protocol.spi")
                .check(protocol);
    }

    @Test
    void noDecision_readsAClock() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.parley.protocol.admission")
                .should()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .check(protocol);
    }
}
