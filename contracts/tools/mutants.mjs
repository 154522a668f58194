#!/usr/bin/env node
// Makes each change of mutants.txt in a copy, one at a time, runs the differential test over it and prints whether that saw
// a difference. The project must be built; its own files are not touched. Exit code 1 if a mutant was not seen.
//   node tools/mutants.mjs [steps] [part of a line]
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const contracts = dirname(dirname(fileURLToPath(import.meta.url)));
const home = dirname(contracts);
const [steps = "5000", only = ""] = process.argv.slice(2);
const java = (name) => (process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin", name) : name);
const built = ["node", "protocol", "contracts", "clearing", "devnet"].map((m) => join(home, m, "target/classes"));
const libraries = ["main", "boot"].map((part) => join(home, "node/target/quarkus-app/lib", part, "*")).join(":");
const VERIFIERS = ["QueueVerifier", "ForcedVerifier", "AccountVerifier", "PriceVerifier", "TradeVerifier"];

const run = (command, args, cwd = home) => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error) throw error;
  return { status, stdout, stderr };
};

const compileJava = (file, text, into) => {
  const source = join(into, "source", file.split("/").pop());
  mkdirSync(dirname(source));
  writeFileSync(source, text);
  const classpath = [...built, libraries].join(":");
  return run(java("javac"), ["-proc:none", "-nowarn", "-d", into, "-cp", classpath, source]);
};

const compileSolidity = (file, text, into) => {
  const copy = join(into, "copy");
  for (const part of ["src", "tools", "foundry.toml", "package.json"]) cpSync(join(contracts, part), join(copy, part), { recursive: true });
  symlinkSync(join(contracts, "node_modules"), join(copy, "node_modules"));
  writeFileSync(join(copy, file.replace(/^contracts\//, "")), text);
  const forge = process.env.PARLEY_FORGE ?? join(contracts, "node_modules/.bin/forge");
  const made = run(forge, ["build", "src/verifiers", "--quiet"], copy);
  if (made.status !== 0) return made;
  const artifacts = join(into, "io/parley/contracts");
  mkdirSync(artifacts, { recursive: true });
  for (const name of VERIFIERS) {
    const { abi, bytecode } = JSON.parse(readFileSync(join(copy, `out/${name}.sol/${name}.json`), "utf8"));
    writeFileSync(join(artifacts, `${name}.json`), JSON.stringify({ contractName: name, abi, bytecode: bytecode.object }));
  }
  return made;
};

const verdict = ({ file, from, to }) => {
  const original = readFileSync(join(home, file), "utf8");
  if (original.split(from).length !== 2) return `stands there ${original.split(from).length - 1} times`;
  const into = mkdtempSync(join(tmpdir(), "parley-mutant-"));
  try {
    const compile = file.endsWith(".java") ? compileJava : compileSolidity;
    const made = compile(file, original.replace(from, () => to), into);
    if (made.status !== 0) return `does not compile: ${made.stderr.split("\n")[0]}`;
    const classpath = [into, ...built, libraries].join(":");
    const options = ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", `-Dparley.home=${home}`];
    const ran = run(java("java"), [...options, "-cp", classpath, "io.parley.node.Main", "differential", "--steps", steps, "--seed", "7"]);
    const found = /^differences +([\d,]+)/m.exec(ran.stdout);
    return found ? Number(found[1].replaceAll(",", "")) : `does not run: ${ran.stderr.trim().split("\n").pop()}`;
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
};

const mutants = readFileSync(join(contracts, "tools/mutants.txt"), "utf8")
  .split("\n")
  .filter((line) => line && !line.startsWith("#") && line.includes(only))
  .map((line) => line.split(" :: "))
  .map(([file, from, to]) => ({ file, from, to: to ?? "" }));
let unseen = 0;
for (const mutant of mutants) {
  const differences = verdict(mutant);
  if (!(differences > 0)) unseen++;
  const shown = typeof differences === "number" ? String(differences).padStart(6) : differences;
  console.log(`${differences > 0 ? "seen  " : "UNSEEN"} ${shown}  ${mutant.file.split("/").pop()}: ${mutant.from}  ->  ${mutant.to}`);
}
console.log(`${mutants.length - unseen} of ${mutants.length} mutants seen in ${steps} steps each`);
process.exit(unseen === 0 ? 0 : 1);
