package dev.llamero.benchmarks.tidy;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Data flows one way: the arrows between packages, read from the compiled classes of every module. */
class PackageArrowsTest {
    private static JavaClasses classes;

    @BeforeAll
    static void importClasses() {
        List<Path> folders = SourceTree.modules().stream()
                .map(module -> module.resolve("target/classes"))
                .toList();
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPaths(folders);
    }

    @Test
    void everyModuleIsRead() {
        for (String name :
                List.of("models", "settings", "dialects", "framing", "inference", "proxy", "gateway", "benchmarks")) {
            assertThat(classes.that(resideInAPackage("dev.llamero." + name + "..")))
                    .as("classes of dev.llamero." + name)
                    .isNotEmpty();
        }
    }

    @Test
    void serversShareNoTypes() {
        independent("dev.llamero.proxy..", "dev.llamero.inference..", "dev.llamero.gateway..", "dev.llamero.models..");
        independent("dev.llamero.gateway..", "dev.llamero.inference..", "dev.llamero.proxy..", "dev.llamero.models..");
        independent("dev.llamero.inference..", "dev.llamero.proxy..", "dev.llamero.gateway..");
    }

    @Test
    void librariesKnowNoServer() {
        for (String library : List.of(
                "dev.llamero.models..", "dev.llamero.settings..", "dev.llamero.dialects..", "dev.llamero.framing..")) {
            independent(library, "dev.llamero.inference..", "dev.llamero.proxy..", "dev.llamero.gateway..");
        }
    }

    @Test
    void storeStandsBelowItsUsers() {
        String store = "dev.llamero.models.store..";
        String registry = "dev.llamero.models.registry..";
        String create = "dev.llamero.models.create..";
        independent(store, registry, create);
        independent(registry, create);
        independent(create, registry);
    }

    @Test
    void engineKnowsNeitherHttpNorNativeCode() {
        independent(
                "dev.llamero.inference.engine..",
                "dev.llamero.inference.http..",
                "dev.llamero.inference.api..",
                "dev.llamero.inference.model..",
                "dev.llamero.inference.prompt..",
                "dev.llamero.inference.llama..",
                "dev.llamero.inference.kherud..",
                "io.helidon..",
                "java.lang.foreign..");
    }

    /** Files of cells know only bytes: not who computes them, nor who asks. */
    @Test
    void filesOfCellsStandAlone() {
        check(noClasses()
                .that()
                .resideInAPackage("dev.llamero.inference.disk..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.llamero..")
                        .and(com.tngtech.archunit.base.DescribedPredicate.not(
                                resideInAPackage("dev.llamero.inference.disk..")))));
    }

    @Test
    void foreignMemoryStaysInTheBinding() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage("dev.llamero.inference.llama..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign.."));
    }

    /** The entry class, what its methods take and give, and the exception. */
    @Test
    void bindingShowsOnlyItsEntry() {
        check(classes()
                .that()
                .resideInAPackage("dev.llamero.inference.llama..")
                .and()
                .areTopLevelClasses()
                .and()
                .haveNameNotMatching(
                        ".*\\.(LlamaRuntime\\w*|NativeSettings|ModelSettings|LoadProgress|OpenModel|OpenEmbedder"
                                + "|LlamaException|package-info)")
                .should()
                .notBePublic());
    }

    @Test
    void bindingAndInterpreterStandAlone() {
        independent(
                "dev.llamero.inference.llama..",
                "dev.llamero.inference.http..",
                "dev.llamero.inference.model..",
                "dev.llamero.inference.prompt..");
        check(noClasses()
                .that()
                .resideInAPackage("dev.llamero.inference.jinja..")
                .should()
                .dependOnClassesThat(resideInAPackage("dev.llamero..")
                        .and(com.tngtech.archunit.base.DescribedPredicate.not(
                                resideInAPackage("dev.llamero.inference.jinja..")))));
    }

    @Test
    void helidonStaysInServersAndTheirEdges() {
        check(noClasses()
                .that(resideInAnyPackage(
                        "dev.llamero.models..",
                        "dev.llamero.settings..",
                        "dev.llamero.dialects..",
                        "dev.llamero.framing..",
                        "dev.llamero.inference.model..",
                        "dev.llamero.inference.prompt..",
                        "dev.llamero.inference.jinja..",
                        "dev.llamero.inference.api.."))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.helidon.."));
    }

    @Test
    void packagesHaveNoCycles() {
        for (String module : List.of("inference", "proxy", "gateway")) {
            check(slices().matching("dev.llamero." + module + ".(*)..").should().beFreeOfCycles());
        }
    }

    @Test
    void noPackageIsABin() {
        check(noClasses().should().resideInAnyPackage("..util..", "..utils..", "..common..", "..core.."));
    }

    private static void independent(String from, String... others) {
        check(noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(others));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(classes);
    }
}
