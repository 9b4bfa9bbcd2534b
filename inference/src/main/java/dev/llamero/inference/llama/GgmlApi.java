package dev.llamero.inference.llama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The functions of ggml that Llamero calls: back ends, devices, thread pools. One method per function.
 *
 * <p>Callers check every argument before; these methods pass on what they get.
 */
final class GgmlApi {
    /** Values of {@code enum ggml_backend_dev_type}. */
    private static final int DEVICE_CPU = 0;

    private static final int DEVICE_GPU = 1;
    private static final int DEVICE_INTEGRATED_GPU = 2;

    private static final MethodHandle POINTER_OF_POINTER = Native.handle(FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle POINTER_OF_INT = Native.handle(FunctionDescriptor.of(ADDRESS, JAVA_INT));
    private static final MethodHandle POINTER_OF_LONG = Native.handle(FunctionDescriptor.of(ADDRESS, JAVA_LONG));
    private static final MethodHandle POINTER_OF_POINTERS =
            Native.handle(FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle LONG_OF_NOTHING = Native.handle(FunctionDescriptor.of(JAVA_LONG));
    private static final MethodHandle INT_OF_NOTHING = Native.handle(FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle INT_OF_POINTER = Native.handle(FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle VOID_OF_POINTER = Native.handle(FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle VOID_OF_3_POINTERS =
            Native.handle(FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS));

    private final MemorySegment backendLoad;
    private final MemorySegment deviceByType;
    private final MemorySegment deviceCount;
    private final MemorySegment deviceGet;
    private final MemorySegment deviceType;
    private final MemorySegment deviceDescription;
    private final MemorySegment deviceMemory;
    private final MemorySegment deviceRegistry;
    private final MemorySegment procAddress;
    private MemorySegment threadpoolNew;
    private MemorySegment threadpoolFree;

    /** A device that back ends offer. */
    record Device(String description, boolean gpu, long freeBytes, long totalBytes) {}

    GgmlApi(SymbolLookup base, SymbolLookup ggml) {
        backendLoad = Native.address(ggml, "ggml_backend_load");
        deviceByType = Native.address(ggml, "ggml_backend_dev_by_type");
        deviceCount = Native.address(ggml, "ggml_backend_dev_count");
        deviceGet = Native.address(ggml, "ggml_backend_dev_get");
        deviceType = Native.address(base, "ggml_backend_dev_type");
        deviceDescription = Native.address(base, "ggml_backend_dev_description");
        deviceMemory = Native.address(base, "ggml_backend_dev_memory");
        deviceRegistry = Native.address(base, "ggml_backend_dev_backend_reg");
        procAddress = Native.address(base, "ggml_backend_reg_get_proc_address");
    }

    /** How well a CPU library suits this machine; 0 if it cannot run here. */
    static int score(DynamicLibrary cpuBackend) {
        return cpuBackend
                .symbols()
                .find("ggml_backend_score")
                .map(GgmlApi::callScore)
                .orElse(0);
    }

    private static int callScore(MemorySegment function) {
        try {
            return (int) INT_OF_NOTHING.invokeExact(function);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** Loads and registers a back end; false if it refused. */
    boolean loadBackend(Path library) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment registry = (MemorySegment) POINTER_OF_POINTER.invokeExact(
                    backendLoad, arena.allocateFrom(library.toAbsolutePath().toString()));
            return registry.address() != 0;
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** Whether a CPU back end is registered; nothing can be opened without one. */
    boolean hasCpuBackend() {
        return cpuDevice().address() != 0;
    }

    private MemorySegment cpuDevice() {
        try {
            return (MemorySegment) POINTER_OF_INT.invokeExact(deviceByType, DEVICE_CPU);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    /** All devices, with their memory as it is now. */
    List<Device> devices() {
        try {
            List<Device> devices = new ArrayList<>();
            long count = (long) LONG_OF_NOTHING.invokeExact(deviceCount);
            for (long i = 0; i < count; i++) {
                MemorySegment device = (MemorySegment) POINTER_OF_LONG.invokeExact(deviceGet, i);
                devices.add(device(device));
            }
            return devices;
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    private Device device(MemorySegment device) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment free = arena.allocate(JAVA_LONG);
            MemorySegment total = arena.allocate(JAVA_LONG);
            VOID_OF_3_POINTERS.invokeExact(deviceMemory, device, free, total);
            int type = (int) INT_OF_POINTER.invokeExact(deviceType, device);
            MemorySegment text = (MemorySegment) POINTER_OF_POINTER.invokeExact(deviceDescription, device);
            return new Device(
                    Native.text(text).orElse("unknown device"),
                    type == DEVICE_GPU || type == DEVICE_INTEGRATED_GPU,
                    free.get(JAVA_LONG, 0),
                    total.get(JAVA_LONG, 0));
        }
    }

    /** Finds the thread pool functions of the CPU back end, which only its registry gives out. */
    void findThreadpool() {
        try {
            MemorySegment registry = (MemorySegment) POINTER_OF_POINTER.invokeExact(deviceRegistry, cpuDevice());
            threadpoolNew = procAddress(registry, "ggml_threadpool_new");
            threadpoolFree = procAddress(registry, "ggml_threadpool_free");
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    private MemorySegment procAddress(MemorySegment registry, String name) throws Throwable {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address =
                    (MemorySegment) POINTER_OF_POINTERS.invokeExact(procAddress, registry, arena.allocateFrom(name));
            if (address.address() == 0) {
                throw new LlamaException("the CPU back end has no function " + name);
            }
            return address;
        }
    }

    /** Starts a pool; a null pointer if it cannot. */
    MemorySegment threadpoolNew(MemorySegment params) {
        try {
            return (MemorySegment) POINTER_OF_POINTER.invokeExact(threadpoolNew, params);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }

    void threadpoolFree(MemorySegment pool) {
        try {
            VOID_OF_POINTER.invokeExact(threadpoolFree, pool);
        } catch (Throwable t) {
            throw Native.rethrow(t);
        }
    }
}
