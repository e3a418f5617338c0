package dev.quiverdb.base.type;

/**
 * A label of an enum type, pg_enum.
 *
 * @param oid stays when the label is renamed
 * @param order stays when labels are added before or behind it
 */
public record EnumLabel(int oid, float order, String text) {
    /** The value that the label stands for. */
    public EnumValue value() {
        return new EnumValue(oid, order);
    }
}
