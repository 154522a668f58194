package io.parley.clearing;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What keeps the transition function a function. */
class ArchitectureTest {
    private static final DescribedPredicate<JavaClass> FLOATING = DescribedPredicate.describe(
            "a floating-point number",
            type -> type.isEquivalentTo(double.class)
                    || type.isEquivalentTo(float.class)
                    || type.isEquivalentTo(Double.class)
                    || type.isEquivalentTo(Float.class));

    private final JavaClasses clearing = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.parley.clearing");

    @Test
    void clearing_knowsTheJdkAndTheProtocolOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "java.lang..",
                        // For the shares of an exit, which are products of three amounts; no step needs it.
                        "java.math",
                        "java.util",
                        "java.util.function",
                        "java.util.stream",
                        "java.nio",
                        "java.nio.charset",
                        "io.parley.clearing",
                        "io.parley.clearing.margin",
                        "io.parley.clearing.greeks",
                        "io.parley.protocol",
                        "io.parley.protocol.wire",
                        "org.jspecify..")
                .check(clearing);
    }

    @Test
    void noDecision_hangsOnClockChanceOrThread() {
        noClasses()
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.lang.Thread")
                .orShould()
                .callMethod(System.class, "identityHashCode", Object.class)
                .check(clearing);
    }

    @Test
    void noAmount_isFloating() {
        // Greeks are for reports, in doubles; nothing that decides may know them.
        String reports = "io.parley.clearing.greeks";
        noFields()
                .that()
                .areDeclaredInClassesThat()
                .resideOutsideOfPackage(reports)
                .should()
                .haveRawType(FLOATING)
                .check(clearing);
        noMethods()
                .that()
                .areDeclaredInClassesThat()
                .resideOutsideOfPackage(reports)
                .should()
                .haveRawReturnType(FLOATING)
                .check(clearing);
        noClasses()
                .that()
                .resideOutsideOfPackage(reports)
                .should()
                .dependOnClassesThat(FLOATING)
                .check(clearing);
        noClasses()
                .that()
                .resideOutsideOfPackage(reports)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(reports)
                .check(clearing);
    }
}
