package dev.quiverdb.base.type;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Collects the members of a jsonb object: sorts the keys, the last of equal keys wins. */
public final class JsonbBuilder {
    private final TreeMap<String, Jsonb> members = new TreeMap<>(JsonbOrder::compareKeys);

    public JsonbBuilder put(String key, Jsonb value) {
        members.put(key, value);
        return this;
    }

    public JsonbBuilder remove(String key) {
        members.remove(key);
        return this;
    }

    public Jsonb.Obj build() {
        List<Jsonb.Member> list = new ArrayList<>(members.size());
        members.forEach((key, value) -> list.add(new Jsonb.Member(key, value)));
        return new Jsonb.Obj(list);
    }
}
