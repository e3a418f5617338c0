package dev.quiverdb.server.session;

import dev.quiverdb.base.type.DateOrder;
import dev.quiverdb.base.type.DateStyle;
import dev.quiverdb.base.type.IntervalStyle;
import dev.quiverdb.base.type.NameResolver;
import dev.quiverdb.base.type.Type;
import dev.quiverdb.base.type.TypeContext;
import dev.quiverdb.plan.PlanContext;
import dev.quiverdb.sql.bind.BindContext;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntToLongFunction;

/**
 * Binds and plans one statement while watching what its meaning depends on, so as to know whether
 * the plan may serve again where its text comes again. Literals that say what time it is ({@code
 * 'now'}), names in reg* literals, new OIDs, notices to the client and settings that are not in
 * {@link SessionState#PLANNER_SETTINGS} may not.
 */
final class WatchedBinding {
    private final BindContext context;
    private final PlanContext planning;
    private final Map<Integer, Long> tabletRows = new HashMap<>();
    private boolean repeatable = true;

    WatchedBinding(BindContext session, IntToLongFunction tabletRows, Set<String> knownSettings) {
        context =
                new BindContext(
                        session.catalog(),
                        session.searchPath(),
                        new WatchedTypes(session.types()),
                        session.role(),
                        session.database(),
                        () -> {
                            repeatable = false;
                            return session.oids().getAsInt();
                        },
                        notice -> {
                            repeatable = false;
                            session.notices().accept(notice);
                        },
                        name -> {
                            repeatable &= knownSettings.contains(name);
                            return session.settings().apply(name);
                        },
                        session.otherDatabases(),
                        session.checkCancelled());
        planning =
                new PlanContext(
                        context,
                        tablet -> {
                            long rows = tabletRows.applyAsLong(tablet);
                            this.tabletRows.put(tablet, rows);
                            return rows;
                        });
    }

    BindContext context() {
        return context;
    }

    PlanContext planning() {
        return planning;
    }

    /** The sizes of tables that the planner has asked for. */
    Map<Integer, Long> tabletRows() {
        return tabletRows;
    }

    /** Whether the same text would mean the same again. */
    boolean repeatable() {
        return repeatable;
    }

    private final class WatchedTypes implements TypeContext {
        private final TypeContext session;

        WatchedTypes(TypeContext session) {
            this.session = session;
        }

        @Override
        public ZoneId zone() {
            return session.zone();
        }

        @Override
        public DateStyle dateStyle() {
            return session.dateStyle();
        }

        @Override
        public DateOrder dateOrder() {
            return session.dateOrder();
        }

        @Override
        public IntervalStyle intervalStyle() {
            return session.intervalStyle();
        }

        @Override
        public int extraFloatDigits() {
            return session.extraFloatDigits();
        }

        @Override
        public boolean byteaHex() {
            return session.byteaHex();
        }

        @Override
        public long nowMicros() {
            repeatable = false;
            return session.nowMicros();
        }

        @Override
        public NameResolver names() {
            repeatable = false;
            return session.names();
        }

        @Override
        public Type type(int oid) {
            return session.type(oid);
        }
    }
}
