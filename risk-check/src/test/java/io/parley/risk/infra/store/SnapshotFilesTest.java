package io.parley.risk.infra.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotFilesTest {

    @TempDir
    Path folder;

    @Test
    void theNewestThree_areKept() throws IOException {
        SnapshotFiles files = new SnapshotFiles(folder, "log");
        for (int offset : List.of(5, 10, 90, 100, 1_000)) {
            files.write(offset, new byte[] {(byte) (offset / 5)});
        }
        assertThat(names())
                .containsExactly(
                        "ledger-log-00000000000000000090.snapshot",
                        "ledger-log-00000000000000000100.snapshot",
                        "ledger-log-00000000000000001000.snapshot");
        assertThat(files.newest(bytes -> bytes[0])).contains((byte) 200);
    }

    @Test
    void aDamagedSnapshot_isPassedOver() {
        SnapshotFiles files = new SnapshotFiles(folder, "log");
        files.write(1, new byte[] {1});
        files.write(2, new byte[] {2});
        assertThat(files.newest(bytes -> {
                    if (bytes[0] == 2) {
                        throw new IllegalArgumentException("damaged");
                    }
                    return bytes[0];
                }))
                .contains((byte) 1);
        assertThat(files.newest(bytes -> {
                    throw new IllegalArgumentException("damaged");
                }))
                .isEmpty();
    }

    @Test
    void aFileThatWasNotFinished_isNotSeen() throws IOException {
        Files.write(folder.resolve("ledger-log-00000000000000000007.snapshot.part"), new byte[] {7});
        assertThat(new SnapshotFiles(folder, "log").newest(bytes -> bytes)).isEmpty();
    }

    @Test
    void anotherLogsSnapshots_areLeftAlone() throws IOException {
        SnapshotFiles other = new SnapshotFiles(folder, "other");
        other.write(1_000, new byte[] {9});
        SnapshotFiles files = new SnapshotFiles(folder, "log");
        assertThat(files.newest(bytes -> bytes)).isEmpty();
        for (int offset = 1; offset <= 5; offset++) {
            files.write(offset, new byte[] {1});
        }
        assertThat(names()).hasSize(4).contains("ledger-other-00000000000000001000.snapshot");
    }

    @Test
    void aFolderThatIsNotThere_hasNoSnapshot() {
        assertThat(new SnapshotFiles(folder.resolve("none"), "log").newest(bytes -> bytes))
                .isEmpty();
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
