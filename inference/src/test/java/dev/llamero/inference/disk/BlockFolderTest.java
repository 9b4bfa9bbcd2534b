package dev.llamero.inference.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of cells: what was written comes back, and nothing else does. */
class BlockFolderTest {
    private static final String SALT = BlockHeader.sha256("someone");
    private static final int[] TOKENS = {5, 6, 7};

    @TempDir
    Path root;

    private BlockFolder open() throws IOException {
        return new DiskCache(root, OptionalLong.of(1 << 20)).open("toy:latest", "kind");
    }

    private static ByteBuffer cells(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return ByteBuffer.wrap(content);
    }

    private static String name(BlockFolder folder) {
        return BlockHeader.name(folder.kind(), SALT, "", 0, TOKENS);
    }

    private static boolean reads(BlockFolder folder, ByteBuffer wanted) {
        ByteBuffer into = ByteBuffer.allocate(wanted.remaining());
        return folder.read(name(folder), TOKENS, into) && into.equals(wanted);
    }

    @Test
    void aBlockComesBackInTheNextProcess() throws IOException {
        ByteBuffer cells = cells(1000);
        try (BlockFolder folder = open()) {
            assertThat(folder.write(SALT, "", 0, TOKENS, cells)).isEqualTo(1000 + 120 + 12);
            folder.write(SALT, name(folder), 3, new int[] {8}, cells(10));
        }
        try (BlockFolder folder = open()) {
            List<BlockFolder.Entry> found = folder.scan();
            assertThat(found).hasSize(2);
            BlockHeader first = found.stream()
                    .map(BlockFolder.Entry::header)
                    .filter(header -> header.from() == 0)
                    .findFirst()
                    .orElseThrow();
            assertThat(first.tokens()).isEqualTo(TOKENS);
            assertThat(first.salt()).isEqualTo(SALT);
            assertThat(first.name()).isEqualTo(name(folder));
            assertThat(reads(folder, cells)).isTrue();
        }
    }

    @Test
    void everyFlippedBitIsFound() throws IOException {
        ByteBuffer cells = cells(40);
        try (BlockFolder folder = open()) {
            folder.write(SALT, "", 0, TOKENS, cells);
            Path file = file();
            byte[] good = Files.readAllBytes(file);
            for (int i = 0; i < good.length * 8; i++) {
                byte[] bad = good.clone();
                bad[i / 8] ^= (byte) (1 << i % 8);
                Files.write(file, bad);
                assertThat(reads(folder, cells)).as("bit %d", i).isFalse();
                assertThat(file).doesNotExist();
            }
            assertThat(folder.setAside()).isEqualTo(good.length * 8L);
            Files.write(file, good);
            assertThat(reads(folder, cells)).isTrue();
        }
    }

    @Test
    void everyFlippedByteOfAHeaderIsFoundByTheScan() throws IOException {
        try (BlockFolder folder = open()) {
            folder.write(SALT, "", 0, TOKENS, cells(40));
            Path file = file();
            byte[] good = Files.readAllBytes(file);
            for (int i = 0; i < good.length - 40; i++) {
                byte[] bad = good.clone();
                bad[i] ^= (byte) 0xff;
                Files.write(file, bad);
                assertThat(folder.scan()).as("byte %d", i).isEmpty();
            }
        }
    }

    @Test
    void everyOtherLengthIsFound() throws IOException {
        ByteBuffer cells = cells(40);
        try (BlockFolder folder = open()) {
            folder.write(SALT, "", 0, TOKENS, cells);
            Path file = file();
            byte[] good = Files.readAllBytes(file);
            for (int length = 0; length < good.length + 3; length++) {
                Files.write(file, Arrays.copyOf(good, length));
                assertThat(folder.scan()).hasSize(length == good.length ? 1 : 0);
                Files.write(file, Arrays.copyOf(good, length));
                assertThat(reads(folder, cells)).as("length %d", length).isEqualTo(length == good.length);
            }
        }
    }

    @Test
    void aFileOfAnotherKindOrNameIsSetAside() throws IOException {
        Path foreign;
        try (BlockFolder folder = new DiskCache(root, OptionalLong.of(1 << 20)).open("toy:latest", "other kind")) {
            folder.write(SALT, "", 0, TOKENS, cells(40));
            foreign = file();
        }
        try (BlockFolder folder = open()) {
            Path here = folder.folder().resolve(foreign.getFileName());
            Files.copy(foreign, here);
            assertThat(folder.scan()).isEmpty();
            assertThat(here).doesNotExist();
            assertThat(Path.of(here + ".damaged")).exists();
            folder.write(SALT, "", 0, TOKENS, cells(40));
            Files.move(
                    folder.folder().resolve(name(folder) + ".kv"),
                    folder.folder().resolve("0".repeat(32) + ".kv"));
            assertThat(folder.scan()).isEmpty();
            assertThat(folder.setAside()).isEqualTo(2);
        }
    }

    @Test
    void whatAKilledProcessLeftUnfinishedIsRemoved() throws IOException {
        try (BlockFolder folder = open()) {
            folder.write(SALT, "", 0, TOKENS, cells(40));
            Path unfinished = folder.folder().resolve("0123.tmp");
            Files.write(unfinished, Arrays.copyOf(Files.readAllBytes(file()), 50));
            assertThat(folder.scan()).hasSize(1);
            assertThat(unfinished).doesNotExist();
        }
    }

    @Test
    void fewDamagedFilesAreKept() throws IOException {
        try (BlockFolder folder = open()) {
            for (int i = 0; i < 20; i++) {
                Files.write(folder.folder().resolve("%032d.kv".formatted(i)), new byte[] {1});
            }
            assertThat(folder.scan()).isEmpty();
            assertThat(folder.setAside()).isEqualTo(20);
            try (Stream<Path> files = Files.list(folder.folder())) {
                assertThat(files.filter(file -> file.toString().endsWith(".damaged")))
                        .hasSize(8);
            }
        }
    }

    @Test
    void aFileThatIsGoneIsNotRead() throws IOException {
        try (BlockFolder folder = open()) {
            assertThat(reads(folder, cells(40))).isFalse();
        }
    }

    @Test
    void onlyOneHasAFolderAtATime() throws IOException {
        try (BlockFolder folder = open()) {
            assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("already uses");
            assertThat(folder.scan()).isEmpty();
        }
        open().close();
    }

    @Test
    void onlyTheOwnerCanReadWhatPeopleSaid() throws IOException {
        try (BlockFolder folder = open()) {
            folder.write(SALT, "", 0, TOKENS, cells(40));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.folder())))
                    .isEqualTo("rwx------");
        }
    }

    private Path file() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(".kv"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
