// SPDX-License-Identifier: Apache-2.0
// Signs the golden vectors that are to be signed by viem, from their typed data alone.
//
//   node contracts/tools/sign-vectors.mjs
//
// It reads protocol/src/main/resources/golden/vectors.json and writes digests and signatures to
// protocol/src/test/resources/golden/viem-signatures.json, from where the generator (GoldenVectorsTest with
// -Dparley.golden.write=true) takes them into the vectors.
import { readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { hashTypedData, keccak256, stringToBytes } from "viem";
import { privateKeyToAccount } from "viem/accounts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const vectors = JSON.parse(readFileSync(join(root, "protocol/src/main/resources/golden/vectors.json"), "utf8"));
const target = join(root, "protocol/src/test/resources/golden/viem-signatures.json");

const member = (line) => line.split(",").map((entry) => ({ type: entry.split(" ")[0], name: entry.split(" ")[1] }));
const types = {
  Intent: member(
    "address owner,uint32 account,Leg[] legs,int64 cash,uint64 maxFee,uint32 parts,uint32 minParts,uint64 validFrom," +
      "uint64 validUntil,uint64 nonce,bool verifiedOnly,Conditions conditions",
  ),
  Leg: member("string asset,int64 quantity"),
  Conditions: member(
    "string watch,string when,int64 price,int64 trail,uint32 every,bool reduceOnly,bool onlyImprove",
  ),
  Bid: member(
    "address solver,uint32 account,uint64 auction,Fill[] fills,uint64 pays,bytes32 path,uint64 validUntil,bytes32 salt",
  ),
  Fill: member("bytes32 intent,uint32 parts,int64 cash,uint64 fee"),
  Commitment: member("address solver,uint32 account,uint64 auction,bytes32 bid,uint64 cap"),
  Withdraw: member(
    "address owner,uint32 account,string asset,uint64 amount,address to,uint64 validUntil,uint64 nonce",
  ),
  Cancel: member("address owner,uint32 account,uint8 kind,uint64 nonce,uint64 validUntil"),
  SetMode: member("address owner,uint32 account,uint8 mode,uint64 validUntil,uint64 nonce"),
  Heartbeat: member("address owner,uint32 account,uint64 until,uint64 validUntil,uint64 nonce"),
  Price: member("uint64 time,uint64 sequence,bytes32 content,bytes32 marks"),
};

/** Decimal strings become integers where the type says so. */
function typed(type, value) {
  if (type.endsWith("[]")) return value.map((element) => typed(type.slice(0, -2), element));
  if (types[type]) return Object.fromEntries(types[type].map((m) => [m.name, typed(m.type, value[m.name])]));
  if (/^u?int\d+$/.test(type)) return BigInt(value);
  return value;
}

/** Only the types in use: EIP-712 hashes a type together with those that it refers to. */
function used(type, found = {}) {
  const name = type.replace("[]", "");
  if (types[name] && !found[name]) {
    found[name] = types[name];
    for (const m of types[name]) used(m.type, found);
  }
  return found;
}

const domain = {
  name: vectors.domain.name,
  version: vectors.domain.version,
  chainId: BigInt(vectors.domain.chainId),
  verifyingContract: vectors.domain.verifyingContract,
};

const signed = {};
for (const vector of vectors.digests) {
  const data = {
    domain,
    types: used(vector.primaryType),
    primaryType: vector.primaryType,
    message: typed(vector.primaryType, vector.message),
  };
  const digest = hashTypedData(data);
  if (digest !== vector.digest && vector.signedBy === "java") {
    throw new Error(`${vector.name}: viem's digest is ${digest}, the vector's is ${vector.digest}`);
  }
  if (vector.signedBy !== "viem") continue;
  const account = privateKeyToAccount(keccak256(stringToBytes(`parley golden ${vector.signerName}`)));
  if (account.address !== vector.signer) {
    throw new Error(`${vector.name}: viem's signer is ${account.address}, the vector's is ${vector.signer}`);
  }
  signed[vector.name] = { digest, signature: await account.signTypedData(data) };
}
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, JSON.stringify(signed, null, 2) + "\n");
console.log(`${Object.keys(signed).length} vectors signed, ${vectors.digests.length} digests compared`);
