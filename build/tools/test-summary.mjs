#!/usr/bin/env node
// Reads the JUnit reports of all modules, names the tests that failed, and ends with the line `N passed, N failed`.
//   node build/tools/test-summary.mjs <checkout> [exit code of the build]
// Exits 1 if a test failed, if there was none, or if the build did.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

const [home, buildFailed = "0"] = process.argv.slice(2);
const IGNORED = new Set(["node_modules", ".git", ".parley", "src"]);

const reports = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory() || IGNORED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.name !== "surefire-reports") return reports(path);
    return readdirSync(path).filter((f) => f.startsWith("TEST-") && f.endsWith(".xml")).map((f) => join(path, f));
  });

const attribute = (text, name) => new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(text)?.[1] ?? "";

const plain = (xml) =>
  xml.replace(/&#10;|\s+/g, " ").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&").slice(0, 300);

let passed = 0;
let skipped = 0;
const failures = [];
for (const report of existsSync(home) ? reports(home) : []) {
  for (const part of readFileSync(report, "utf8").split(/<testcase(?=[\s>])/).slice(1)) {
    // What a test printed comes after its outcome, and may look like anything.
    const outcome = part.split(/<system-(?:out|err)/)[0];
    if (/<(?:failure|error)[\s>\/]/.test(outcome)) {
      const where = attribute(outcome, "classname") || basename(report, ".xml").slice("TEST-".length);
      const message = /<(?:failure|error)[^>]*\bmessage="([^"]*)"/.exec(outcome)?.[1] ?? "";
      failures.push(`${where}.${attribute(outcome, "name")}: ${plain(message)}`);
    } else if (/<skipped[\s>\/]/.test(outcome)) skipped++;
    else passed++;
  }
}

for (const failure of failures) console.log(`failed: ${failure}`);
if (skipped > 0) console.log(`skipped: ${skipped}`);
if (buildFailed !== "0" && failures.length === 0) console.log("The build failed outside of the tests; see above.");
console.log(`${passed} passed, ${failures.length} failed`);
process.exit(failures.length > 0 || passed === 0 || buildFailed !== "0" ? 1 : 0);
