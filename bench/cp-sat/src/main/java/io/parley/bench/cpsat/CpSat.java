package io.parley.bench.cpsat;

import com.google.ortools.Loader;
import com.google.ortools.sat.BoolVar;
import com.google.ortools.sat.CpModel;
import com.google.ortools.sat.CpSolver;
import com.google.ortools.sat.CpSolverStatus;
import com.google.ortools.sat.LinearExpr;
import com.google.ortools.sat.Literal;
import io.parley.bench.wdp.Rival;
import java.util.ArrayList;
import java.util.List;

/** One Boolean per bid, at most one per good, one worker, otherwise as it comes. */
public final class CpSat implements Rival {

    /** Loads the native library. */
    public CpSat() {
        Loader.loadNativeLibraries();
    }

    @Override
    public String name() {
        return "CP-SAT";
    }

    @Override
    public Answer solve(long[] prices, int[][] goods, int goodCount, long millis) {
        var model = new CpModel();
        var bids = new BoolVar[prices.length];
        var claimants = new ArrayList<List<Literal>>();
        for (int good = 0; good < goodCount; good++) {
            claimants.add(new ArrayList<>());
        }
        for (int bid = 0; bid < bids.length; bid++) {
            bids[bid] = model.newBoolVar("b" + bid);
            for (int good : goods[bid]) {
                claimants.get(good).add(bids[bid]);
            }
        }
        for (var some : claimants) {
            if (some.size() > 1) {
                model.addAtMostOne(some);
            }
        }
        model.maximize(LinearExpr.weightedSum(bids, prices));
        var solver = new CpSolver();
        solver.getParameters().setNumWorkers(1).setRandomSeed(1).setMaxTimeInSeconds(millis / 1000.0);
        var status = solver.solve(model);
        boolean found = status == CpSolverStatus.OPTIMAL || status == CpSolverStatus.FEASIBLE;
        long value = 0;
        for (int bid = 0; found && bid < bids.length; bid++) {
            value += solver.booleanValue(bids[bid]) ? prices[bid] : 0;
        }
        return new Answer(value, (long) Math.floor(solver.bestObjectiveBound()), status == CpSolverStatus.OPTIMAL);
    }
}
