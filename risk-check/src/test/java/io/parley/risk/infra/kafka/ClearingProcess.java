package io.parley.risk.infra.kafka;

import io.parley.risk.LedgerStatus;
import io.parley.risk.Market;
import io.parley.risk.domain.ClearingHouse;
import io.parley.risk.domain.Folded;
import java.nio.file.Path;
import java.time.Clock;

/** The clearing loop alone in a JVM, to be killed. Arguments: bootstrap servers, node, data folder. */
public final class ClearingProcess {

    private ClearingProcess() {}

    static final ClearingLoop.Guest NOBODY = new ClearingLoop.Guest() {
        @Override
        public void restored(ClearingHouse house) {}

        @Override
        public void folded(Folded folded) {}
    };

    static ClearingSettings settings(String servers, String node, Path data) {
        return new ClearingSettings(servers, node, Market.DOMAIN, "default", data.resolve("snapshots"), 200, 50);
    }

    public static void main(String[] args) throws InterruptedException {
        ClearingSettings settings = settings(args[0], args[1], Path.of(args[2]));
        LedgerStatus status = new LedgerStatus();
        new ClearingLoop(settings, new KafkaClients(settings), status, Clock.systemUTC(), NOBODY).start();
        LedgerStatus.View before = status.now();
        while (true) {
            LedgerStatus.View now = status.now();
            if (now.phase() != before.phase() || now.nextOffset() != before.nextOffset()) {
                System.out.println(now.phase() + " " + now.nextOffset());
                before = now;
            }
            Thread.sleep(1);
        }
    }
}
