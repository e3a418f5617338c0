package dev.quiverdb.sql.catalog;

import java.util.List;

/**
 * What sessions start with, a row of pg_db_role_setting: ALTER DATABASE SET and ALTER ROLE SET.
 *
 * @param database 0 for all databases
 * @param role 0 for all roles
 * @param settings {@code name=value}, at least one
 */
public record SettingDefaults(int oid, long version, int database, int role, List<String> settings)
        implements CatalogObject {
    public SettingDefaults {
        settings = List.copyOf(settings);
    }

    @Override
    public String name() {
        return "";
    }

    @Override
    public int classId() {
        return CLASS_SETTING_DEFAULTS;
    }

    @Override
    public boolean shared() {
        return true;
    }
}
