package dev.llamero.inference.llama;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the native libraries are and which of them are wanted.
 *
 * @param directory a folder that holds llama.cpp's libraries themselves; empty to take the fetched ones
 * @param folder the folder {@code natives} of a checkout, with what its {@code fetch} brought; empty to look for it
 *     beside the running program
 * @param variant CPU only, CUDA, or whatever is there
 */
public record NativeSettings(Optional<Path> directory, Optional<Path> folder, Variant variant) {
    /** Environment variable that names a folder of llama.cpp libraries. */
    public static final String DIRECTORY_VARIABLE = "LLAMERO_LIBLLAMA";

    /** System property that names the folder {@code natives}. */
    public static final String FOLDER_PROPERTY = "llamero.natives";

    /** Which build of llama.cpp. */
    public enum Variant {
        /** CUDA if it was fetched, otherwise CPU. */
        AUTO,
        CPU,
        /** CUDA; falls back to the CPU, with a warning, when there is no usable GPU. */
        CUDA
    }

    public NativeSettings {
        Objects.requireNonNull(directory, "directory is null");
        Objects.requireNonNull(folder, "folder is null");
        Objects.requireNonNull(variant, "variant is null");
    }

    /** The settings that the environment and the launcher give. */
    public static NativeSettings fromEnvironment(Map<String, String> environment) {
        return new NativeSettings(
                path(environment.get(DIRECTORY_VARIABLE)), path(System.getProperty(FOLDER_PROPERTY)), Variant.AUTO);
    }

    private static Optional<Path> path(String text) {
        return Optional.ofNullable(text).filter(value -> !value.isBlank()).map(Path::of);
    }
}
