package dev.quiverdb.sql.catalog;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of user objects, as they lie in the catalog's tablet:
 *
 * <pre>
 * object  = format (1 byte, now 3), record
 * record  = number of components (u8), components in the order of the Java record
 * int, long, float, char, boolean = big-endian, fixed width
 * String, Long, nested record     = 0 for null | 1, value (text: u32 length in bytes, UTF-8)
 * List    = u32 size, elements (never null); Map = u32 size, (key text, value text)...
 * </pre>
 *
 * A reader takes missing trailing components as null, 0 or empty, so components may be appended.
 */
public final class ObjectCodec {
    private static final int FORMAT = 3;

    private ObjectCodec() {}

    /** Bytes of an object. The class id stored beside them tells which record it is. */
    public static byte[] encode(CatalogObject object) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            writeRecord((Record) object, out);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /** Inverse of {@link #encode}. */
    public static CatalogObject decode(int classId, byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int format = in.readUnsignedByte();
            if (format != FORMAT) {
                throw new IllegalArgumentException(
                        "the data directory is of another version of QuiverDB: its catalog has format "
                                + format
                                + ", this version reads "
                                + FORMAT);
            }
            return (CatalogObject) readRecord(type(classId), in);
        } catch (IOException broken) {
            throw new UncheckedIOException("catalog object of class " + classId, broken);
        }
    }

    private static Class<? extends Record> type(int classId) {
        return switch (classId) {
            case CatalogObject.CLASS_TYPE -> UserType.class;
            case CatalogObject.CLASS_FUNCTION -> Function.class;
            case CatalogObject.CLASS_RELATION -> Relation.class;
            case CatalogObject.CLASS_ROLE -> Role.class;
            case CatalogObject.CLASS_DATABASE -> Database.class;
            case CatalogObject.CLASS_SETTING_DEFAULTS -> SettingDefaults.class;
            case CatalogObject.CLASS_CONSTRAINT -> Constraint.class;
            case CatalogObject.CLASS_DESCRIPTION -> Comment.class;
            case CatalogObject.CLASS_SCHEMA -> Schema.class;
            case CatalogObject.CLASS_EXTENSION -> Extension.class;
            case CatalogObject.CLASS_POLICY -> Policy.class;
            case CatalogObject.CLASS_DEFAULT_PRIVILEGES -> DefaultPrivileges.class;
            default -> throw new IllegalArgumentException("no catalog class " + classId);
        };
    }

    private static void writeRecord(Record record, DataOutputStream out) throws IOException {
        var components = record.getClass().getRecordComponents();
        out.writeByte(components.length);
        for (var component : components) {
            Object value;
            try {
                value = component.getAccessor().invoke(record);
            } catch (ReflectiveOperationException impossible) {
                throw new IllegalStateException(impossible);
            }
            write(component.getType(), value, out);
        }
    }

    private static void write(Class<?> type, @Nullable Object value, DataOutputStream out)
            throws IOException {
        if (value == null) {
            out.writeByte(0);
            return;
        }
        switch (value) {
            case Integer number -> out.writeInt(number);
            case Long number -> {
                if (!type.isPrimitive()) {
                    out.writeByte(1);
                }
                out.writeLong(number);
            }
            case Float number -> out.writeFloat(number);
            case Character letter -> out.writeChar(letter);
            case Boolean flag -> out.writeBoolean(flag);
            case String text -> {
                out.writeByte(1);
                writeText(text, out);
            }
            case List<?> list -> {
                out.writeInt(list.size());
                for (var element : list) {
                    switch (element) {
                        case String text -> writeText(text, out);
                        case Record record -> writeRecord(record, out);
                        default -> write(element.getClass(), element, out);
                    }
                }
            }
            case Map<?, ?> map -> {
                out.writeInt(map.size());
                for (var entry : map.entrySet()) {
                    writeText(entry.getKey().toString(), out);
                    writeText(entry.getValue().toString(), out);
                }
            }
            case Record record -> {
                out.writeByte(1);
                writeRecord(record, out);
            }
            default -> throw new IllegalStateException("no form for " + type);
        }
    }

    private static void writeText(String text, DataOutputStream out) throws IOException {
        var bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static String readText(DataInputStream in) throws IOException {
        var bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static Record readRecord(Class<?> type, DataInputStream in) throws IOException {
        int stored = in.readUnsignedByte();
        var components = type.getRecordComponents();
        var values = new @Nullable Object[components.length];
        var types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = i < stored ? read(components[i], in) : absent(components[i].getType());
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return (Record) constructor.newInstance(values);
        } catch (ReflectiveOperationException wrong) {
            throw new IllegalStateException("catalog object " + type.getSimpleName(), wrong);
        }
    }

    private static @Nullable Object absent(Class<?> type) {
        if (type == List.class) {
            return List.of();
        }
        if (type == Map.class) {
            return Map.of();
        }
        return switch (type.getName()) {
            case "int" -> 0;
            case "long" -> 0L;
            case "float" -> 0f;
            case "char" -> (char) 0;
            case "boolean" -> false;
            default -> null;
        };
    }

    private static @Nullable Object read(RecordComponent component, DataInputStream in)
            throws IOException {
        var type = component.getType();
        if (type == List.class) {
            var element =
                    (Class<?>)
                            ((ParameterizedType) component.getGenericType())
                                    .getActualTypeArguments()[0];
            int size = in.readInt();
            var list = new ArrayList<Object>(size);
            for (int i = 0; i < size; i++) {
                list.add(readElement(element, in));
            }
            return list;
        }
        if (type == Map.class) {
            int size = in.readInt();
            var map = new LinkedHashMap<String, String>();
            for (int i = 0; i < size; i++) {
                var key = readText(in);
                map.put(key, readText(in));
            }
            return map;
        }
        if (type.isPrimitive()) {
            return readElement(type, in);
        }
        return in.readByte() == 0 ? null : readElement(type, in);
    }

    private static Object readElement(Class<?> type, DataInputStream in) throws IOException {
        return switch (type.getName()) {
            case "int", "java.lang.Integer" -> in.readInt();
            case "long", "java.lang.Long" -> in.readLong();
            case "float", "java.lang.Float" -> in.readFloat();
            case "char", "java.lang.Character" -> in.readChar();
            case "boolean", "java.lang.Boolean" -> in.readBoolean();
            case "java.lang.String" -> readText(in);
            default -> readRecord(type, in);
        };
    }
}
