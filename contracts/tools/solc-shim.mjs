#!/usr/bin/env node
// Foundry wants a `solc` executable; this answers as one with the npm package `solc` (WebAssembly), so that the
// compiler comes from package-lock.json with its integrity hash, on every system. It speaks what Foundry asks for:
//   solc --version
//   solc --standard-json [--base-path P] [--include-path P]* [--allow-paths P,..]   (the input on stdin)
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isAbsolute, join } from "node:path";

const solc = createRequire(import.meta.url)("solc");
const args = process.argv.slice(2);

// Coverage is of unoptimized code, in which the assembly of Witness.replaceAll is too deep for the stack: so of all the optimizer does only
// what lays out the stack of assembly is left on.
const STACK_ONLY = {
  enabled: false,
  details: {
    peephole: false,
    inliner: false,
    jumpdestRemover: false,
    orderLiterals: false,
    deduplicate: false,
    cse: false,
    constantOptimizer: false,
    simpleCounterForLoopUncheckedIncrement: false,
    yul: true,
    yulDetails: { stackAllocation: true },
  },
};

if (args.includes("--version")) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (args.includes("--standard-json")) {
  const roots = args.filter((_, i) => args[i - 1] === "--base-path" || args[i - 1] === "--include-path");
  if (roots.length === 0) roots.push(process.cwd());
  const find = (name) => {
    const path = (isAbsolute(name) ? [name] : roots.map((root) => join(root, name))).find(existsSync);
    return path ? { contents: readFileSync(path, "utf8") } : { error: `File not found: ${name}` };
  };
  const input = JSON.parse(readFileSync(0, "utf8"));
  if (process.env.PARLEY_COVERAGE) input.settings.optimizer = STACK_ONLY;
  process.stdout.write(solc.compile(JSON.stringify(input), { import: find }));
} else {
  process.stderr.write(`solc-shim.mjs answers --version and --standard-json only, not: ${args.join(" ")}\n`);
  process.exitCode = 1;
}
