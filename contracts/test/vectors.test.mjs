// SPDX-License-Identifier: Apache-2.0
// The golden vectors read by viem, which is nobody's code of ours: what a wallet would hash and sign.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import { domainSeparator, hashTypedData, keccak256, recoverAddress, stringToBytes } from "viem";
import { privateKeyToAccount } from "viem/accounts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const vectors = JSON.parse(readFileSync(join(root, "protocol/src/main/resources/golden/vectors.json"), "utf8"));

const members = (line) => line.split(",").map((entry) => ({ type: entry.split(" ")[0], name: entry.split(" ")[1] }));
const types = {
  Intent: members(
    "address owner,uint32 account,Leg[] legs,int64 cash,uint64 maxFee,uint32 parts,uint32 minParts,uint64 validFrom," +
      "uint64 validUntil,uint64 nonce,bool verifiedOnly,Conditions conditions",
  ),
  Leg: members("string asset,int64 quantity"),
  Conditions: members("string watch,string when,int64 price,int64 trail,uint32 every,bool reduceOnly,bool onlyImprove"),
  Bid: members(
    "address solver,uint32 account,uint64 auction,Fill[] fills,uint64 pays,bytes32 path,uint64 validUntil,bytes32 salt",
  ),
  Fill: members("bytes32 intent,uint32 parts,int64 cash,uint64 fee"),
  Commitment: members("address solver,uint32 account,uint64 auction,bytes32 bid,uint64 cap"),
  Withdraw: members("address owner,uint32 account,string asset,uint64 amount,address to,uint64 validUntil,uint64 nonce"),
  Cancel: members("address owner,uint32 account,uint8 kind,uint64 nonce,uint64 validUntil"),
  SetMode: members("address owner,uint32 account,uint8 mode,uint64 validUntil,uint64 nonce"),
  Heartbeat: members("address owner,uint32 account,uint64 until,uint64 validUntil,uint64 nonce"),
  Price: members("uint64 time,uint64 sequence,bytes32 content,bytes32 marks"),
};
const domain = {
  name: vectors.domain.name,
  version: vectors.domain.version,
  chainId: BigInt(vectors.domain.chainId),
  verifyingContract: vectors.domain.verifyingContract,
};

/** JSON carries 64-bit integers as strings. */
const typed = (type, value) => {
  if (type.endsWith("[]")) return value.map((element) => typed(type.slice(0, -2), element));
  if (types[type]) return Object.fromEntries(types[type].map((m) => [m.name, typed(m.type, value[m.name])]));
  return /^u?int/.test(type) ? BigInt(value) : value;
};

const data = (vector) => ({
  domain,
  types,
  primaryType: vector.primaryType,
  message: typed(vector.primaryType, vector.message),
});

test("the domain separator is viem's", () => {
  assert.equal(domainSeparator({ domain }), vectors.domain.separator);
});

test("names hash as a wallet hashes them", () => {
  for (const asset of vectors.assets) assert.equal(keccak256(stringToBytes(asset.name)), asset.nameHash, asset.name);
});

for (const vector of vectors.digests) {
  test(`${vector.name}: viem comes to the same digest and signer`, async () => {
    assert.equal(hashTypedData(data(vector)), vector.digest);
    assert.equal(await recoverAddress({ hash: vector.digest, signature: vector.signature }), vector.signer);
  });
}

for (const vector of vectors.digests.filter((v) => v.signedBy === "viem")) {
  test(`${vector.name}: viem signs it again the same`, async () => {
    const account = privateKeyToAccount(keccak256(stringToBytes(`parley golden ${vector.signerName}`)));
    assert.equal(await account.signTypedData(data(vector)), vector.signature);
  });
}

test("both Java and viem signed", () => {
  const by = (who) => vectors.digests.filter((v) => v.signedBy === who).length;
  assert.ok(by("java") >= 10 && by("viem") >= 10, `java ${by("java")}, viem ${by("viem")}`);
});
