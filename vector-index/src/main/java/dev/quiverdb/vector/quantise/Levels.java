package dev.quiverdb.vector.quantise;

/** Cuts a residual into a few evenly spaced levels so that the angle between the two is small. */
final class Levels {
    private static final int TRIES = 24;

    private Levels() {}

    /**
     * Writes levels 0 .. 2^bits - 1; with {@code v_i = level_i - (2^bits - 1) / 2} the cosine of
     * {@code residual} and {@code v} is the greatest among the step widths tried. {@code O(tries *
     * d)}, one pass for one bit.
     *
     * @return the inner product of the residual and v
     */
    static double choose(float[] residual, int bits, byte[] levels) {
        int top = (1 << bits) - 1;
        if (bits == 1) {
            double sum = 0;
            for (int i = 0; i < residual.length; i++) {
                levels[i] = (byte) (residual[i] > 0 ? 1 : 0);
                sum += Math.abs(residual[i]);
            }
            return sum / 2;
        }
        if (bits == 2) {
            return chooseTwo(residual, levels);
        }
        float greatest = 0;
        for (float x : residual) {
            greatest = Math.max(greatest, Math.abs(x));
        }
        double best = Double.NEGATIVE_INFINITY;
        float bestStep = 1;
        for (int attempt = 1; attempt <= TRIES; attempt++) {
            float step = greatest * 2 / top * attempt / TRIES;
            double cosine = cosine(residual, step, top);
            if (cosine > best) {
                best = cosine;
                bestStep = step;
            }
        }
        double aligned = 0;
        for (int i = 0; i < residual.length; i++) {
            int level = level(residual[i], 1 / bestStep, top);
            levels[i] = (byte) level;
            aligned += residual[i] * (level - top * 0.5);
        }
        return aligned;
    }

    /**
     * Four levels by the step that is best for normal values, which those of a rotated vector are:
     * the cosine is within a thousandth of what trying many steps finds.
     */
    private static double chooseTwo(float[] residual, byte[] levels) {
        double squares = 0;
        for (float x : residual) {
            squares += x * x;
        }
        float step = (float) (0.9957 * Math.sqrt(squares / residual.length));
        double aligned = 0;
        for (int i = 0; i < residual.length; i++) {
            float x = residual[i];
            float size = Math.abs(x);
            int outer = size > step ? 1 : 0;
            levels[i] = (byte) (x > 0 ? 2 + outer : 1 - outer);
            aligned += size * (outer + 0.5);
        }
        return aligned;
    }

    private static int level(float x, float inverseStep, int top) {
        return Math.max(0, Math.min(top, Math.round(x * inverseStep + top * 0.5f)));
    }

    private static double cosine(float[] residual, float step, int top) {
        if (step == 0) {
            return Double.NEGATIVE_INFINITY;
        }
        float inverse = 1 / step;
        double product = 0;
        double norm = 0;
        for (float x : residual) {
            double v = level(x, inverse, top) - top * 0.5;
            product += x * v;
            norm += v * v;
        }
        return norm == 0 ? Double.NEGATIVE_INFINITY : product / Math.sqrt(norm);
    }
}
