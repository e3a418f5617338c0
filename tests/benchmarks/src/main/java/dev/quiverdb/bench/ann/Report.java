package dev.quiverdb.bench.ann;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

import javax.imageio.ImageIO;

/** Outcomes as a table, as JSON and as a picture. */
final class Report {
    private static final double[] RECALLS = {0.90, 0.95, 0.99};

    private Report() {}

    static String table(List<Outcome> outcomes) {
        var text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "%n%-26s %12s %12s %12s %10s %10s %10s %12s%n",
                        "queries/s at recall@10 of",
                        "0.90",
                        "0.95",
                        "0.99",
                        "build 1",
                        "build 2",
                        "processor",
                        "bytes/vector"));
        for (Outcome outcome : outcomes) {
            text.append(String.format(Locale.ROOT, "%-26s", outcome.engine));
            for (double recall : RECALLS) {
                text.append(
                        String.format(
                                Locale.ROOT,
                                " %12s",
                                number(outcome.curve.queriesPerSecondAt(recall), "%,.0f")));
            }
            text.append(
                    String.format(
                            Locale.ROOT,
                            " %9ss %9ss %9ss %12s%n",
                            number(outcome.buildSeconds.getOrDefault(1, Double.NaN), "%.1f"),
                            number(outcome.buildSeconds.getOrDefault(2, Double.NaN), "%.1f"),
                            number(outcome.buildProcessorSeconds(), "%.1f"),
                            number(outcome.bytesPerVector, "%.0f")));
        }
        for (Outcome outcome : outcomes) {
            outcome.filtered.forEach((rate, filtered) ->
                    text.append(
                            String.format(
                                    Locale.ROOT,
                                    "filter %-18s %-26s recall %.3f  %,9.0f queries/s"
                                            + "  (unfiltered %,9.0f, exact scan %,9.0f: %.2f of what is fair)%n",
                                    rate,
                                    outcome.engine,
                                    filtered.recall(),
                                    filtered.queriesPerSecond(),
                                    filtered.unfiltered(),
                                    filtered.exactScan(),
                                    filtered.shareOfFair())));
        }
        for (Outcome outcome : outcomes) {
            if (!Double.isNaN(outcome.storeMicros)) {
                text.append(
                        String.format(
                                Locale.ROOT,
                                "insert %-26s searchable after %.1f us; linked %,.0f vectors/s on one core%n",
                                outcome.engine,
                                outcome.storeMicros,
                                outcome.linkedPerSecond));
            }
        }
        for (Outcome outcome : outcomes) {
            if (!Double.isNaN(outcome.recallAfterChurn)) {
                text.append(
                        String.format(
                                Locale.ROOT,
                                "churn  %-26s recall %.4f before, %.4f after; %.0f us an insert%n",
                                outcome.engine,
                                outcome.recallBeforeChurn,
                                outcome.recallAfterChurn,
                                outcome.insertMicros));
            }
        }
        return text.toString();
    }

    private static String number(double value, String format) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
    }

    static void json(List<Outcome> outcomes, Path file) throws IOException {
        var text = new StringBuilder("{\"engines\": [");
        for (int i = 0; i < outcomes.size(); i++) {
            Outcome outcome = outcomes.get(i);
            text.append(i == 0 ? "\n" : ",\n")
                    .append("  {\"engine\": \"")
                    .append(outcome.engine)
                    .append("\", \"buildSeconds\": ")
                    .append(json(outcome.buildSeconds()))
                    .append(", \"buildProcessorSeconds\": ")
                    .append(json(outcome.buildProcessorSeconds()))
                    .append(", \"buildSeconds2\": ")
                    .append(json(outcome.buildSeconds.getOrDefault(2, Double.NaN)))
                    .append(", \"bytesPerVector\": ")
                    .append(json(outcome.bytesPerVector))
                    .append(", \"qps\": {");
            for (int r = 0; r < RECALLS.length; r++) {
                text.append(r == 0 ? "" : ", ")
                        .append('"')
                        .append(RECALLS[r])
                        .append("\": ")
                        .append(json(outcome.curve.queriesPerSecondAt(RECALLS[r])));
            }
            text.append("}, \"curve\": [");
            for (int p = 0; p < outcome.curve.points().size(); p++) {
                Curve.Point point = outcome.curve.points().get(p);
                text.append(p == 0 ? "" : ", ")
                        .append(
                                String.format(
                                        Locale.ROOT,
                                        "{\"effort\": %d, \"recall\": %.4f, \"qps\": %.0f}",
                                        point.effort(),
                                        point.recall(),
                                        point.queriesPerSecond()));
            }
            text.append("], \"insertSearchableMicros\": ")
                    .append(json(outcome.storeMicros))
                    .append(", \"linkedPerSecond\": ")
                    .append(json(outcome.linkedPerSecond))
                    .append(", \"recallBeforeChurn\": ")
                    .append(share(outcome.recallBeforeChurn))
                    .append(", \"recallAfterChurn\": ")
                    .append(share(outcome.recallAfterChurn))
                    .append(", \"filtered\": {");
            String comma = "";
            for (var filtered : outcome.filtered.entrySet()) {
                text.append(
                        String.format(
                                Locale.ROOT,
                                "%s\"%s\": {\"recall\": %.4f, \"qps\": %.0f, \"unfiltered\": %.0f, \"exactScan\": %.0f}",
                                comma,
                                filtered.getKey(),
                                filtered.getValue().recall(),
                                filtered.getValue().queriesPerSecond(),
                                filtered.getValue().unfiltered(),
                                filtered.getValue().exactScan()));
                comma = ", ";
            }
            text.append("}}");
        }
        Files.writeString(file, text.append("\n]}\n"));
    }

    private static String json(double value) {
        return Double.isNaN(value) ? "null" : String.format(Locale.ROOT, "%.2f", value);
    }

    private static String share(double value) {
        return Double.isNaN(value) ? "null" : String.format(Locale.ROOT, "%.4f", value);
    }

    /** Recall from 0.8 to 1 to the right, queries per second upwards over their logarithm. */
    static void plot(List<Outcome> outcomes, Path file) throws IOException {
        int width = 1100;
        int height = 720;
        int left = 90;
        int bottom = 640;
        int right = 780;
        int top = 40;
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
        g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        double low = 2;
        double high = 5;
        for (int decade = 2; decade <= 5; decade++) {
            int y = (int) (bottom - (decade - low) / (high - low) * (bottom - top));
            g.setColor(Color.LIGHT_GRAY);
            g.drawLine(left, y, right, y);
            g.setColor(Color.BLACK);
            g.drawString(String.format(Locale.ROOT, "%,.0f", Math.pow(10, decade)), 20, y + 5);
        }
        for (int tick = 80; tick <= 100; tick += 5) {
            int x = left + (tick - 80) * (right - left) / 20;
            g.setColor(Color.LIGHT_GRAY);
            g.drawLine(x, top, x, bottom);
            g.setColor(Color.BLACK);
            g.drawString(String.format(Locale.ROOT, "%.2f", tick / 100.0), x - 14, bottom + 22);
        }
        g.drawString("recall@10", (left + right) / 2 - 30, bottom + 48);
        g.drawString("queries/s, one thread", 20, 24);
        for (int i = 0; i < outcomes.size(); i++) {
            g.setColor(Color.getHSBColor((float) i / outcomes.size(), 0.85f, 0.75f));
            g.setStroke(new BasicStroke(2.2f));
            int lastX = -1;
            int lastY = -1;
            for (Curve.Point point : outcomes.get(i).curve.points()) {
                if (point.recall() < 0.8) {
                    continue;
                }
                int x = left + (int) ((point.recall() - 0.8) / 0.2 * (right - left));
                double share = (Math.log10(point.queriesPerSecond()) - low) / (high - low);
                int y = (int) (bottom - share * (bottom - top));
                g.fillOval(x - 3, y - 3, 7, 7);
                if (lastX >= 0) {
                    g.drawLine(lastX, lastY, x, y);
                }
                lastX = x;
                lastY = y;
            }
            g.drawString(outcomes.get(i).engine, right + 30, top + 20 + 24 * i);
        }
        g.dispose();
        ImageIO.write(image, "png", file.toFile());
    }
}
