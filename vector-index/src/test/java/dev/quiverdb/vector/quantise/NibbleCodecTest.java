package dev.quiverdb.vector.quantise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quiverdb.base.testing.Randomised;
import java.util.SplittableRandom;

class NibbleCodecTest {
    private static final int DIMENSIONS = 128;

    private static float[] gaussian(SplittableRandom random) {
        float[] x = new float[DIMENSIONS];
        for (int i = 0; i < DIMENSIONS; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    /** Root of the mean squared error of inner products, estimated by tables. */
    private static double error(NibbleCodec written, SplittableRandom random) {
        NibbleCodec codec = NibbleCodec.ofBytes(written.toBytes());
        assertThat(codec).isEqualTo(written);
        byte[] nibbles = new byte[codec.nibbles()];
        float[] tables = new float[16 * codec.nibbles()];
        double squares = 0;
        for (int i = 0; i < 200; i++) {
            float[] residual = gaussian(random);
            float[] query = gaussian(random);
            double exact = 0;
            for (int d = 0; d < DIMENSIONS; d++) {
                exact += residual[d] * query[d];
            }
            float factor = codec.encode(residual, nibbles);
            codec.tables(query, tables);
            double sum = 0;
            for (int m = 0; m < nibbles.length; m++) {
                assertThat(nibbles[m]).isBetween((byte) 0, (byte) 15);
                sum += tables[16 * m + nibbles[m]];
            }
            squares += Math.pow(exact - factor * sum, 2);
        }
        return Math.sqrt(squares / 200);
    }

    @Randomised(runs = 3)
    void longerCodesEstimateBetter(SplittableRandom random) {
        double deviation = Math.sqrt(DIMENSIONS);
        double one = error(new RabitqNibbles(DIMENSIONS, 1), random);
        double two = error(new RabitqNibbles(DIMENSIONS, 2), random);
        double four = error(new RabitqNibbles(DIMENSIONS, 4), random);
        assertThat(one).isLessThan(0.95 * deviation);
        assertThat(two).isLessThan(0.75 * one);
        assertThat(four).isLessThan(0.6 * two);
        float[][] sample = new float[1000][];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = gaussian(random);
        }
        double product = error(ProductNibbles.train(sample, DIMENSIONS / 4, random), random);
        assertThat(product).as("sixteen points for four dimensions").isLessThan(one * 1.2);
        double finer = error(ProductNibbles.train(sample, DIMENSIONS / 2, random), random);
        assertThat(finer).isLessThan(0.85 * product);
    }

    @Randomised(runs = 3)
    void oneBitTablesHoldThePointsOfTheCode(SplittableRandom random) {
        float[] query = gaussian(random);
        float[] tables = new float[4 * DIMENSIONS];
        new RabitqNibbles(DIMENSIONS, 1).tables(query, tables);
        for (int m = 0; m < DIMENSIONS / 4; m++) {
            for (int point = 0; point < 16; point++) {
                double expected = 0;
                for (int j = 0; j < 4; j++) {
                    expected += (((point >>> j) & 1) - 0.5) * query[4 * m + j];
                }
                assertThat((double) tables[16 * m + point]).isCloseTo(expected, within(1e-5));
            }
        }
    }
}
