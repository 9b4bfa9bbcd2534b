package dev.llamero.inference.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bound on all files together, and what goes for it. */
class DiskCacheTest {
    private static final String SALT = BlockHeader.sha256("");
    private static final int[] TOKENS = {1, 2};
    private static final long FILE_BYTES = 1000 + 120 + 8;

    @TempDir
    Path root;

    private static String write(BlockFolder folder, String parent, int from, int token) throws IOException {
        int[] tokens = {token, token + 1};
        assertThat(folder.write(SALT, parent, from, tokens, ByteBuffer.allocate(1000)))
                .isEqualTo(FILE_BYTES);
        return BlockHeader.name(folder.kind(), SALT, parent, from, tokens);
    }

    private static void age(BlockFolder folder, String name, int hours) throws IOException {
        Files.setLastModifiedTime(
                folder.folder().resolve(name + ".kv"),
                FileTime.from(Instant.now().minusSeconds(3600L * hours)));
    }

    @Test
    void withoutRoomNothingIsWritten() throws IOException {
        DiskCache cache = new DiskCache(root, OptionalLong.of(2 * FILE_BYTES));
        try (BlockFolder folder = cache.open("a", "kind")) {
            write(folder, "", 0, 1);
            write(folder, "", 0, 3);
            assertThat(folder.write(SALT, "", 0, new int[] {5, 6}, ByteBuffer.allocate(1000)))
                    .isZero();
            assertThat(cache.bytes()).isEqualTo(2 * FILE_BYTES);
            folder.delete(BlockHeader.name(folder.kind(), SALT, "", 0, new int[] {3, 4}));
            write(folder, "", 0, 5);
            assertThat(cache.bytes()).isEqualTo(2 * FILE_BYTES);
            assertThat(folder.scan()).hasSize(2);
        }
    }

    @Test
    void theSameBlockAgainTakesTheFirstOnesPlace() throws IOException {
        DiskCache cache = new DiskCache(root, OptionalLong.of(1 << 20));
        try (BlockFolder folder = cache.open("a", "kind")) {
            write(folder, "", 0, 1);
            write(folder, "", 0, 1);
            assertThat(cache.bytes()).isEqualTo(FILE_BYTES);
        }
    }

    @Test
    void anUnloadedModelsLeastUsedEndsMakeRoom() throws IOException {
        String beginning;
        String oldEnd;
        try (BlockFolder folder = new DiskCache(root, OptionalLong.of(1 << 20)).open("old", "kind")) {
            beginning = write(folder, "", 0, 1);
            oldEnd = write(folder, beginning, 2, 3);
            String newEnd = write(folder, beginning, 2, 5);
            age(folder, beginning, 3);
            age(folder, oldEnd, 2);
            age(folder, newEnd, 1);
        }
        DiskCache cache = new DiskCache(root, OptionalLong.of(3 * FILE_BYTES));
        try (BlockFolder folder = cache.open("new", "other")) {
            assertThat(cache.bytes()).isEqualTo(3 * FILE_BYTES);
            write(folder, "", 0, 7);
            assertThat(cache.kept().stream().map(kept -> kept.entry().header().name()))
                    .contains(beginning)
                    .doesNotContain(oldEnd);
            assertThat(cache.bytes()).isLessThanOrEqualTo(3 * FILE_BYTES);
        }
    }

    /** Whatever order the file system lists the folders in. */
    @Test
    void theLeastUsedGoFirstWhicheverModelTheyAreOf() throws IOException {
        for (String model : List.of("a", "b", "c")) {
            try (BlockFolder folder = new DiskCache(root, OptionalLong.of(1 << 20)).open(model, "kind")) {
                age(folder, write(folder, "", 0, 1), model.equals("b") ? 9 : 1);
                age(folder, write(folder, "", 0, 3), model.equals("b") ? 8 : 2);
            }
        }
        DiskCache cache = new DiskCache(root, OptionalLong.of(6 * FILE_BYTES));
        try (BlockFolder folder = cache.open("new", "other")) {
            write(folder, "", 0, 7);
            assertThat(cache.kept().stream().map(DiskCache.Kept::model))
                    .as("the bound leaves room for one in sixteen more")
                    .containsExactlyInAnyOrder("a", "a", "c", "c");
        }
    }

    @Test
    void aWriteThatFailsLeavesTheFileAndTheCountAsTheyWere() throws IOException {
        DiskCache cache = new DiskCache(root, OptionalLong.of(1 << 20));
        try (BlockFolder folder = cache.open("a", "kind")) {
            String name = write(folder, "", 0, 1);
            // What stands in the way of a write, as a full disk does.
            Files.createDirectories(folder.folder().resolve(name + ".tmp").resolve("full"));
            assertThatThrownBy(() -> write(folder, "", 0, 1)).isInstanceOf(IOException.class);
            assertThat(cache.bytes()).isEqualTo(FILE_BYTES);
            assertThat(folder.read(name, new int[] {1, 2}, ByteBuffer.allocate(1000)))
                    .isTrue();
        }
    }

    @Test
    void clearingTakesWhatWasSetAsideOrLeftUnfinishedToo() throws IOException {
        DiskCache cache = new DiskCache(root, OptionalLong.of(1 << 20));
        BlockFolder folder = cache.open("a", "kind");
        write(folder, "", 0, 1);
        folder.close();
        Path damaged = Files.write(folder.folder().resolve("x.kv.damaged"), new byte[9]);
        Path unfinished = Files.write(folder.folder().resolve("y.tmp"), new byte[9]);
        assertThat(cache.clear("")).isEqualTo(FILE_BYTES);
        assertThat(damaged).doesNotExist();
        assertThat(unfinished).doesNotExist();
        assertThat(cache.bytes()).isZero();
    }

    @Test
    void listsAndClearsWhatNoLoadedModelHas() throws IOException {
        DiskCache cache = new DiskCache(root, OptionalLong.of(1 << 20));
        try (BlockFolder folder = cache.open("a:latest", "kind")) {
            folder.write(SALT, "", 0, TOKENS, ByteBuffer.allocate(1000));
            assertThat(cache.kept()).isEmpty();
        }
        try (BlockFolder folder = cache.open("b:latest", "kind")) {
            folder.write(SALT, "", 0, TOKENS, ByteBuffer.allocate(1000));
        }
        assertThat(cache.kept().stream().map(DiskCache.Kept::model)).containsExactlyInAnyOrder("a:latest", "b:latest");
        assertThat(cache.clear("a:latest")).isEqualTo(FILE_BYTES);
        assertThat(cache.kept().stream().map(DiskCache.Kept::model)).isEqualTo(List.of("b:latest"));
        assertThat(cache.clear("")).isEqualTo(FILE_BYTES);
        assertThat(cache.bytes()).isZero();
    }

    @Test
    void anUnsetBoundIsAShareOfTheDisk() throws IOException {
        DiskCache cache = new DiskCache(root, OptionalLong.empty());
        assertThat(cache.enabled()).isTrue();
        cache.open("a", "kind").close();
        assertThat(cache.bytesMax()).isBetween(1L, 32L << 30);
        assertThat(new DiskCache(root, OptionalLong.of(0)).enabled()).isFalse();
    }
}
