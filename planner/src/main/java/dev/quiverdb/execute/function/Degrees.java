package dev.quiverdb.execute.function;

/** Trigonometry in degrees, exact at multiples of 30 and 45 degrees. */
final class Degrees {
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
        double result = sign * (angle == 45 ? 1 : sinQuadrant(angle) / cosQuadrant(angle));
        return result == 0 ? 0.0 : result;
    }

    static double cot(double degrees) {
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
        double result = sign * (angle == 45 ? 1 : cosQuadrant(angle) / sinQuadrant(angle));
        return result == 0 ? 0.0 : result;
    }

    private static double sinQuadrant(double angle) {
        if (angle == 30) {
            return 0.5;
        }
        if (angle == 90) {
            return 1;
        }
        return angle <= 45 ? Math.sin(Math.toRadians(angle)) : Math.cos(Math.toRadians(90 - angle));
    }

    private static double cosQuadrant(double angle) {
        if (angle == 60) {
            return 0.5;
        }
        if (angle == 90) {
            return 0;
        }
        return angle <= 45 ? Math.cos(Math.toRadians(angle)) : Math.sin(Math.toRadians(90 - angle));
    }

    static double asin(double x) {
        return Math.abs(x) == 0.5
                ? Math.copySign(30, x)
                : Math.abs(x) == 1 ? Math.copySign(90, x) : Math.toDegrees(Math.asin(x));
    }

    static double acos(double x) {
        return x == 0.5
                ? 60
                : x == -0.5
                        ? 120
                        : x == 0 ? 90 : x == 1 ? 0 : x == -1 ? 180 : Math.toDegrees(Math.acos(x));
    }

    static double atan(double x) {
        return Math.abs(x) == 1 ? Math.copySign(45, x) : Math.toDegrees(Math.atan(x));
    }

    static double atan2(double y, double x) {
        if (y == 0) {
            return x < 0 || (x == 0 && 1 / x < 0) ? Math.copySign(180, y) : y;
        }
        if (x == 0) {
            return Math.copySign(90, y);
        }
        if (Math.abs(x) == Math.abs(y)) {
            return x > 0 ? Math.copySign(45, y) : Math.copySign(135, y);
        }
        return Math.toDegrees(Math.atan2(y, x));
    }

    private Degrees() {}
}
