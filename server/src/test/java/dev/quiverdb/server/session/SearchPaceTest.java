package dev.quiverdb.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SearchPaceTest {
    private static final long SECOND = 1_000_000;

    private final SearchPace pace = new SearchPace();
    private long now;

    private void searches(int count, long micros) {
        for (int i = 0; i < count; i++) {
            pace.took(now, now + micros);
            now += micros;
        }
    }

    @Test
    void oneThatWasHeldUpNowAndThenDoesNotCount() {
        for (int round = 0; round < 100; round++) {
            searches(1, 20_000);
            searches(8, 100);
            assertThat(pace.isQuick(now)).isTrue();
        }
    }

    @Test
    void manyThatTakeLongAreLeftToWorkersForASecond() {
        searches(4, 2_000);
        assertThat(pace.isQuick(now)).isFalse();
        assertThat(pace.isQuick(now + SECOND - 1)).isFalse();
        assertThat(pace.isQuick(now + SECOND)).isTrue();
        now += SECOND;
        searches(3, 2_000);
        assertThat(pace.isQuick(now)).isTrue();
        searches(1, 2_000);
        assertThat(pace.isQuick(now)).isFalse();
    }

    @Test
    void oneThatIsKnownToTakeLongIsEnough() {
        pace.refused(now);
        assertThat(pace.isQuick(now)).isFalse();
        assertThat(pace.isQuick(now + SECOND)).isTrue();
    }

    @Test
    void clockThatIsSetBackDoesNotStopIt() {
        pace.refused(100 * SECOND);
        assertThat(pace.isQuick(5 * SECOND)).isTrue();
    }
}
