package dev.quiverdb.execute.function;

import dev.quiverdb.base.type.Numeric;

/**
 * The sum of numerics, and of their squares where these are wanted, from which the first ones can
 * be taken back, as PostgreSQL's NumericAggState (numeric.c): what is not finite is only counted,
 * and the largest scale is known together with how many values have it. Used by one thread.
 */
final class NumericTotal {
    private final boolean squared;
    private Numeric sum = Numeric.ZERO;
    private Numeric squares = Numeric.ZERO;
    private long finite;
    private long nans;
    private long positives;
    private long negatives;
    private int scaleMax;
    private long ofScaleMax;

    NumericTotal(boolean squared) {
        this.squared = squared;
    }

    void add(Numeric value) {
        if (!value.isFinite()) {
            count(value, 1);
            return;
        }
        int scale = value.scale();
        if (scale > scaleMax) {
            scaleMax = scale;
            ofScaleMax = 1;
        } else if (scale == scaleMax) {
            ofScaleMax++;
        }
        finite++;
        sum = sum.add(value);
        if (squared) {
            squares = squares.add(value.multiply(value));
        }
    }

    /** False where the total would show more digits than those that are left have. */
    boolean remove(Numeric value) {
        if (!value.isFinite()) {
            count(value, -1);
            return true;
        }
        if (finite == 1) {
            sum = Numeric.ZERO;
            squares = Numeric.ZERO;
            finite = 0;
            scaleMax = 0;
            ofScaleMax = 0;
            return true;
        }
        if (value.scale() == scaleMax) {
            if (ofScaleMax <= 1 && scaleMax > 0) {
                return false;
            }
            ofScaleMax--;
        }
        finite--;
        sum = sum.subtract(value);
        if (squared) {
            squares = squares.subtract(value.multiply(value));
        }
        return true;
    }

    private void count(Numeric value, int by) {
        if (value.isNan()) {
            nans += by;
        } else if (value.signum() > 0) {
            positives += by;
        } else {
            negatives += by;
        }
    }

    /** How many values there are, those that are not finite too. */
    long count() {
        return finite + nans + positives + negatives;
    }

    boolean isFinite() {
        return count() == finite;
    }

    /** The sum as it is: NaN or infinite where one of the values is. */
    Numeric sum() {
        if (isFinite()) {
            return sum;
        }
        if (nans > 0 || (positives > 0 && negatives > 0)) {
            return Numeric.NAN;
        }
        return positives > 0 ? Numeric.POSITIVE_INFINITY : Numeric.NEGATIVE_INFINITY;
    }

    /** The sum of the squares of the finite values. */
    Numeric squares() {
        return squares;
    }
}
