package dev.llamero.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs once, shortly and in this JVM, so that none rots. Its figures mean nothing. */
class JmhSmokeTest {
    private static final String COMPARISON = "EngineComparisonBenchmark";
    private static final Path SMOL = Path.of("../../shared/models/SmolLM2-135M-Instruct.Q4_1.gguf");

    @Test
    void everyBenchmarkGivesAFigure() throws RunnerException {
        Collection<RunResult> results = run(".*", COMPARISON);
        long all = BenchmarkList.defaultList()
                .getAll(OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT), java.util.List.of())
                .stream()
                .map(entry -> entry.getUsername())
                .filter(name -> !name.contains(COMPARISON))
                .distinct()
                .count();
        assertThat(results.stream()
                        .map(result -> result.getParams().getBenchmark())
                        .distinct())
                .hasSize((int) all);
        assertThat(results)
                .allSatisfy(result ->
                        assertThat(result.getPrimaryResult().getScore()).isPositive());
    }

    @Test
    void bothEnginesAnswerOnOneModel() throws RunnerException {
        assumeTrue(Files.isRegularFile(SMOL), () -> SMOL + " is not there; the comparison of engines needs it");
        System.setProperty(BenchmarkModel.MODEL_PROPERTY, SMOL.toString());
        try {
            Collection<RunResult> results = run(COMPARISON, "none");
            assertThat(results.stream().map(result -> result.getParams().getParam("engineName")))
                    .containsExactlyInAnyOrderElementsOf(Set.of("llama", "kherud"));
        } finally {
            System.clearProperty(BenchmarkModel.MODEL_PROPERTY);
        }
    }

    private static Collection<RunResult> run(String include, String exclude) throws RunnerException {
        return new Runner(new OptionsBuilder()
                        .include(include)
                        .exclude(exclude)
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(20))
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true)
                        .build())
                .run();
    }
}
