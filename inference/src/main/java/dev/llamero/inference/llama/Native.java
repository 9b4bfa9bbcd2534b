package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.llamero.inference.engine.EngineException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What every group of native functions needs: handles, addresses, upcalls, C strings, and exceptions of handles. The
 * only class that uses the JDK's restricted methods.
 */
@SuppressWarnings("restricted")
final class Native {
    /** Longest C string that is read; longer ones are cut. */
    private static final long TEXT_BYTES_MAX = 1 << 20;

    private static final Linker LINKER = Linker.nativeLinker();

    /** All memory: an offset is an address. For reading what native code pointed at without making a segment each. */
    static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Native() {}

    /** A handle for functions of this shape; its first argument is the function's address. */
    static MethodHandle handle(FunctionDescriptor descriptor, Linker.Option... options) {
        return LINKER.downcallHandle(descriptor, options);
    }

    /** A handle for a function of the C library. */
    static MethodHandle libraryHandle(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(libraryAddress(name), descriptor);
    }

    /** The address of a function of the C library. */
    static MemorySegment libraryAddress(String name) {
        return LINKER.defaultLookup().findOrThrow(name);
    }

    /** A function pointer that calls a Java method; the method must not throw. */
    static MemorySegment upcall(MethodHandle target, FunctionDescriptor descriptor, Arena arena) {
        return LINKER.upcallStub(target, descriptor, arena);
    }

    /** The floats behind a pointer that native code gave. */
    static MemorySegment floats(MemorySegment pointer, long count) {
        return pointer.reinterpret(count * Float.BYTES);
    }

    /** Memory behind a pointer that native code gave. */
    static MemorySegment bytes(MemorySegment pointer, long count) {
        return pointer.reinterpret(count);
    }

    /** The address of a function that this version of the library has. */
    static MemorySegment address(SymbolLookup symbols, String name) {
        return symbols.find(name)
                .orElseThrow(() -> new EngineException.Unloadable(
                        "the native library has no function " + name + ", so it is not llama.cpp v"
                                + NativeLibraries.VERSION + "; correct or unset " + NativeSettings.DIRECTORY_VARIABLE,
                        null));
    }

    /** A C string as text; empty for a null pointer. Bytes that are not UTF-8 are replaced. */
    static Optional<String> text(MemorySegment pointer) {
        if (pointer.address() == 0) {
            return Optional.empty();
        }
        MemorySegment bytes = pointer.reinterpret(TEXT_BYTES_MAX);
        long length = 0;
        while (length < TEXT_BYTES_MAX && bytes.get(JAVA_BYTE, length) != 0) {
            length++;
        }
        return Optional.of(new String(bytes.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8));
    }

    /** What a method handle threw, as an unchecked exception; a checked one cannot come from a native function. */
    static RuntimeException rethrow(Throwable thrown) {
        if (thrown instanceof RuntimeException exception) {
            return exception;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        return new IllegalStateException("a native call threw", thrown);
    }
}
