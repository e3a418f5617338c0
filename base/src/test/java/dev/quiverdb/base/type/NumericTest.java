package dev.quiverdb.base.type;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.base.error.SqlException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class NumericTest {
    static List<String> cases() throws IOException {
        return TypeCasesTest.resource("numeric.txt");
    }

    /** {@code operation|x|y|what PostgreSQL answers}. */
    @ParameterizedTest
    @MethodSource("cases")
    void arithmeticYieldsPostgresqlsDigits(String line) {
        String[] part = line.split("\\|", -1);
        var x = Numeric.parse(part[1]);
        var y = Numeric.parse(part[2]);
        String result;
        try {
            result =
                    switch (part[0]) {
                        case "+" -> x.add(y).toString();
                        case "-" -> x.subtract(y).toString();
                        case "*" -> x.multiply(y).toString();
                        case "/" -> x.divide(y).toString();
                        case "%" -> x.remainder(y).toString();
                        case "div" -> x.divideTruncating(y).toString();
                        case "sqrt" -> NumericMath.sqrt(x).toString();
                        case "exp" -> NumericMath.exp(x).toString();
                        case "ln" -> NumericMath.ln(x).toString();
                        case "log" -> NumericMath.log(x, y).toString();
                        case "power" -> NumericMath.power(x, y).toString();
                        case "round" -> x.round(3).toString();
                        case "trunc" -> x.truncate(-2).toString();
                        case "ceil" -> x.ceil().toString();
                        case "floor" -> x.floor().toString();
                        case "f8" -> FloatText.format(x.toDouble());
                        default -> throw new AssertionError(part[0]);
                    };
        } catch (SqlException error) {
            result = "ERR " + error.state().code() + " " + error.message();
        }
        assertThat(result).isEqualTo(part[3]);
    }

    @Test
    void scaleShowsButDoesNotCount() {
        assertThat(Numeric.parse("1.0")).isEqualTo(Numeric.parse("1.000"));
        assertThat(Numeric.parse("1.0")).hasSameHashCodeAs(Numeric.parse("1.000"));
        assertThat(Numeric.parse("0.00")).hasSameHashCodeAs(Numeric.parse("-0"));
        assertThat(Numeric.parse("1.000")).hasToString("1.000");
    }

    @Test
    void nanIsGreatestAndEqualsItself() {
        assertThat(Numeric.NAN).isEqualByComparingTo(Numeric.NAN);
        assertThat(Numeric.NAN).isGreaterThan(Numeric.POSITIVE_INFINITY);
        assertThat(Numeric.POSITIVE_INFINITY).isGreaterThan(Numeric.parse("1e1000"));
        assertThat(Numeric.NEGATIVE_INFINITY).isLessThan(Numeric.parse("-1e1000"));
    }
}
