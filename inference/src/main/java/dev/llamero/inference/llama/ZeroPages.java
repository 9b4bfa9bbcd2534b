package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Gives back the pages of a new KV cache that hold nothing but zeros. llama.cpp writes zeros over the whole cache,
 * which makes all of it resident; a page that is given back is made of zeros again when it is touched. So a cache for
 * many long conversations takes memory only for the cells in use.
 *
 * <p>Nothing in llama.cpp's interface names the cache's address. It is found as what it is: one block of glibc's {@code
 * malloc} of just that size, in a mapping of its own, in a part of the address space where nothing was before. Where
 * any of that is not so (another C library, another system, a GPU), nothing happens.
 */
final class ZeroPages {
    private static final System.Logger LOG = System.getLogger(ZeroPages.class.getName());
    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final Path MEMORY = Path.of("/proc/self/mem");
    private static final Pattern MAPPING = Pattern.compile("([0-9a-f]+)-([0-9a-f]+) (\\S{4}) \\S+ \\S+ (\\d+)\\s*(.*)");
    private static final int DONT_NEED = 4;
    private static final long PAGE = 4096;
    private static final int HEAD_BYTES = 64;

    /** Below this glibc may keep a block in memory that it shares with others, and there is little to gain. */
    private static final long BYTES_MIN = 64L << 20;

    /** Zeros are looked for, and given back, in pieces of a huge page. */
    private static final long PIECE = 2L << 20;

    /** A block's own words, alignment, rounding to pages, and the rounding of the size in the log. */
    private static final long SIZE_TOLERANCE = 64L << 10;

    /** The bit in a block's size that says that it has a mapping of its own. */
    private static final long MAPPED_BIT = 2;

    private static final MethodHandle MADVISE =
            Native.libraryHandle("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private record Range(long start, long end) {
        boolean holds(long address) {
            return address >= start && address < end;
        }
    }

    private final List<Range> before;

    private ZeroPages(List<Range> before) {
        this.before = before;
    }

    /** Looks at the address space before a context is made. */
    static ZeroPages before() {
        return new ZeroPages(mappings(false));
    }

    /**
     * Gives zeros back in a block that was made since. Not while anything may write to it.
     *
     * @param blockBytes size of the KV cache in host memory
     * @return bytes given back
     */
    long release(long blockBytes) {
        long released = 0;
        for (MemorySegment block : blocks(blockBytes)) {
            released += releaseZeros(block);
        }
        LOG.log(System.Logger.Level.DEBUG, "gave {0} of {1} bytes of zeros back", released, blockBytes);
        return released;
    }

    /** Blocks of this size that were made since, without their first and last pages. */
    List<MemorySegment> blocks(long blockBytes) {
        List<MemorySegment> found = new ArrayList<>();
        if (blockBytes < BYTES_MIN || before.isEmpty()) {
            return found;
        }
        for (Range mapping : mappings(true)) {
            boolean isNew = before.stream().noneMatch(old -> old.holds(mapping.start));
            if (isNew && mapping.end - mapping.start >= blockBytes) {
                find(mapping, blockBytes).ifPresent(found::add);
            }
        }
        return found;
    }

    private static Optional<MemorySegment> find(Range mapping, long blockBytes) {
        ByteBuffer words = ByteBuffer.allocate(HEAD_BYTES).order(ByteOrder.nativeOrder());
        // Through a file, since what lies beside the block may be unmapped by another thread at any time.
        try (FileChannel memory = FileChannel.open(MEMORY, StandardOpenOption.READ)) {
            for (long page = mapping.start; page + blockBytes <= mapping.end; page += PAGE) {
                memory.read(words.clear(), page);
                long bytes = blockBytes(words, blockBytes);
                if (bytes > 0 && page + bytes <= mapping.end) {
                    return Optional.of(Native.bytes(MemorySegment.ofAddress(page + PAGE), bytes - 2 * PAGE));
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot read " + MEMORY + ": " + e.getMessage());
        }
        return Optional.empty();
    }

    /** The size of a block that begins here; 0 if none of about this size does. */
    private static long blockBytes(ByteBuffer words, long wanted) {
        if (words.position() < HEAD_BYTES) {
            return 0;
        }
        // The size stands behind one word, or behind the words that an alignment to 64 bytes leaves free.
        for (int at : new int[] {8, 56}) {
            long size = words.getLong(at);
            long bytes = size & ~7L;
            if ((size & 7) == MAPPED_BIT && Math.abs(bytes - wanted) <= SIZE_TOLERANCE) {
                return bytes;
            }
        }
        return 0;
    }

    private static long releaseZeros(MemorySegment block) {
        long released = 0;
        long from = -block.address() & (PIECE - 1);
        MemorySegment zeros = MemorySegment.ofArray(new long[(int) (PIECE / 8)]);
        for (long at = from; at + PIECE <= block.byteSize(); at += PIECE) {
            MemorySegment piece = block.asSlice(at, PIECE);
            if (piece.mismatch(zeros) < 0 && giveBack(piece)) {
                released += PIECE;
            }
        }
        return released;
    }

    /** Makes whole pages zeros that take no memory. False if the system refuses. */
    static boolean giveBack(MemorySegment piece) {
        try {
            return (int) MADVISE.invokeExact(piece, piece.byteSize(), DONT_NEED) == 0;
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** What is mapped, all of it or what is writable, private and no file's; empty if the system does not tell. */
    private static List<Range> mappings(boolean anonymous) {
        List<Range> found = new ArrayList<>();
        if (!Files.isReadable(MAPS)) {
            return found;
        }
        try {
            for (String line : Files.readAllLines(MAPS, StandardCharsets.ISO_8859_1)) {
                Matcher parts = MAPPING.matcher(line);
                if (!parts.matches()) {
                    continue;
                }
                boolean own = parts.group(3).equals("rw-p")
                        && parts.group(4).equals("0")
                        && parts.group(5).isEmpty();
                if (own || !anonymous) {
                    found.add(new Range(
                            Long.parseUnsignedLong(parts.group(1), 16), Long.parseUnsignedLong(parts.group(2), 16)));
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "cannot read " + MAPS + ": " + e.getMessage());
        }
        return found;
    }
}
