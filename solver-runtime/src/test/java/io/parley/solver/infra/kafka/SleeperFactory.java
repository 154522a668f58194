package io.parley.solver.infra.kafka;

import io.parley.protocol.spi.AuctionView;
import io.parley.protocol.spi.Proposal;
import io.parley.protocol.spi.Solver;
import io.parley.protocol.spi.SolverContext;
import io.parley.protocol.spi.SolverFactory;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** Makes a solver that never has an answer. */
public class SleeperFactory implements SolverFactory {

    @Override
    public Solver create(SolverContext context) {
        return new Solver() {
            @Override
            public String name() {
                return "sleeper";
            }

            @Override
            public List<Proposal> solve(AuctionView auction, Instant deadline) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return List.of();
            }
        };
    }
}
