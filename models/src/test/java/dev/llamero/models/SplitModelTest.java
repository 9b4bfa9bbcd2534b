package dev.llamero.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitModelTest {
    @TempDir
    Path folder;

    private Path write(String name, int number, int count, int tensorsInAll, String... tensors) throws IOException {
        Path path = folder.resolve(name);
        var writer = new GgufWriter();
        if (number == 0) {
            writer.put("general.architecture", GgufValue.of("llama"));
        }
        writer.put("split.no", new GgufValue.Whole(GgufType.UINT16, number))
                .put("split.count", new GgufValue.Whole(GgufType.UINT16, count))
                .put("split.tensors.count", new GgufValue.Whole(GgufType.INT32, tensorsInAll));
        for (String tensor : tensors) {
            writer.tensor(tensor, GgmlType.F32, List.of(8L), TensorRows.filled(number));
        }
        writer.write(path);
        return path;
    }

    private Path writeThree() throws IOException {
        write("m-00003-of-00003.gguf", 2, 3, 4, "d");
        write("m-00002-of-00003.gguf", 1, 3, 4, "b", "c");
        return write("m-00001-of-00003.gguf", 0, 3, 4, "a");
    }

    @Test
    void partsAreFoundAndPutTogether() throws IOException {
        GgufFile file = GgufFile.read(writeThree());
        assertThat(file.architecture()).isEqualTo("llama");
        assertThat(file.tensors()).extracting(GgufTensor::name).containsExactly("a", "b", "c", "d");
        assertThat(file.tensors()).extracting(GgufTensor::part).containsExactly(0, 1, 1, 2);
        assertThat(file.parts())
                .extracting(part -> part.path().getFileName().toString())
                .containsExactly("m-00001-of-00003.gguf", "m-00002-of-00003.gguf", "m-00003-of-00003.gguf");
        assertThat(file.parameterCount()).isEqualTo(32);
    }

    @Test
    void onePartCanBeReadAlone() throws IOException {
        writeThree();
        GgufFile file = GgufFile.read(folder.resolve("m-00002-of-00003.gguf"), GgufReadOption.SINGLE_PART);
        assertThat(file.tensors()).extracting(GgufTensor::name).containsExactly("b", "c");
    }

    @Test
    void partsUnderOtherNamesAreGivenAsAList() throws IOException {
        Path first = write("sha256-aa", 0, 2, 2, "a");
        Path second = write("sha256-bb", 1, 2, 2, "b");
        assertThat(GgufFile.readParts(List.of(first, second)).tensors()).hasSize(2);
        assertThatThrownBy(() -> GgufFile.readParts(List.of(second, first))).hasMessageContaining("split.no is 1");
        assertThatThrownBy(() -> GgufFile.readParts(List.of(first))).hasMessageContaining("split in 2 files, not in 1");
        assertThatThrownBy(() -> GgufFile.read(first))
                .isInstanceOf(GgufException.class)
                .hasMessageContaining("name must end with -00001-of-00002.gguf");
    }

    @Test
    void laterPartSaysWhichToGive() throws IOException {
        writeThree();
        assertThatThrownBy(() -> GgufFile.read(folder.resolve("m-00002-of-00003.gguf")))
                .isInstanceOf(GgufException.class)
                .hasMessageContaining("this is part 2 of 3 of a split model: give the first part");
    }

    @Test
    void missingPartIsNamed() throws IOException {
        Path first = writeThree();
        Files.delete(folder.resolve("m-00003-of-00003.gguf"));
        assertThatThrownBy(() -> GgufFile.read(first))
                .isInstanceOf(GgufException.class)
                .hasMessageContaining("part 3 of 3 is missing: m-00003-of-00003.gguf must lie beside it");
    }

    @Test
    void strangerAmongThePartsIsRefused() throws IOException {
        Path first = writeThree();
        write("m-00002-of-00003.gguf", 2, 3, 4, "b", "c");
        assertThatThrownBy(() -> GgufFile.read(first)).hasMessageContaining("split.no is 2, it must be 1");
        write("m-00002-of-00003.gguf", 1, 4, 4, "b", "c");
        assertThatThrownBy(() -> GgufFile.read(first)).hasMessageContaining("split.count is 4, the first part says 3");
        write("m-00002-of-00003.gguf", 1, 3, 4, "b");
        assertThatThrownBy(() -> GgufFile.read(first))
                .hasMessageContaining("split.tensors.count is 4, the parts hold 3");
        write("m-00002-of-00003.gguf", 1, 3, 4, "a", "b");
        assertThatThrownBy(() -> GgufFile.read(first)).hasMessageContaining("tensor 'a' is in an earlier part as well");
    }

    @Test
    void absurdPartCountIsRefused() throws IOException {
        Path first = write("m-00001-of-65000.gguf", 0, 65_000, 1, "a");
        assertThatThrownBy(() -> GgufFile.read(first)).hasMessageContaining("split.count is 65000, at most 1024");
    }
}
