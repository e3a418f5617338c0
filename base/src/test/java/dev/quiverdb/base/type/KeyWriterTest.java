package dev.quiverdb.base.type;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

class KeyWriterTest {
    private record Column(Type type, boolean descending, boolean nullsFirst) {
        int compare(@Nullable Object left, @Nullable Object right) {
            if (left == null || right == null) {
                int order = Boolean.compare(left == null, right == null);
                return nullsFirst ? -order : order;
            }
            int order = type.compare(left, right);
            return descending ? -order : order;
        }
    }

    @Randomised(runs = 300)
    void bytesOfKeysOrderAsTheRowsDo(SplittableRandom random) {
        var values = new RandomValues(random);
        var columns = new ArrayList<Column>();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            columns.add(new Column(values.type(), random.nextBoolean(), random.nextBoolean()));
        }
        for (int round = 0; round < 60; round++) {
            @Nullable Object[] left = new Object[columns.size()];
            @Nullable Object[] right = new Object[columns.size()];
            int expected = 0;
            var leftKey = new KeyWriter();
            var rightKey = new KeyWriter();
            for (int i = 0; i < columns.size(); i++) {
                var column = columns.get(i);
                left[i] = values.orNull(column.type);
                right[i] = random.nextInt(3) == 0 ? left[i] : values.orNull(column.type);
                expected = expected != 0 ? expected : column.compare(left[i], right[i]);
                leftKey.append(column.type, left[i], column.descending, column.nullsFirst);
                rightKey.append(column.type, right[i], column.descending, column.nullsFirst);
            }
            int actual = Arrays.compareUnsigned(leftKey.toBytes(), rightKey.toBytes());
            assertThat(Integer.signum(actual))
                    .as("%s: %s and %s", columns, Arrays.toString(left), Arrays.toString(right))
                    .isEqualTo(Integer.signum(expected));
        }
    }

    @Randomised(runs = 100)
    void noKeyIsThePrefixOfAnother(SplittableRandom random) {
        var values = new RandomValues(random);
        var type = values.type();
        for (int round = 0; round < 100; round++) {
            var one = new KeyWriter();
            var other = new KeyWriter();
            one.append(type, values.of(type));
            other.append(type, values.of(type));
            byte[] a = one.toBytes();
            byte[] b = other.toBytes();
            int shorter = Math.min(a.length, b.length);
            boolean prefix = Arrays.equals(a, 0, shorter, b, 0, shorter);
            assertThat(prefix && a.length != b.length).as("%s", type).isFalse();
        }
    }

    @Randomised(runs = 20)
    void theShortcutsWriteTheSameBytes(SplittableRandom random) {
        int number = random.nextInt();
        boolean descending = random.nextBoolean();
        var boxed = new KeyWriter();
        boxed.append(Types.INT4, number, descending, false);
        boxed.append(Types.INT8, (long) number, descending, false);
        var plain = new KeyWriter();
        plain.appendInt(number, descending);
        plain.appendLong(number, descending);
        assertThat(plain.toBytes()).isEqualTo(boxed.toBytes());
    }
}
