package dev.quiverdb.storage.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class RetiredTest {
    private final Visits visits = new Visits();
    private final Retired retired = new Retired();
    private final AtomicInteger released = new AtomicInteger();

    @Test
    void nothingIsReleasedBelowAVisitThatMayHoldIt() {
        int before = visits.enter(retired.epoch());
        retired.add(released::incrementAndGet);
        int after = visits.enter(retired.epoch());
        retired.release(visits::oldest);
        assertThat(released).hasValue(0);
        visits.exit(before);
        retired.release(visits::oldest);
        assertThat(released).hasValue(1);
        visits.exit(after);
    }

    /** A look at the visits takes time: somebody enters behind it, and finds what goes then. */
    @Test
    void whatIsRetiredDuringTheLookIsKept() {
        int[] ticket = new int[1];
        retired.release(() -> {
            long nobody = visits.oldest();
            ticket[0] = visits.enter(retired.epoch());
            retired.add(released::incrementAndGet);
            return nobody;
        });
        assertThat(released).as("its holder is inside").hasValue(0);
        retired.release(visits::oldest);
        assertThat(released).as("its holder is inside").hasValue(0);
        visits.exit(ticket[0]);
        retired.release(visits::oldest);
        assertThat(released).hasValue(1);
    }
}
