package dev.quiverdb.base.setting;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import dev.quiverdb.base.type.DateOrder;
import dev.quiverdb.base.type.DateStyle;
import dev.quiverdb.base.type.IntervalStyle;
import dev.quiverdb.base.type.NameResolver;
import dev.quiverdb.base.type.TimeZones;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values of a session's settings, with PostgreSQL's transactional rules: SET lasts for the
 * session unless the transaction rolls back, SET LOCAL lasts to the end of the transaction, and
 * savepoints nest. The session calls {@link #begin}, {@link #savepoint}, {@link #release}, {@link
 * #rollbackTo}, {@link #commit} and {@link #rollback}; outside a transaction a SET takes effect for
 * good. Not thread-safe.
 */
public final class Settings {
    public enum Scope {
        SESSION,
        LOCAL
    }

    private enum State {
        SET,
        LOCAL,
        SET_THEN_LOCAL
    }

    /**
     * What one nesting level remembers of one setting: the value before it, and SET's below
     * LOCAL's.
     */
    private static final class Undo {
        final @Nullable String prior;
        @Nullable String masked;
        State state;

        Undo(@Nullable String prior, State state) {
            this.prior = prior;
            this.state = state;
        }
    }

    private static final Pattern CUSTOM_NAME =
            Pattern.compile(
                    "[A-Za-z_\\x80-\\uffff][\\w$\\x80-\\uffff]*(\\.[A-Za-z_\\x80-\\uffff][\\w$\\x80-\\uffff]*)+");
    private static final Pattern PLAIN_IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_$]*");
    private static final Set<String> RESERVED_PREFIXES = Set.of("hnsw", "ivfflat", "ivfpq");

    private final Map<String, String> values = new HashMap<>();
    private final Map<String, String> defaults = new HashMap<>();
    private final Map<String, Setting> custom = new HashMap<>();
    private final Deque<Map<String, Undo>> levels = new ArrayDeque<>();
    private final Set<String> changedReports = new LinkedHashSet<>();
    private long version;

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /** Grows with every change, so that what was derived from a value can be kept. */
    public long version() {
        return version;
    }

    private static SqlException unrecognized(String name) {
        return new SqlException(
                SqlState.UNDEFINED_OBJECT, "unrecognized configuration parameter \"" + name + "\"");
    }

    /** The setting of a name, built in or custom, or null. */
    public @Nullable Setting find(String name) {
        var builtin = BuiltinSettings.find(name);
        return builtin != null ? builtin : custom.get(key(name));
    }

    private Setting require(String name) {
        var setting = find(name);
        if (setting == null) {
            throw unrecognized(name);
        }
        return setting;
    }

    private Setting requireOrCreate(String name) {
        var setting = find(name);
        if (setting != null) {
            return setting;
        }
        int dot = name.indexOf('.');
        if (dot < 0) {
            throw unrecognized(name);
        }
        if (!CUSTOM_NAME.matcher(name).matches()) {
            throw invalidName(name)
                    .withDetail(
                            "Custom parameter names must be two or more simple identifiers"
                                    + " separated by dots.");
        }
        String prefix = name.substring(0, dot);
        if (RESERVED_PREFIXES.contains(prefix)) {
            throw invalidName(name).withDetail("\"" + prefix + "\" is a reserved prefix.");
        }
        return Setting.custom(name);
    }

    private static SqlException invalidName(String name) {
        return new SqlException(
                SqlState.INVALID_NAME, "invalid configuration parameter name \"" + name + "\"");
    }

    private String resetValue(Setting setting) {
        return defaults.getOrDefault(key(setting.name()), setting.bootValue());
    }

    /** The stored value: numbers in the setting's unit, {@code on} and {@code off}. */
    public String get(String name) {
        return value(require(name));
    }

    private String value(Setting setting) {
        var set = values.get(key(setting.name()));
        return set != null ? set : resetValue(setting);
    }

    public boolean getBoolean(String name) {
        return get(name).equals("on");
    }

    public int getInt(String name) {
        return Integer.parseInt(get(name));
    }

    public double getDouble(String name) {
        return Double.parseDouble(get(name));
    }

    /** Whether somebody set it: the user, or a file, a role or a database for them. */
    public boolean isSet(String name) {
        return values.containsKey(key(name)) || defaults.containsKey(key(name));
    }

    /** As SHOW prints it, with units; an error if there is no such setting. */
    public String show(String name) {
        var setting = require(name);
        if (setting.name().equals("seed")) {
            return "unavailable";
        }
        String value = value(setting);
        if (setting.name().equals("data_directory_mode")
                || setting.name().equals("log_file_mode")) {
            return String.format("%04o", Integer.valueOf(value));
        }
        return switch (setting.kind()) {
            case BOOL, STRING, ENUM -> value;
            case INTEGER, REAL -> SettingUnits.show(setting, Double.parseDouble(value));
        };
    }

    /** All settings, built in and custom, by name. */
    public List<Setting> all() {
        var all = new ArrayList<>(BuiltinSettings.all());
        all.addAll(custom.values());
        return all;
    }

    /** What RESET would set. */
    public String defaultValue(String name) {
        return resetValue(require(name));
    }

    /** SET as the user writes it. */
    public void set(String name, String value, Scope scope, boolean superuser) {
        var setting = requireOrCreate(name);
        checkContext(setting, name, superuser);
        assign(setting, SettingChecks.canonical(setting, name, value, value(setting)), scope);
    }

    /** SET with a list, {@code SET search_path TO a, "B c"}. */
    public void set(String name, List<String> list, Scope scope, boolean superuser) {
        set(name, listText(name, list), scope, superuser);
    }

    /** The text of a list, its names quoted where they must be. */
    public String listText(String name, List<String> list) {
        var setting = find(name);
        boolean quote = setting != null && setting.quotedList();
        var text = new StringBuilder();
        for (var element : list) {
            text.append(text.isEmpty() ? "" : ", ");
            boolean plain = !quote || PLAIN_IDENTIFIER.matcher(element).matches();
            text.append(plain ? element : '"' + element.replace("\"", "\"\"") + '"');
        }
        return text.toString();
    }

    /** RESET, and SET ... TO DEFAULT. */
    public void reset(String name, Scope scope, boolean superuser) {
        var setting = require(name);
        checkContext(setting, name, superuser);
        assign(setting, null, scope);
    }

    /** RESET ALL. */
    public void resetAll() {
        for (var name : List.copyOf(values.keySet())) {
            var setting = find(name);
            boolean fixed = setting == null || setting.keptByResetAll();
            if (!fixed
                    && setting != null
                    && setting.context().compareTo(Setting.Context.SUPERUSER) >= 0) {
                assign(setting, null, Scope.SESSION);
            }
        }
    }

    /**
     * What the server knows better than the user: read-only settings and those of the session's
     * start. Neither the context is checked nor can a rollback undo it.
     */
    public void override(String name, String value) {
        var setting = require(name);
        values.put(key(name), SettingChecks.canonical(setting, name, value, value(setting)));
        changed(setting);
    }

    /**
     * A default from the command line, a file, a role or the start-up message: what RESET goes back
     * to.
     */
    public void setDefault(String name, String value) {
        var setting = requireOrCreate(name);
        remember(setting);
        defaults.put(key(name), SettingChecks.canonical(setting, name, value, value(setting)));
        changed(setting);
    }

    private static void checkContext(Setting setting, String name, boolean superuser) {
        switch (setting.context()) {
            case INTERNAL -> throw cannotChange(name, "cannot be changed");
            case POSTMASTER ->
                    throw cannotChange(name, "cannot be changed without restarting the server");
            case SIGHUP -> throw cannotChange(name, "cannot be changed now");
            case BACKEND, SUPERUSER_BACKEND ->
                    throw cannotChange(name, "cannot be set after connection start");
            case SUPERUSER -> {
                if (!superuser) {
                    throw new SqlException(
                            SqlState.INSUFFICIENT_PRIVILEGE,
                            "permission denied to set parameter \"" + name + "\"");
                }
            }
            case USER -> {}
        }
    }

    private static SqlException cannotChange(String name, String why) {
        return new SqlException(
                SqlState.CANT_CHANGE_RUNTIME_PARAM, "parameter \"" + name + "\" " + why);
    }

    private void remember(Setting setting) {
        if (BuiltinSettings.find(setting.name()) == null) {
            custom.putIfAbsent(key(setting.name()), setting);
        }
    }

    private void changed(Setting setting) {
        version++;
        if (setting.reported()) {
            changedReports.add(setting.name());
        }
    }

    /** Gives a setting a value; null for that of {@link #defaultValue}. */
    private void assign(Setting setting, @Nullable String value, Scope scope) {
        String key = key(setting.name());
        if (scope == Scope.LOCAL && levels.isEmpty()) {
            // Outside a transaction SET LOCAL has no effect; the session warns.
            return;
        }
        var level = levels.peek();
        if (level != null) {
            var undo = level.get(key);
            boolean local = scope == Scope.LOCAL;
            if (undo == null) {
                level.put(key, new Undo(values.get(key), local ? State.LOCAL : State.SET));
            } else if (!local) {
                undo.state = State.SET;
                undo.masked = null;
            } else if (undo.state == State.SET) {
                undo.masked = values.get(key);
                undo.state = State.SET_THEN_LOCAL;
            }
        }
        remember(setting);
        put(setting, value);
    }

    private void put(Setting setting, @Nullable String value) {
        String key = key(setting.name());
        if (value == null) {
            values.remove(key);
        } else {
            values.put(key, value);
        }
        changed(setting);
    }

    /** Whether a transaction is open. */
    public boolean inTransaction() {
        return !levels.isEmpty();
    }

    public void begin() {
        if (!levels.isEmpty()) {
            throw new IllegalStateException("a transaction is open");
        }
        levels.push(new HashMap<>());
    }

    public void savepoint() {
        if (levels.isEmpty()) {
            throw new IllegalStateException("no transaction is open");
        }
        levels.push(new HashMap<>());
    }

    /** Ends the innermost level well; its changes become those of the level around it. */
    public void release() {
        if (levels.size() < 2) {
            throw new IllegalStateException("no savepoint is open");
        }
        var inner = levels.pop();
        var outer = levels.element();
        inner.forEach((key, undo) -> merge(outer, key, undo));
    }

    private static void merge(Map<String, Undo> outer, String key, Undo undo) {
        var around = outer.get(key);
        if (around == null) {
            outer.put(key, undo);
            return;
        }
        switch (undo.state) {
            case SET -> {
                around.state = State.SET;
                around.masked = null;
            }
            case LOCAL -> {
                if (around.state == State.SET) {
                    around.masked = undo.prior;
                    around.state = State.SET_THEN_LOCAL;
                }
            }
            case SET_THEN_LOCAL -> {
                around.masked = undo.masked;
                around.state = State.SET_THEN_LOCAL;
            }
        }
    }

    /** Ends the innermost level badly. For ROLLBACK TO, open it again by {@link #savepoint}. */
    public void rollbackTo() {
        if (levels.size() < 2) {
            throw new IllegalStateException("no savepoint is open");
        }
        undo(levels.pop());
    }

    /** How many levels are open: 0 outside a transaction, 1 in one, more with savepoints. */
    public int depth() {
        return levels.size();
    }

    /** Ends the transaction well: SET stays, SET LOCAL goes. */
    public void commit() {
        while (levels.size() > 1) {
            release();
        }
        var level = levels.poll();
        if (level == null) {
            return;
        }
        level.forEach((key, undo) -> {
            if (undo.state != State.SET) {
                restore(key, undo.state == State.LOCAL ? undo.prior : undo.masked);
            }
        });
    }

    /** Ends the transaction badly: all of its changes go. */
    public void rollback() {
        while (!levels.isEmpty()) {
            undo(levels.pop());
        }
    }

    private void undo(Map<String, Undo> level) {
        level.forEach((key, undo) -> restore(key, undo.prior));
    }

    private void restore(String key, @Nullable String value) {
        var setting = find(key);
        if (setting != null) {
            put(setting, value);
        }
    }

    /** Names of reported settings that changed since the last call, for ParameterStatus. */
    public List<String> takeChangedReports() {
        if (changedReports.isEmpty()) {
            return List.of();
        }
        var names = List.copyOf(changedReports);
        changedReports.clear();
        return names;
    }

    /** The schemas of search_path in order, unquoted; {@code $user} stands as it is. */
    public List<String> searchPath() {
        var schemas = new ArrayList<String>();
        String text = get("search_path");
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == ',' || c == ' ') {
                at++;
            } else if (c == '"') {
                var name = new StringBuilder();
                at++;
                while (at < text.length()) {
                    char one = text.charAt(at++);
                    if (one != '"') {
                        name.append(one);
                    } else if (at < text.length() && text.charAt(at) == '"') {
                        name.append('"');
                        at++;
                    } else {
                        break;
                    }
                }
                schemas.add(name.toString());
            } else {
                int end = text.indexOf(',', at);
                end = end < 0 ? text.length() : end;
                schemas.add(text.substring(at, end).strip().toLowerCase(Locale.ROOT));
                at = end;
            }
        }
        return schemas;
    }

    public ZoneId zone() {
        var zone = TimeZones.find(get("TimeZone"));
        return zone == null ? ZoneOffset.UTC : zone;
    }

    /**
     * These settings as what types want to know. It follows changes; reading a setting again only
     * after one.
     */
    public TypeContext typeContext(LongSupplier nowMicros, NameResolver names) {
        return typeContext(nowMicros, names, oid -> null);
    }

    /**
     * As {@link #typeContext(LongSupplier, NameResolver)}.
     *
     * @param types types that users made, by OID; null for others
     */
    public TypeContext typeContext(
            LongSupplier nowMicros, NameResolver names, IntFunction<@Nullable Type> types) {
        return new View(nowMicros, names, types);
    }

    private final class View implements TypeContext {
        private final LongSupplier nowMicros;
        private final NameResolver names;
        private final IntFunction<@Nullable Type> types;
        private long seen = -1;
        private ZoneId zone = ZoneOffset.UTC;
        private DateStyle dateStyle = DateStyle.ISO;
        private DateOrder dateOrder = DateOrder.MDY;
        private IntervalStyle intervalStyle = IntervalStyle.POSTGRES;
        private int extraFloatDigits = 1;
        private boolean byteaHex = true;

        View(LongSupplier nowMicros, NameResolver names, IntFunction<@Nullable Type> types) {
            this.nowMicros = nowMicros;
            this.names = names;
            this.types = types;
        }

        @Override
        public Type type(int oid) {
            var made = types.apply(oid);
            return made == null ? TypeContext.super.type(oid) : made;
        }

        private void refresh() {
            if (seen == version) {
                return;
            }
            seen = version;
            zone = Settings.this.zone();
            String style = get("DateStyle");
            int comma = style.indexOf(',');
            dateStyle = DateStyle.valueOf(style.substring(0, comma).toUpperCase(Locale.ROOT));
            dateOrder = DateOrder.valueOf(style.substring(comma + 1).strip());
            intervalStyle = IntervalStyle.valueOf(get("IntervalStyle").toUpperCase(Locale.ROOT));
            extraFloatDigits = getInt("extra_float_digits");
            byteaHex = get("bytea_output").equals("hex");
        }

        @Override
        public ZoneId zone() {
            refresh();
            return zone;
        }

        @Override
        public DateStyle dateStyle() {
            refresh();
            return dateStyle;
        }

        @Override
        public DateOrder dateOrder() {
            refresh();
            return dateOrder;
        }

        @Override
        public IntervalStyle intervalStyle() {
            refresh();
            return intervalStyle;
        }

        @Override
        public int extraFloatDigits() {
            refresh();
            return extraFloatDigits;
        }

        @Override
        public boolean byteaHex() {
            refresh();
            return byteaHex;
        }

        @Override
        public long nowMicros() {
            return nowMicros.getAsLong();
        }

        @Override
        public NameResolver names() {
            return names;
        }
    }
}
