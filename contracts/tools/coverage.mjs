// Lines and branches of src that the tests reach. Without src/dev, which is for tests alone, and without the tests of gas, which
// measure optimized code. More options of `forge coverage` may follow.
import { spawnSync } from "node:child_process";

const { status } = spawnSync(
  "forge",
  [
    "coverage",
    "--no-match-contract",
    "^(GasTest|GasTableTest)$",
    "--no-match-coverage",
    "^(test|script|src/dev|node_modules)/",
    "--report",
    "summary",
    "--report",
    "lcov",
    "--report-file",
    "cache/coverage/lcov.info",
    ...process.argv.slice(2),
  ],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      PARLEY_COVERAGE: "1",
      FOUNDRY_CACHE_PATH: "cache/coverage/cache",
      FOUNDRY_OUT: "cache/coverage/out",
    },
  },
);
process.exit(status ?? 1);
