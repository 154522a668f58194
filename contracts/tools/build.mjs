#!/usr/bin/env node
// Fetches the npm packages, compiles the contracts and writes their ABI and bytecode as {name}.json into the folder
// given. Each part is skipped when a hash over its inputs is the one of the last run, so an up-to-date build is cheap.
//   node tools/build.mjs <folder>
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const target = resolve(process.argv[2] ?? join(home, "target/classes/io/parley/contracts"));

// An AMM from its publisher's own bytecode, for the development chain.
const THIRD_PARTY = ["@uniswap/v2-core/build/UniswapV2Factory.json", "@uniswap/v2-core/build/UniswapV2Pair.json"];

const under = (folder, end) =>
  existsSync(join(home, folder))
    ? readdirSync(join(home, folder), { recursive: true })
        .filter((name) => name.endsWith(end))
        .sort()
        .map((name) => join(folder, name))
    : [];

const hashOf = (files) => {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update("\0").update(readFileSync(join(home, file))).update("\0");
  return hash.digest("hex");
};

const unlessCurrent = (stamp, files, step) => {
  const hash = hashOf(files);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return;
  rmSync(stamp, { force: true });
  step();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
};

const run = (command, ...args) => {
  const { status, error } = spawnSync(command, args, { cwd: home, stdio: "inherit" });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
};

// The stamp lives in node_modules, so that removing the folder removes the stamp.
unlessCurrent(join(home, "node_modules/.parley-stamp"), ["package.json", "package-lock.json"], () =>
  run("npm", "ci", "--prefer-offline", "--no-progress"));

const solidity = under("src", ".sol");
const inputs = [...solidity, "foundry.toml", "package-lock.json", "tools/build.mjs", "tools/solc-shim.mjs"];
unlessCurrent(join(target, ".stamp"), inputs, () => {
  mkdirSync(target, { recursive: true });
  for (const old of readdirSync(target)) if (old.endsWith(".json")) rmSync(join(target, old));

  const write = (name, abi, bytecode) => {
    if (abi.length === 0 && bytecode === "0x") return;
    writeFileSync(join(target, `${name}.json`), JSON.stringify({ contractName: name, abi, bytecode }));
  };
  if (solidity.length > 0) {
    run(process.env.PARLEY_FORGE ?? join(home, "node_modules/.bin/forge"), "build", "src", "--quiet");
    for (const source of solidity) {
      // Foundry names its output by the file alone: out/Vault.sol/Vault.json.
      for (const output of under(join("out", basename(source)), ".json")) {
        const { abi, bytecode } = JSON.parse(readFileSync(join(home, output), "utf8"));
        write(basename(output, ".json"), abi, bytecode.object);
      }
    }
  }
  for (const file of THIRD_PARTY) {
    const { abi, bytecode } = JSON.parse(readFileSync(join(home, "node_modules", file), "utf8"));
    write(basename(file, ".json"), abi, bytecode.startsWith("0x") ? bytecode : `0x${bytecode}`);
  }
});
