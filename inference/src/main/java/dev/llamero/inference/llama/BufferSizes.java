package dev.llamero.inference.llama;

import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Adds up the buffers that llama.cpp reports in its log while a model and its context are opened. The C interface has
 * no function for them; the pinned version's lines are {@code NAME model|KV|RS|output|compute buffer size = N MiB}.
 *
 * <p>Used on the thread that opens the model.
 */
final class BufferSizes implements BiConsumer<Integer, String> {
    private static final Pattern LINE =
            Pattern.compile("(\\S+)\\s+(model|KV|RS|output|compute) buffer size\\s*=\\s*([0-9.]+) MiB");
    private static final Pattern GPU_BUFFER = Pattern.compile("(CUDA|ROCm|Vulkan|SYCL|Metal|MUSA)\\d*");
    private static final double MIB = 1 << 20;

    private double hostMib;
    private double hostKvMib;
    private double kvMib;
    private double weightMib;
    private double gpuMib;
    private String firstError = "";

    @Override
    public void accept(Integer level, String text) {
        if (level == NativeLog.ERROR && firstError.isEmpty()) {
            firstError = text;
        }
        Matcher line = LINE.matcher(text);
        if (line.find()) {
            double mib = Double.parseDouble(line.group(3));
            if (onGpu(line.group(1))) {
                gpuMib += mib;
            } else {
                hostMib += mib;
                hostKvMib += line.group(2).equals("KV") ? mib : 0;
            }
            kvMib += line.group(2).equals("KV") ? mib : 0;
            weightMib += line.group(2).equals("model") ? mib : 0;
        }
    }

    /** The CPU's buffers have several names (CPU, CPU_Mapped, CPU_REPACK, AMX, CUDA_Host); the GPU's are few. */
    private static boolean onGpu(String buffer) {
        return GPU_BUFFER.matcher(buffer).matches();
    }

    /** Forgets what was counted of a failed attempt, before another one. */
    void forgetErrors() {
        hostKvMib = 0;
        kvMib = 0;
        firstError = "";
    }

    /** The first error that was logged, without the function's name before it; empty if there was none. */
    String firstError() {
        return firstError.replaceFirst("^\\w+: ", "").replaceFirst("^error loading model: ", "");
    }

    long totalBytes() {
        return (long) ((hostMib + gpuMib) * MIB);
    }

    /** The part of the KV cache in main memory. */
    long hostKvBytes() {
        return (long) (hostKvMib * MIB);
    }

    /** The whole KV cache. */
    long kvBytes() {
        return (long) (kvMib * MIB);
    }

    long weightBytes() {
        return (long) (weightMib * MIB);
    }

    long gpuBytes() {
        return (long) (gpuMib * MIB);
    }
}
