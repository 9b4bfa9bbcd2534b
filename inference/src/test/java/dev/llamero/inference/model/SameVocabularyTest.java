package dev.llamero.inference.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.llamero.models.ToyModel;
import dev.llamero.models.ToyShape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SameVocabularyTest {
    @TempDir
    Path folder;

    private final SameVocabulary vocabularies = new SameVocabulary();
    private Path large;

    @BeforeEach
    void write() throws IOException {
        large = toy("large", ToyShape.small(), 1);
    }

    private Path toy(String name, ToyShape shape, long seed) throws IOException {
        Path path = folder.resolve(name + ".gguf");
        ToyModel.write(path, shape, seed);
        return path;
    }

    @Test
    void modelsOfOtherShapeAndWeightsMayShareOne() throws IOException {
        assertThat(vocabularies.of(large, toy("small", ToyShape.small().withLayers(1), 2)))
                .isTrue();
    }

    @Test
    void anotherCountOfTokensIsAnother() throws IOException {
        assertThat(vocabularies.of(large, toy("more", ToyShape.small().withVocabulary(600), 1)))
                .isFalse();
    }

    /** One letter of one token differs; the file's size does not. */
    @Test
    void anotherTokenIsAnotherVocabulary() throws IOException {
        Path path = Files.write(folder.resolve("other.gguf"), changed(Files.readAllBytes(large), "assistant", 3));
        assertThat(vocabularies.of(large, path)).isFalse();
    }

    /** Changes the first place where a text stands as a string of its own. */
    private static byte[] changed(byte[] file, String text, int at) {
        byte[] wanted = text.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        for (int i = 8; i + wanted.length < file.length; i++) {
            boolean whole = file[i - 8] == wanted.length && file[i - 7] == 0;
            if (whole && Arrays.equals(file, i, i + wanted.length, wanted, 0, wanted.length)) {
                file[i + at]++;
                return file;
            }
        }
        throw new IllegalStateException("there is no string " + text);
    }

    @Test
    void aFileThatChangedIsReadAgain() throws IOException {
        Path other = toy("other", ToyShape.small(), 2);
        assertThat(vocabularies.of(large, other)).isTrue();
        toy("other", ToyShape.small().withVocabulary(600), 2);
        assertThat(vocabularies.of(large, other)).isFalse();
    }

    @Test
    void whatIsNoModelIsAnError() throws IOException {
        Path junk = Files.writeString(folder.resolve("junk.gguf"), "no model");
        assertThatThrownBy(() -> vocabularies.of(large, junk)).isInstanceOf(IOException.class);
    }
}
