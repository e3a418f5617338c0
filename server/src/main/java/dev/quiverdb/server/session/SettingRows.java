package dev.quiverdb.server.session;

import dev.quiverdb.base.setting.Setting;
import dev.quiverdb.base.setting.Settings;
import dev.quiverdb.base.type.PgArray;
import dev.quiverdb.base.type.Types;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The rows of pg_show_all_settings, which pg_settings shows. */
final class SettingRows {
    private SettingRows() {}

    static List<@Nullable Object[]> of(Settings settings) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        settings.all().stream()
                .sorted(Comparator.comparing(s -> s.name().toLowerCase(Locale.ROOT)))
                .forEach(setting -> rows.add(row(settings, setting)));
        return rows;
    }

    private static @Nullable Object[] row(Settings settings, Setting setting) {
        boolean number =
                setting.kind() == Setting.Kind.INTEGER || setting.kind() == Setting.Kind.REAL;
        var value = settings.get(setting.name());
        var standard = settings.defaultValue(setting.name());
        return new @Nullable Object[] {
            setting.name(),
            value,
            setting.unit().isEmpty() ? null : setting.unit(),
            setting.name().contains(".") ? "Customized Options" : "Server",
            "",
            null,
            setting.context().text(),
            setting.kind().name().toLowerCase(Locale.ROOT),
            value.equals(standard) ? "default" : "session",
            number ? bound(setting, setting.least()) : null,
            number ? bound(setting, setting.most()) : null,
            setting.options().isEmpty()
                    ? null
                    : PgArray.of(Types.TEXT, setting.options().toArray()),
            setting.bootValue(),
            standard,
            null,
            null,
            false
        };
    }

    private static String bound(Setting setting, double bound) {
        return setting.kind() == Setting.Kind.INTEGER
                ? Long.toString((long) bound)
                : Double.toString(bound);
    }
}
