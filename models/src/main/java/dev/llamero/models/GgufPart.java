package dev.llamero.models;

import java.nio.file.Path;

/**
 * One file of a model.
 *
 * @param path the file
 * @param bytes its length
 * @param dataOffset byte at which the data section begins; tensor offsets count from here
 */
public record GgufPart(Path path, long bytes, long dataOffset) {}
