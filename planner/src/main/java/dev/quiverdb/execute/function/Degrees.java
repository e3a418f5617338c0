package dev.quiverdb.execute.function;

/**
 * Trigonometry in degrees, exact at multiples of 30 and 45 degrees: each quadrant is put together
 * of sin on 0 to 30 and cos on 0 to 60 degrees, scaled by their values at the ends.
 */
final class Degrees {
    static final double RADIANS_PER_DEGREE = 0.017453292519943295;

    private static final double SIN_30 = StrictMath.sin(30 * RADIANS_PER_DEGREE);
    private static final double ONE_MINUS_COS_60 = 1 - StrictMath.cos(60 * RADIANS_PER_DEGREE);
    private static final double ASIN_HALF = StrictMath.asin(0.5);
    private static final double ACOS_HALF = StrictMath.acos(0.5);
    private static final double ATAN_ONE = StrictMath.atan(1.0);
    private static final double TAN_45 = sinQuadrant(45) / cosQuadrant(45);
    private static final double COT_45 = cosQuadrant(45) / sinQuadrant(45);

    private static double sin30(double angle) {
        return StrictMath.sin(angle * RADIANS_PER_DEGREE) / SIN_30 / 2;
    }

    private static double cos60(double angle) {
        return 1 - (1 - StrictMath.cos(angle * RADIANS_PER_DEGREE)) / ONE_MINUS_COS_60 / 2;
    }

    private static double sinQuadrant(double angle) {
        return angle <= 30 ? sin30(angle) : cos60(90 - angle);
    }

    private static double cosQuadrant(double angle) {
        return angle <= 60 ? cos60(angle) : sin30(90 - angle);
    }

    static double sin(double degrees) {
        double angle = degrees % 360;
        int sign = 1;
        if (angle < 0) {
            angle = -angle;
            sign = -1;
        }
        if (angle > 180) {
            angle = 360 - angle;
            sign = -sign;
        }
        if (angle > 90) {
            angle = 180 - angle;
        }
        return sign * sinQuadrant(angle);
    }

    static double cos(double degrees) {
        double angle = Math.abs(degrees % 360);
        int sign = 1;
        if (angle > 180) {
            angle = 360 - angle;
        }
        if (angle > 90) {
            angle = 180 - angle;
            sign = -1;
        }
        return sign * cosQuadrant(angle);
    }

    static double tan(double degrees) {
        return ratio(degrees, false);
    }

    static double cot(double degrees) {
        return ratio(degrees, true);
    }

    private static double ratio(double degrees, boolean inverse) {
        double angle = degrees % 360;
        int sign = 1;
        if (angle < 0) {
            angle = -angle;
            sign = -1;
        }
        if (angle > 180) {
            angle = 360 - angle;
            sign = -sign;
        }
        if (angle > 90) {
            angle = 180 - angle;
            sign = -sign;
        }
        double result =
                inverse
                        ? sign * (cosQuadrant(angle) / sinQuadrant(angle) / COT_45)
                        : sign * (sinQuadrant(angle) / cosQuadrant(angle) / TAN_45);
        // Not -0.
        return result == 0 ? 0.0 : result;
    }

    private static double asinQuadrant(double x) {
        return x <= 0.5
                ? StrictMath.asin(x) / ASIN_HALF * 30
                : 90 - StrictMath.acos(x) / ACOS_HALF * 60;
    }

    static double asin(double x) {
        return x >= 0 ? asinQuadrant(x) : -asinQuadrant(-x);
    }

    static double acos(double x) {
        if (x < 0) {
            return 90 + asinQuadrant(-x);
        }
        return x <= 0.5
                ? 90 - StrictMath.asin(x) / ASIN_HALF * 30
                : StrictMath.acos(x) / ACOS_HALF * 60;
    }

    static double atan(double x) {
        return StrictMath.atan(x) / ATAN_ONE * 45;
    }

    static double atan2(double y, double x) {
        return StrictMath.atan2(y, x) / ATAN_ONE * 45;
    }

    private Degrees() {}
}
