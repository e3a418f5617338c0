package dev.quiverdb.base.type;

/**
 * A value of an enum type: the OID of its label, which the type knows by name, and the label's
 * order. Neither changes when labels are renamed or added, so that rows and indexes keep their
 * meaning.
 */
public record EnumValue(int oid, float order) implements Comparable<EnumValue> {
    @Override
    public int compareTo(EnumValue other) {
        return Float.compare(order, other.order);
    }
}
