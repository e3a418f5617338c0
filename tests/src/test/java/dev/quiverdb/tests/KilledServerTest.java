package dev.quiverdb.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quiverdb.tests.soak.ServerSoak;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./quiver soak server --kills 50} does this for longer. */
@Timeout(600)
class KilledServerTest {
    @Test
    void whatAKilledServerAcknowledgedIsThere(@TempDir Path data) throws Exception {
        var soak = new ServerSoak(data, 7, 100, _ -> {});
        assertThat(soak.run(3)).isEmpty();
        assertThat(soak.acknowledged()).isGreaterThan(20);
    }
}
