package dev.quiverdb.base.type;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Time zones as PostgreSQL names them: IANA names in any case, abbreviations of its set "Default",
 * and POSIX names such as {@code XYZ-3} (east of Greenwich is negative there). Offsets are in
 * seconds east.
 */
public final class TimeZones {
    /** Abbreviation=seconds east, D marking daylight-saving time; or the zone whose rules say. */
    private static final String ABBREVIATIONS =
            """
            eat=10800 sast=7200 wat=3600 act=-18000 akdt=-28800D akst=-32400 bot=-14400
            bra=-10800 brst=-7200D brt=-10800 cot=-18000 cdt=-18000D clst=-10800D cst=-21600
            edt=-14400D egst=0D egt=-3600 est=-18000 fnt=-7200 fnst=-3600D gft=-10800
            mdt=-21600D mst=-25200 ndt=-9000D nft=-12600 nst=-12600 pet=-18000 pdt=-25200D
            pmdt=-7200D pmst=-10800 pst=-28800 pyst=-10800D uyst=-7200D uyt=-10800
            wgst=-7200D wgt=-10800 ddut=36000 aft=16200 almt=21600 almst=25200D amt=-14400
            bdt=21600 bnt=28800 bort=28800 btt=21600 cct=28800 hkt=28800 ict=25200
            idt=10800D irt=12600 ist=7200 jayt=32400 jst=32400 kdt=36000D kgst=21600D
            kst=32400 mmt=23400 myt=28800 npt=20700 pht=28800 pkt=18000 pkst=21600D
            tjt=18000 ulast=32400D uzst=21600D uzt=18000 xjt=21600 yekst=21600D adt=-10800D
            ast=-14400 azost=0D azot=-3600 acsst=37800D acdt=37800D acst=34200 acwst=31500
            aesst=39600D aedt=39600D aest=36000 awsst=32400D awst=28800 cadt=37800D
            cast=34200 lhst=37800 ligt=36000 nzt=43200 sadt=37800D wadt=28800D wast=25200
            wdt=32400D gmt=0 uct=0 ut=0 utc=0 z=0 zulu=0 bst=3600D bdst=7200D cest=7200D
            cet=3600 cetdst=7200D eest=10800D eet=7200 eetdst=10800D fet=10800 mest=7200D
            mesz=7200D met=3600 metdst=7200D mez=3600 msd=14400D wet=0 wetdst=3600D
            cxt=25200 mut=14400 must=18000D mvt=18000 ret=14400 sct=14400 tft=18000
            chadt=49500D chast=45900 chut=36000 fjst=46800D fjt=43200 galt=-21600
            gamt=-32400 gilt=43200 hst=-36000 mart=-34200 mht=43200 mpt=36000 nzdt=46800D
            nzst=43200 pgt=36000 pont=39600 pwt=32400 taht=-36000 tot=46800 trut=36000
            tvt=43200 vut=39600 wakt=43200 wft=43200 yapt=36000
            art=America/Argentina/Buenos_Aires arst=America/Argentina/Buenos_Aires
            clt=America/Santiago gyt=America/Guyana pyt=America/Asuncion vet=America/Caracas
            davt=Antarctica/Davis mawt=Antarctica/Mawson amst=Asia/Yerevan anast=Asia/Anadyr
            anat=Asia/Anadyr azst=Asia/Baku azt=Asia/Baku gest=Asia/Tbilisi get=Asia/Tbilisi
            irkst=Asia/Irkutsk irkt=Asia/Irkutsk kgt=Asia/Bishkek krast=Asia/Krasnoyarsk
            krat=Asia/Krasnoyarsk lkt=Asia/Colombo magst=Asia/Magadan magt=Asia/Magadan
            novst=Asia/Novosibirsk novt=Asia/Novosibirsk omsst=Asia/Omsk omst=Asia/Omsk
            petst=Asia/Kamchatka pett=Asia/Kamchatka sgt=Asia/Singapore tmt=Asia/Ashgabat
            ulat=Asia/Ulaanbaatar vlast=Asia/Vladivostok vlat=Asia/Vladivostok
            yakst=Asia/Yakutsk yakt=Asia/Yakutsk yekt=Asia/Yekaterinburg
            fkst=Atlantic/Stanley fkt=Atlantic/Stanley lhdt=Australia/Lord_Howe
            msk=Europe/Moscow volt=Europe/Volgograd iot=Indian/Chagos ckt=Pacific/Rarotonga
            easst=Pacific/Easter east=Pacific/Easter kost=Pacific/Kosrae
            lint=Pacific/Kiritimati nut=Pacific/Niue tkt=Pacific/Fakaofo
            """;

    /** An abbreviation: a fixed offset, or a zone that says at the date in question. */
    public record Abbreviation(int offsetSeconds, boolean daylight, @Nullable ZoneId zone) {}

    private static final Map<String, Abbreviation> BY_ABBREVIATION = new HashMap<>();
    private static final Map<String, String> IANA = new HashMap<>();
    private static final Pattern POSIX =
            Pattern.compile(
                    "(?:[A-Za-z]*|<[A-Za-z0-9+:-]+>)([+-]?)(\\d{1,3})(?::(\\d{1,2}))?(?::(\\d{1,2}))?");
    private static final DateTimeFormatter SHORT_NAME =
            DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH);
    private static final long EPOCH_SECONDS = 946_684_800;

    static {
        for (var name : ZoneId.getAvailableZoneIds()) {
            if (!name.startsWith("SystemV/")) {
                IANA.put(Types.lower(name), name);
            }
        }
        for (var legacy : new String[] {"EST", "MST", "HST"}) {
            IANA.put(Types.lower(legacy), ZoneId.SHORT_IDS.getOrDefault(legacy, legacy));
        }
        for (var entry : ABBREVIATIONS.strip().split("\\s+", -1)) {
            int equals = entry.indexOf('=');
            String value = entry.substring(equals + 1);
            boolean daylight = value.endsWith("D");
            boolean fixed = value.charAt(0) == '-' || Text.isDigit(value.charAt(0));
            BY_ABBREVIATION.put(
                    entry.substring(0, equals),
                    fixed
                            ? new Abbreviation(
                                    Integer.parseInt(
                                            daylight
                                                    ? value.substring(0, value.length() - 1)
                                                    : value),
                                    daylight,
                                    null)
                            : new Abbreviation(0, false, ZoneId.of(value)));
        }
    }

    private TimeZones() {}

    /** The zone of a name, or null if there is none. */
    public static @Nullable ZoneId find(String name) {
        var iana = IANA.get(Types.lower(name));
        if (iana != null) {
            return iana.equals("UTC") ? ZoneOffset.UTC : ZoneId.of(iana);
        }
        var posix = POSIX.matcher(name);
        if (!posix.matches()) {
            return null;
        }
        int seconds =
                Integer.parseInt(posix.group(2)) * 3600
                        + part(posix.group(3)) * 60
                        + part(posix.group(4));
        boolean east = posix.group(1).equals("-");
        return seconds > 18 * 3600 ? null : ZoneOffset.ofTotalSeconds(east ? seconds : -seconds);
    }

    /** The name as IANA writes it; other names stay as they are. */
    public static String canonicalName(String name) {
        var known = IANA.get(Types.lower(name));
        if (known != null) {
            return known;
        }
        return name.startsWith("<") ? name : name.toUpperCase(Locale.ROOT);
    }

    private static int part(@Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    /** All abbreviations, in lower case. */
    public static Map<String, Abbreviation> abbreviations() {
        return Map.copyOf(BY_ABBREVIATION);
    }

    /** What an abbreviation, in any case, means; null if it is none. */
    public static @Nullable Abbreviation abbreviation(String word) {
        return BY_ABBREVIATION.get(Types.lower(word));
    }

    /**
     * Seconds east at a local time, given in microseconds since 2000-01-01 00:00 there. A time that
     * is skipped counts as before the change, one that comes twice as after it.
     */
    public static int offsetOfLocal(ZoneId zone, long localMicros) {
        if (zone instanceof ZoneOffset fixed) {
            return fixed.getTotalSeconds();
        }
        long seconds = Math.floorDiv(localMicros, 1_000_000L) + EPOCH_SECONDS;
        var local = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
        var transition = zone.getRules().getTransition(local);
        if (transition != null) {
            return (transition.isGap() ? transition.getOffsetBefore() : transition.getOffsetAfter())
                    .getTotalSeconds();
        }
        return zone.getRules().getOffset(local).getTotalSeconds();
    }

    /** Seconds east at a moment, given in microseconds since 2000-01-01 00:00 UTC. */
    public static int offsetOfInstant(ZoneId zone, long micros) {
        if (zone instanceof ZoneOffset fixed) {
            return fixed.getTotalSeconds();
        }
        var instant = Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L) + EPOCH_SECONDS);
        return zone.getRules().getOffset(instant).getTotalSeconds();
    }

    /** What a moment's time is called, such as {@code PST}; null if the zone has only an offset. */
    static @Nullable String shortName(ZoneId zone, long micros) {
        if (zone instanceof ZoneOffset fixed) {
            return fixed.getTotalSeconds() == 0 ? "UTC" : null;
        }
        long seconds = Math.floorDiv(micros, 1_000_000L) + EPOCH_SECONDS;
        var instant = Instant.ofEpochSecond(seconds);
        var transitions = zone.getRules().getTransitions();
        if (!transitions.isEmpty() && instant.isBefore(transitions.get(0).getInstant())) {
            // Before standard time, the sun's.
            return "LMT";
        }
        return SHORT_NAME.format(instant.atZone(zone));
    }
}
