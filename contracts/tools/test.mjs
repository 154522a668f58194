#!/usr/bin/env node
// Runs the Solidity tests and then the JavaScript ones (test/*.test.mjs), and leaves a JUnit report of both in the
// folder given, beside those of the Java tests.
//   node tools/test.mjs <folder>
// Exits 1 if a test failed; with PARLEY_TEST_FAILURES=reported, only if one could not be run and reported.
import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const reports = resolve(process.argv[2] ?? join(home, "target/surefire-reports"));
mkdirSync(reports, { recursive: true });

const junit = (name, command, args) => {
  const report = join(reports, `TEST-${name}.xml`);
  rmSync(report, { force: true });
  const out = openSync(report, "w");
  const { status, error } = spawnSync(command, args, { cwd: home, stdio: ["ignore", out, "inherit"] });
  closeSync(out);
  if (error) throw error;
  const text = readFileSync(report, "utf8");
  if (status !== 0) process.stderr.write(text);
  if (!text.includes("<testsuites")) rmSync(report);
  const count = (text.match(/<testcase/g) ?? []).length;
  process.stdout.write(`${name}: ${count} tests, ${status === 0 ? "all passed" : "some failed"}\n`);
  return status === 0 || (count > 0 && process.env.PARLEY_TEST_FAILURES === "reported");
};

const tests = (end) =>
  existsSync(join(home, "test")) ? readdirSync(join(home, "test"), { recursive: true }).filter((f) => f.endsWith(end)) : [];

let passed = true;
if (tests(".t.sol").length > 0) {
  const forge = process.env.PARLEY_FORGE ?? join(home, "node_modules/.bin/forge");
  // Compiled apart, so that warnings of the compiler do not get into the report.
  const { status } = spawnSync(forge, ["build", "--quiet"], { cwd: home, stdio: "inherit" });
  passed = status === 0 && junit("forge", forge, ["test", "--junit"]);
}
const scripts = tests(".test.mjs").sort().map((file) => join("test", file));
if (scripts.length > 0) {
  passed = junit("contracts-js", process.execPath, ["--test", "--test-reporter=junit", ...scripts]) && passed;
}
process.exit(passed ? 0 : 1);
