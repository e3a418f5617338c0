package dev.quiverdb.base.type;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.nio.ByteBuffer;

/** oid, xid, cid, the reg* types, xid8 and pg_lsn: unsigned numbers. */
final class OidRoutines extends TypeRoutines {
    static final OidRoutines PLAIN = new OidRoutines(4, false);
    static final OidRoutines NAMED = new OidRoutines(4, true);
    static final OidRoutines XID8 = new OidRoutines(8, false);
    static final OidRoutines PG_LSN = new OidRoutines(8, false);

    private static final long LAST = 0xffff_ffffL;

    private final int width;
    private final boolean named;

    private OidRoutines(int width, boolean named) {
        this.width = width;
        this.named = named;
    }

    @Override
    Object parse(Type type, String text, int typmod, TypeContext context) {
        if (type.oid() == Oids.PG_LSN) {
            return parseLsn(text);
        }
        if (named) {
            if (text.equals("-") && type.oid() != Oids.REGROLE && type.oid() != Oids.REGNAMESPACE) {
                return 0L;
            }
            if (!text.isEmpty() && text.chars().allMatch(c -> Text.isDigit((char) c))) {
                return parseOid(type, text);
            }
            return context.names().resolve(type, text);
        }
        return width == 8 ? parseUnsigned(type, text) : parseOid(type, text);
    }

    private static Object parseOid(Type type, String text) {
        int from = Text.skipSpace(text, 0);
        int at = from;
        if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
            at++;
        }
        int digits = at;
        while (at < text.length() && Text.isDigit(text.charAt(at))) {
            at++;
        }
        if (at == digits || Text.skipSpace(text, at) < text.length()) {
            throw SqlException.invalidText(type.displayName(), text);
        }
        // As strtoul in 64 bits: the sign wraps, and -1 to -2^31 are taken for the unsigned number.
        String number = text.substring(from, at);
        long value;
        try {
            value = Long.parseLong(number.startsWith("+") ? number.substring(1) : number);
        } catch (NumberFormatException tooLong) {
            throw SqlException.outOfRange(type.displayName(), text);
        }
        if (value > LAST || value < Integer.MIN_VALUE) {
            throw SqlException.outOfRange(type.displayName(), text);
        }
        return value & LAST;
    }

    private static Object parseUnsigned(Type type, String text) {
        try {
            return Long.parseUnsignedLong(Text.trim(text));
        } catch (NumberFormatException wrong) {
            throw SqlException.invalidText(type.displayName(), text);
        }
    }

    private static Object parseLsn(String text) {
        int slash = text.indexOf('/');
        if (slash < 1
                || slash > 8
                || text.length() - slash - 1 < 1
                || text.length() - slash - 1 > 8) {
            throw SqlException.invalidText("pg_lsn", text);
        }
        long high = hex(text, 0, slash);
        long low = hex(text, slash + 1, text.length());
        return high << 32 | low;
    }

    private static long hex(String text, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), 16) : -1;
            if (digit < 0) {
                throw SqlException.invalidText("pg_lsn", text);
            }
            value = value << 4 | digit;
        }
        return value;
    }

    @Override
    String format(Type type, Object value, TypeContext context) {
        long number = (Long) value;
        if (named) {
            return number == 0 ? "-" : context.names().name(type, number);
        }
        if (type.oid() == Oids.PG_LSN) {
            return String.format("%X/%X", number >>> 32, number & LAST);
        }
        return Long.toUnsignedString(number);
    }

    @Override
    Object receive(Type type, ByteBuffer in, int typmod, TypeContext context) {
        return width == 8 ? in.getLong() : in.getInt() & LAST;
    }

    @Override
    void send(Type type, Object value, ByteWriter out, TypeContext context) {
        if (width == 8) {
            out.putLong((Long) value);
        } else {
            out.putInt((int) (long) (Long) value);
        }
    }

    @Override
    int compare(Type type, Object left, Object right) {
        // PostgreSQL compares a transaction's number with an int4 too.
        return Long.compareUnsigned(unsigned(left), unsigned(right));
    }

    private static long unsigned(Object value) {
        return value instanceof Integer number ? Integer.toUnsignedLong(number) : (Long) value;
    }

    /**
     * xid and cid have equality and hashing but no order in PostgreSQL; ordering them harms nobody.
     */
    @Override
    boolean comparable(Type type) {
        return type.oid() != Oids.XID && type.oid() != Oids.CID;
    }

    @Override
    void key(Type type, Object value, KeyWriter out) {
        out.putLong((Long) value);
    }

    static SqlException notFound(String what, String name) {
        return new SqlException(
                SqlState.UNDEFINED_OBJECT, what + " \"" + name + "\" does not exist");
    }
}
