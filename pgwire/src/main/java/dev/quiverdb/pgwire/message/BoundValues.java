package dev.quiverdb.pgwire.message;

import org.jspecify.annotations.Nullable;

/**
 * The parameter values of a Bind message and the formats in which the results are wanted. Format 0
 * is text, 1 is binary. One format stands for all, none for text.
 */
public final class BoundValues {
    private final short[] parameterFormats;
    private final byte[] @Nullable [] parameters;
    private final short[] resultFormats;
    private final int sizeBytes;

    public BoundValues(
            short[] parameterFormats, byte[] @Nullable [] parameters, short[] resultFormats) {
        this.parameterFormats = parameterFormats;
        this.parameters = parameters;
        this.resultFormats = resultFormats;
        int size = 0;
        for (byte[] parameter : parameters) {
            size += parameter == null ? 0 : parameter.length;
        }
        sizeBytes = size;
    }

    public int parameterCount() {
        return parameters.length;
    }

    /** How many formats the client named for its parameters: 0, 1 or one for each. */
    public int parameterFormatCount() {
        return parameterFormats.length;
    }

    /** The bytes of parameter {@code index} (from 0), null for SQL's NULL. Not a copy. */
    public byte @Nullable [] parameter(int index) {
        return parameters[index];
    }

    public short parameterFormat(int index) {
        return format(parameterFormats, index);
    }

    /** How many formats the client named for the results: 0, 1 or one for each column. */
    public int resultFormatCount() {
        return resultFormats.length;
    }

    public short resultFormat(int index) {
        return format(resultFormats, index);
    }

    public int sizeBytes() {
        return sizeBytes;
    }

    private static short format(short[] formats, int index) {
        return switch (formats.length) {
            case 0 -> 0;
            case 1 -> formats[0];
            default -> formats[index];
        };
    }
}
