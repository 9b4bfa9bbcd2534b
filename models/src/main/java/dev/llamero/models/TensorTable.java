package dev.llamero.models;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/** Reads the tensor table of one file and checks that the tensors lie in the file, aligned and apart. */
final class TensorTable {
    static final int TENSORS_MAX = 131_072;
    /** Name length, no name, number of dimensions, no dimensions, type, offset. */
    static final int BYTES_MIN = 8 + 4 + 4 + 8;

    static final int NAME_BYTES_MAX = 64;
    private static final int DIMENSIONS_MAX = 4;

    private final HeaderInput in;
    private final int alignment;
    private final int part;

    TensorTable(HeaderInput in, int alignment, int part) {
        this.in = in;
        this.alignment = alignment;
        this.part = part;
    }

    List<GgufTensor> read(int count) throws IOException {
        var tensors = new ArrayList<GgufTensor>();
        var names = new HashSet<String>();
        long elements = 0;
        for (int i = 0; i < count; i++) {
            long at = in.position();
            GgufTensor tensor = tensor(i);
            if (!names.add(tensor.name())) {
                throw in.faultAt(at, "tensor " + GgufException.quoted(tensor.name()) + " is there twice");
            }
            elements += tensor.elements();
            if (elements < 0) {
                throw in.faultAt(at, "the tensors have more than 2^63 elements together");
            }
            tensors.add(tensor);
        }
        return Collections.unmodifiableList(tensors);
    }

    private GgufTensor tensor(int index) throws IOException {
        long at = in.position();
        long nameLength = in.longValue();
        if (nameLength < 1 || nameLength > NAME_BYTES_MAX) {
            throw in.faultAt(
                    at,
                    "the name of tensor " + index + " has " + Long.toUnsignedString(nameLength) + " bytes, 1 to "
                            + NAME_BYTES_MAX + " are allowed");
        }
        String name = new String(in.bytes((int) nameLength), StandardCharsets.UTF_8);
        String shown = "tensor " + GgufException.quoted(name);
        List<Long> dimensions = dimensions(shown);
        long typeAt = in.position();
        int typeId = in.intValue();
        GgmlType type = GgmlType.ofId(typeId)
                .orElseThrow(() -> in.faultAt(
                        typeAt,
                        shown + " has the unknown or withdrawn type " + Integer.toUnsignedString(typeId)
                                + ": quantise the model again"));
        checkSize(shown, dimensions, type, typeAt);
        long offsetAt = in.position();
        long offset = in.longValue();
        if (offset < 0 || offset % alignment != 0) {
            throw in.faultAt(
                    offsetAt,
                    shown + " begins at " + Long.toUnsignedString(offset) + " in the data, which is no multiple of "
                            + "the alignment " + alignment);
        }
        return new GgufTensor(name, dimensions, type, offset, part);
    }

    private List<Long> dimensions(String shown) throws IOException {
        long at = in.position();
        long count = Integer.toUnsignedLong(in.intValue());
        if (count > DIMENSIONS_MAX) {
            throw in.faultAt(at, shown + " has " + count + " dimensions, at most " + DIMENSIONS_MAX + " are allowed");
        }
        var dimensions = new ArrayList<Long>((int) count);
        for (int i = 0; i < count; i++) {
            long dimension = in.longValue();
            if (dimension < 0) {
                throw in.fault(shown + " has a dimension of " + Long.toUnsignedString(dimension));
            }
            dimensions.add(dimension);
        }
        return dimensions;
    }

    private void checkSize(String shown, List<Long> dimensions, GgmlType type, long at) throws GgufException {
        long rowLength = dimensions.isEmpty() ? 1 : dimensions.getFirst();
        if (rowLength % type.blockElements() != 0) {
            throw in.faultAt(
                    at,
                    shown + " has rows of " + rowLength + " numbers, which are not whole blocks of "
                            + type.blockElements() + " as " + type + " needs");
        }
        try {
            long elements = 1;
            for (long dimension : dimensions) {
                elements = Math.multiplyExact(elements, dimension);
            }
            type.bytes(elements);
        } catch (ArithmeticException e) {
            var fault = in.faultAt(at, shown + " has dimensions " + dimensions + ", more than any file can hold");
            fault.initCause(e);
            throw fault;
        }
    }

    /** Where the data begins, after checking that every tensor lies within the file and none on another. */
    long dataOffset(List<GgufTensor> tensors, boolean missingDataAllowed) throws GgufException {
        long dataOffset = align(in.position());
        var ordered = new ArrayList<>(tensors);
        ordered.sort(Comparator.comparingLong(GgufTensor::offset).thenComparingLong(GgufTensor::bytes));
        GgufTensor before = null;
        long end = 0;
        for (GgufTensor tensor : ordered) {
            if (tensor.bytes() == 0) {
                continue;
            }
            if (tensor.offset() < end) {
                throw in.fault("tensor " + GgufException.quoted(tensor.name()) + " overlaps tensor "
                        + GgufException.quoted(before.name()) + " in the data");
            }
            end = tensor.offset() + tensor.bytes();
            if (end < 0 || end > Long.MAX_VALUE - dataOffset) {
                throw in.fault("tensor " + GgufException.quoted(tensor.name()) + " ends beyond 2^63 bytes");
            }
            before = tensor;
        }
        if (!missingDataAllowed && before != null && dataOffset + end > in.size()) {
            throw in.fault("the file is cut off: tensor " + GgufException.quoted(before.name()) + " ends at byte "
                    + (dataOffset + end) + ", the file has " + in.size() + " bytes (an incomplete download?)");
        }
        return dataOffset;
    }

    private long align(long position) {
        return (position + alignment - 1) / alignment * alignment;
    }
}
