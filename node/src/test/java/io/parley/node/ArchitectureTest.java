package io.parley.node;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.have;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.codeUnits;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.stream.Stream;

/** The rules of docs/architecture.md that the poms cannot see. */
@AnalyzeClasses(packages = "io.parley", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] ROLES = {
        "io.parley.intents..", "io.parley.auction..", "io.parley.solver..", "io.parley.risk..", "io.parley.relayer.."
    };
    private static final String[] PURE = {"io.parley.protocol..", "io.parley.clearing.."};

    private static final DescribedPredicate<JavaClass> CRYPTO_LIBRARY =
            resideInAnyPackage("org.web3j..", "org.bouncycastle..", "fr.acinq..");

    @ArchTest
    static final ArchRule cryptoLibraries_stayInside = codeUnits()
            .that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(PURE)
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .and()
            .doNotHaveModifier(JavaModifier.PRIVATE)
            .should(have(describe(
                    "a signature without crypto libraries",
                    (JavaCodeUnit unit) -> Stream.concat(
                                    unit.getRawParameterTypes().stream(), Stream.of(unit.getRawReturnType()))
                            .noneMatch(CRYPTO_LIBRARY))))
            .because("every plugin compiles against these signatures, and the library behind them may change");

    @ArchTest
    static final ArchRule decisions_seeNoFramework = noClasses()
            .that()
            .resideInAPackage("..domain..")
            .or()
            .resideInAnyPackage(PURE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.quarkus..",
                    "io.smallrye..",
                    "io.vertx..",
                    "jakarta..",
                    "org.apache.kafka..",
                    "org.eclipse.microprofile..",
                    "org.hibernate..",
                    "java.sql..",
                    "java.net..")
            .because("infra translates and domain decides, so that a decision can be replayed from the log alone");

    @ArchTest
    static final ArchRule decisions_seeNoInfra = noClasses()
            .that()
            .resideInAPackage("..domain..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..infra..")
            .because("the edge depends on the core, never the other way round");

    @ArchTest
    static final ArchRule decisions_readNoClock = noClasses()
            .that()
            .resideInAPackage("..domain..")
            .or()
            .resideInAnyPackage(PURE)
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(LocalDate.class, "now")
            .orShould()
            .callMethod(LocalDateTime.class, "now")
            .orShould()
            .callMethod(Clock.class, "systemUTC")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .because("time enters as a command: a replay must decide as the first run did");

    @ArchTest
    static final ArchRule theLedger_holdsNoFloatingPoint = fields().that()
            .areDeclaredInClassesThat()
            .resideInAPackage("io.parley.clearing..")
            .and()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackage("io.parley.clearing.greeks")
            .should()
            .notHaveRawType(double.class)
            .andShould()
            .notHaveRawType(float.class)
            .because("the contract re-runs each step in integers");

    @ArchTest
    static final ArchRule roles_doNotKnowEachOther = SlicesRuleDefinition.slices()
            .matching("io.parley.(intents|auction|solver|risk|relayer)..")
            .should()
            .notDependOnEachOther()
            .because("they meet at topics");

    @ArchTest
    static final ArchRule onlyTheNode_knowsTheRoles = noClasses()
            .that()
            .resideOutsideOfPackages(ROLES)
            .and()
            .resideOutsideOfPackages("io.parley.node..", "io.parley.bench..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROLES);

    @ArchTest
    static final ArchRule names_sayWhatAClassIs = noClasses()
            .should()
            .haveSimpleNameEndingWith("Manager")
            .orShould()
            .haveSimpleNameEndingWith("Helper")
            .orShould()
            .haveSimpleNameEndingWith("Util")
            .orShould()
            .haveSimpleNameEndingWith("Utils")
            .orShould()
            .haveSimpleNameEndingWith("Impl")
            .because("such a name says only that its author had none");
}
