package dev.quiverdb.server.client;

import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPInputStream;

/**
 * The embeddings that ship with the project: 4,000 WordNet definitions and 20 held-out ones as
 * questions, embedded with all-MiniLM-L6-v2. A set is a gzipped table ({@code id, lemma, category,
 * text}, tab-separated, with a header line) beside a file of little-endian half floats, 384 a row,
 * in the same order.
 */
final class DemoData {
    static final int DIMENSIONS = 384;

    private DemoData() {}

    /** Writes a set as COPY text: id, lemma, category, text, embedding. */
    static void copy(String set, DataOutputStream out) throws IOException {
        try (var lines =
                        new BufferedReader(
                                new InputStreamReader(
                                        new GZIPInputStream(open(set + ".tsv.gz")),
                                        StandardCharsets.UTF_8));
                var halves = open(set + ".f16")) {
            lines.readLine();
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var vector =
                        ByteBuffer.wrap(halves.readNBytes(2 * DIMENSIONS))
                                .order(ByteOrder.LITTLE_ENDIAN);
                var row = new StringBuilder(line.replace("\\", "\\\\")).append("\t[");
                for (int i = 0; i < DIMENSIONS; i++) {
                    row.append(i == 0 ? "" : ",").append(Float.float16ToFloat(vector.getShort()));
                }
                out.write(row.append("]\n").toString().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static InputStream open(String name) throws IOException {
        var in = DemoData.class.getResourceAsStream("/demo/" + name);
        if (in == null) {
            throw new IOException("the demo's file " + name + " is missing from the build");
        }
        return in;
    }
}
