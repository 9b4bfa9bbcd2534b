package dev.llamero.proxy.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateFileTest {
    @TempDir
    Path folder;

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static List<String> names(Path in) throws IOException {
        try (Stream<Path> entries = Files.list(in)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    @Test
    void onlyTheOwnerMayReadTheFileAndTheFoldersMadeForIt() throws IOException {
        Path file = folder.resolve("made/for/it.json");
        PrivateFile.write(file, "schlüssel");
        assertThat(Files.readString(file)).isEqualTo("schlüssel");
        assertThat(mode(file)).isEqualTo("rw-------");
        assertThat(mode(folder.resolve("made"))).isEqualTo("rwx------");
        assertThat(mode(folder.resolve("made/for"))).isEqualTo("rwx------");
    }

    @Test
    void anOpenFileIsClosedToOthersWhenItIsReplaced() throws IOException {
        Path file = Files.writeString(folder.resolve("keys.json"), "old");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        PrivateFile.write(file, new byte[] {1, 2});
        assertThat(Files.readAllBytes(file)).containsExactly(1, 2);
        assertThat(mode(file)).isEqualTo("rw-------");
        assertThat(names(folder)).containsExactly("keys.json");
    }

    @Test
    void aLinkStaysOneAndItsTargetIsReplaced() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), target);
        PrivateFile.write(link, "new");
        assertThat(link).isSymbolicLink();
        assertThat(Files.readString(target)).isEqualTo("new");
    }

    @Test
    void aFailureLeavesNothingBehind() throws IOException {
        Path occupied = Files.createDirectories(folder.resolve("occupied"));
        Files.writeString(occupied.resolve("inside"), "kept");
        assertThatThrownBy(() -> PrivateFile.write(occupied, "x")).isInstanceOf(IOException.class);
        assertThat(names(folder)).containsExactly("occupied");
        assertThat(names(occupied)).containsExactly("inside");
    }

    @Test
    void theLockIsBesideTheFileAndFreeWhenItIsClosed() throws IOException {
        Path file = folder.resolve("keys.json");
        try (var lock = PrivateFile.lock(file)) {
            assertThat(lock.isOpen()).isTrue();
            assertThat(mode(folder.resolve("keys.json.lock"))).isEqualTo("rw-------");
            assertThatThrownBy(() -> PrivateFile.lock(file))
                    .isInstanceOf(java.nio.channels.OverlappingFileLockException.class);
        }
        PrivateFile.lock(file).close();
    }
}
