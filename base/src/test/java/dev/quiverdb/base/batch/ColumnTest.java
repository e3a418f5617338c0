package dev.quiverdb.base.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.testing.Randomised;
import dev.quiverdb.base.type.RandomValues;
import dev.quiverdb.base.type.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ColumnTest {
    @Randomised(runs = 100)
    void aColumnIsAListOfValuesAndNulls(SplittableRandom random) {
        var values = new RandomValues(random);
        var type = values.type();
        var column = Column.of(type, 200);
        List<@Nullable Object> model = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            var value = values.orNull(type);
            if (random.nextInt(4) == 0 && !model.isEmpty()) {
                int row = random.nextInt(model.size());
                column.set(row, value);
                model.set(row, value);
            } else {
                column.appendObject(value);
                model.add(value);
            }
        }
        assertThat(column.size()).isEqualTo(model.size());
        for (int row = 0; row < model.size(); row++) {
            assertThat(column.get(row)).isEqualTo(model.get(row));
            assertThat(column.isNull(row)).isEqualTo(model.get(row) == null);
        }

        var copy = Column.of(type, 400);
        column.copyTo(copy, 3, model.size() - 2);
        column.copyTo(copy, new int[] {5, 1}, 2);
        model = new ArrayList<>(model);
        var expected = new ArrayList<>(model.subList(3, model.size() - 2));
        expected.add(model.get(5));
        expected.add(model.get(1));
        assertThat(copy.size()).isEqualTo(expected.size());
        for (int row = 0; row < expected.size(); row++) {
            assertThat(copy.get(row)).isEqualTo(expected.get(row));
        }

        column.clear();
        assertThat(column.size()).isZero();
        assertThat(column.hasNulls()).isFalse();
    }

    @Test
    void aSelectionSaysWhichRowsCount() {
        var column = new IntColumn(Types.INT4, 4);
        column.append(10);
        column.append(20);
        column.append(30);
        var batch = new Batch(3, column);
        batch.select(new int[] {0, 2, 0, 0}, 2);
        assertThat(batch.size()).isEqualTo(2);
        assertThat(batch.get(1, 0)).isEqualTo(30);
        batch.selectAll();
        assertThat(batch.size()).isEqualTo(3);
    }

    @Test
    void int2IsBoxedAsShort() {
        var column = Column.of(Types.INT2, 1);
        column.appendObject((short) 7);
        assertThat(column.get(0)).isEqualTo((short) 7);
    }
}
