package dev.llamero.inference.llama;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The first bytes of a library's file, which tell for which processor it was built. The dynamic linker's own complaint
 * about a wrong one is that there is no such file.
 */
final class SharedObject {
    private static final int HEADER_BYTES = 20;
    private static final int MAGIC = 0x7F454C46;
    private static final int CLASS_AT = 4;
    private static final int CLASS_64_BIT = 2;
    private static final int MACHINE_AT = 18;
    private static final int X86_64 = 62;
    private static final int ARM_64 = 183;

    private SharedObject() {}

    /**
     * Why a library cannot be loaded on this machine, with the remedy behind a semicolon; empty if its header is right.
     *
     * @param osArch the system property {@code os.arch}
     */
    static Optional<String> fault(Path library, String osArch) {
        byte[] head;
        try (var in = Files.newInputStream(library)) {
            head = in.readNBytes(HEADER_BYTES);
        } catch (IOException e) {
            return Optional.of(library + " cannot be read: " + e.getMessage() + "; check its rights");
        }
        if (head.length < HEADER_BYTES || ByteBuffer.wrap(head).getInt() != MAGIC) {
            return Optional.of(library + " is no library: it was cut or stands for another file; "
                    + "build again after deleting its node_modules folder, or copy it again");
        }
        String built = machine(head);
        String here = osArch.equals("amd64") ? "x86_64" : osArch;
        return built.equals(here)
                ? Optional.empty()
                : Optional.of(library + " is built for " + built + ", and this machine is " + here
                        + "; unset LLAMERO_LIBLLAMA and build here, or name a folder with a build for " + here);
    }

    private static String machine(byte[] head) {
        int machine = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getShort(MACHINE_AT);
        if (head[CLASS_AT] != CLASS_64_BIT) {
            return "a 32-bit system";
        }
        return switch (machine) {
            case X86_64 -> "x86_64";
            case ARM_64 -> "aarch64";
            default -> "another processor (" + machine + ")";
        };
    }
}
