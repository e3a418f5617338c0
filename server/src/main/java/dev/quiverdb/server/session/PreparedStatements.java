package dev.quiverdb.server.session;

import dev.quiverdb.base.error.SqlException;
import dev.quiverdb.base.error.SqlState;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The named prepared statements of a session, which SQL and the protocol share. */
final class PreparedStatements {
    private final Map<String, PreparedStatement> byName;

    PreparedStatements(Map<String, PreparedStatement> byName) {
        this.byName = byName;
    }

    Collection<PreparedStatement> all() {
        return byName.values().stream().filter(s -> !s.name().isEmpty()).toList();
    }

    /** PREPARE: the name must be free. */
    void add(PreparedStatement prepared) {
        if (byName.containsKey(prepared.name())) {
            throw new SqlException(
                    SqlState.DUPLICATE_PSTATEMENT,
                    "prepared statement \"" + prepared.name() + "\" already exists");
        }
        byName.put(prepared.name(), prepared);
    }

    PreparedStatement get(String name) {
        var prepared = byName.get(name);
        if (prepared == null) {
            throw new SqlException(
                    SqlState.INVALID_SQL_STATEMENT_NAME,
                    "prepared statement \"" + name + "\" does not exist");
        }
        return prepared;
    }

    /** DEALLOCATE; null forgets all. */
    void remove(@Nullable String name) {
        if (name == null) {
            byName.keySet().removeIf(n -> !n.isEmpty());
        } else {
            get(name);
            byName.remove(name);
        }
    }
}
