package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One shared library, opened with {@code dlopen}. Unlike the JDK's own lookup it says why a library cannot be opened.
 *
 * <p>Used on one platform thread while the runtime starts, since {@code dlerror} belongs to a thread. Libraries that
 * are kept stay open until the process ends.
 */
final class DynamicLibrary implements AutoCloseable {
    private static final int RTLD_NOW = 2;
    private static final int RTLD_GLOBAL = 0x100;
    private static final MethodHandle DLOPEN =
            Native.libraryHandle("dlopen", FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle DLSYM =
            Native.libraryHandle("dlsym", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle DLERROR = Native.libraryHandle("dlerror", FunctionDescriptor.of(ADDRESS));
    private static final MethodHandle DLCLOSE =
            Native.libraryHandle("dlclose", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    private final Path path;
    private MemorySegment handle;

    private DynamicLibrary(Path path, MemorySegment handle) {
        this.path = path;
        this.handle = handle;
    }

    /**
     * Opens a library and what it needs.
     *
     * @throws LlamaException with the dynamic linker's words
     */
    static DynamicLibrary open(Path path) {
        return open(path, RTLD_NOW);
    }

    /** Opens a library whose symbols also serve libraries that are opened later. */
    static DynamicLibrary openGlobal(Path path) {
        return open(path, RTLD_NOW | RTLD_GLOBAL);
    }

    private static DynamicLibrary open(Path path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = (MemorySegment)
                    DLOPEN.invokeExact(arena.allocateFrom(path.toAbsolutePath().toString()), flags);
            if (handle.address() == 0) {
                throw new LlamaException(error().orElse("dlopen failed for " + path));
            }
            return new DynamicLibrary(path, handle);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** The symbols of this library. */
    SymbolLookup symbols() {
        return this::symbol;
    }

    Path path() {
        return path;
    }

    private Optional<MemorySegment> symbol(String name) {
        if (handle == null) {
            throw new IllegalStateException(path + " is closed");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = (MemorySegment) DLSYM.invokeExact(handle, arena.allocateFrom(name));
            return address.address() == 0 ? Optional.empty() : Optional.of(address);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    private static Optional<String> error() throws Throwable {
        MemorySegment text = (MemorySegment) DLERROR.invokeExact();
        return Native.text(text);
    }

    /** Gives the library back; none of its symbols may be used afterwards. Again: no effect. */
    @Override
    public void close() {
        if (handle != null) {
            MemorySegment closing = handle;
            handle = null;
            try {
                int code = (int) DLCLOSE.invokeExact(closing);
                if (code != 0) {
                    throw new LlamaException("dlclose of " + path + " gave " + code);
                }
            } catch (Throwable t) {
                throw Native.rethrow(t);
            }
        }
    }
}
