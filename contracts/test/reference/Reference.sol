// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Tree} from "./Tree.sol";

/// @dev The ledger once more, in the plainest Solidity, from docs/protocol.md and without anything of src: it makes
///      commands, signs them, applies them and collects batches with their witnesses. What the contracts decide is
///      compared with what this decides.
abstract contract Reference is Test {
    using Tree for Tree.Data;

    struct Position {
        uint64 asset;
        int64 quantity;
    }

    struct Open {
        bytes32 intent;
        uint64 nonce;
        uint64 validUntil;
        uint64 lastFill;
        uint32 partsDone;
    }

    struct Holder {
        address owner;
        uint32 number;
        uint8 mode;
        int64 cash;
        uint64[4] bases;
        uint64[4] bits;
        uint64 lastAuction;
        uint32 liveUntil;
        Position[] positions;
        Open[] opens;
    }

    struct Global {
        uint64 time;
        uint64 priceSequence;
        bytes32 priceHash;
        bytes32 paramsHash;
        bytes32 feederSetHash;
        uint64 queueCursor;
        bytes32 queueHash;
        uint32 listingCount;
        bytes32 fundingRoot;
        bytes32 openInterestRoot;
        bytes32 settlementRoot;
        uint64 halts;
        int64 insurance;
        uint64 fees;
        uint64 feesTotal;
        uint64 withdrawals;
        bytes32 withdrawalHash;
        bytes32 auctionSeed;
    }

    struct Key {
        uint32 index;
        uint8 scope;
        uint64 expiry;
        bool registered;
    }

    struct Intent {
        address owner;
        uint32 account;
        uint64[] assets;
        int64[] quantities;
        int64 cash;
        uint64 maxFee;
        uint32 parts;
        uint32 minParts;
        uint64 validFrom;
        uint64 validUntil;
        uint64 nonce;
        bool verifiedOnly;
        uint256 signer;
    }

    struct Fill {
        uint32 parts;
        int64 cash;
        uint64 fee;
    }

    struct Trade {
        address solver;
        uint32 account;
        uint64 auction;
        uint64 pays;
        bytes32 path;
        uint64 validUntil;
        bytes32 salt;
        Fill[] fills;
        Intent[] intents;
        uint256 signer;
    }

    struct Withdraw {
        address owner;
        uint32 account;
        uint64 asset;
        uint64 amount;
        address to;
        uint64 validUntil;
        uint64 nonce;
        uint256 signer;
    }

    struct Cancel {
        address owner;
        uint32 account;
        uint8 kind;
        uint64 nonce;
        uint64 validUntil;
        uint256 signer;
    }

    struct SetMode {
        address owner;
        uint32 account;
        uint8 mode;
        uint64 validUntil;
        uint64 nonce;
        uint256 signer;
    }

    struct Heartbeat {
        address owner;
        uint32 account;
        uint64 until;
        uint64 validUntil;
        uint64 nonce;
        uint256 signer;
    }

    /// @dev Commands 6 to 8. `to` is whom a withdrawal is for, or the owner of the account 0 that a reduction is against.
    ///      Margin is not reckoned here: `barred` says that it forbids what is asked for.
    struct Forced {
        uint8 kind;
        address owner;
        uint32 account;
        uint64 asset;
        uint64 amount;
        address to;
        uint8 cancelKind;
        uint64 nonce;
        bool barred;
    }

    struct Paid {
        uint64 asset;
        address to;
        uint64 amount;
    }

    struct Batch {
        bytes header;
        bytes data;
        bytes witness;
        bytes[] stepWitnesses;
        bytes32[] rootsAfter;
        bytes[] records;
        bytes[] starts;
        bytes pricing;
        bool[] stepPriced;
    }

    bytes32 internal domain;
    bool internal verifiedOnlyInBatch;
    Global internal g;
    Tree.Data internal accountsTree;
    Tree.Data internal listingsTree;
    Tree.Data internal keysTree;

    mapping(uint256 index => Holder) internal accountAt;
    mapping(address owner => mapping(uint32 account => uint32)) internal indexOf;
    uint32 internal accountCount;
    uint32 internal keyCount;
    mapping(bytes32 id => Key) internal keyOf;
    mapping(uint64 asset => string) internal nameOf;
    mapping(uint64 asset => uint32) internal listingOf;
    mapping(uint64 asset => bool) internal isListed;

    address[] internal feeders;
    uint256[] internal feederKeys;
    uint8 internal threshold;
    bytes internal feederSet;

    struct Mark {
        uint64 asset;
        int64 value;
    }

    /// @dev The next price: the stablecoin, `u8 n | underlyings` as they are encoded, and the marks, ascending.
    int64 internal stable = 1e8;
    bytes internal underlyings = hex"00";
    Mark[] internal marks;
    /// @dev The pricing in force.
    bytes internal priceInForce;
    bytes internal parametersInForce;
    /// @dev Whether the step being made leaves an account with positions, so that it needs the pricing.
    bool internal isPriced;

    Paid[] internal paidInBatch;
    uint64 internal queueFrom;
    uint64 internal sequence;
    bytes32 internal parentRoot;
    bytes internal startWitness;
    bytes[] internal stepRecords;
    bool[] internal stepPriced;
    bytes[] internal stepWitnesses;
    bytes32[] internal rootsAfter;
    /// @dev Accounts root and global record before each step, and after the last.
    bytes[] internal stepStarts;

    function setUpReference(uint256 chainId, address vault) internal {
        domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Parley"),
                keccak256("1"),
                chainId,
                vault
            )
        );
        accountsTree.depth = 32;
        listingsTree.depth = 16;
        keysTree.depth = 32;
        parentRoot = stateRoot();
        sequence = 1;
        _startBatch();
    }

    // ------------------------------------------------------------------------------------------------------ the state

    function leafOf(uint32 index) internal view returns (bytes memory leaf) {
        Holder storage a = accountAt[index];
        if (a.owner == address(0)) return "";
        leaf = abi.encodePacked(
            uint8(1), a.owner, a.number, a.mode, uint8(a.positions.length), uint8(a.opens.length), a.cash
        );
        for (uint256 lane = 0; lane < 4; ++lane) {
            leaf = abi.encodePacked(leaf, a.bases[lane], a.bits[lane]);
        }
        leaf = abi.encodePacked(leaf, a.lastAuction, uint32(0), a.liveUntil);
        for (uint256 i = 0; i < a.positions.length; ++i) {
            leaf = abi.encodePacked(leaf, a.positions[i].asset, a.positions[i].quantity, uint64(0), uint64(0));
        }
        for (uint256 i = 0; i < a.opens.length; ++i) {
            Open storage o = a.opens[i];
            leaf = abi.encodePacked(leaf, o.intent, o.nonce, o.validUntil, o.lastFill, o.partsDone);
        }
    }

    function globalRecord() internal view returns (bytes memory) {
        bytes memory first = abi.encodePacked(
            uint8(1), g.time, g.priceSequence, g.priceHash, g.paramsHash, g.feederSetHash, g.queueCursor, g.queueHash
        );
        bytes memory second = abi.encodePacked(
            g.listingCount,
            listingsTree.root(),
            keysTree.root(),
            g.fundingRoot,
            g.openInterestRoot,
            g.settlementRoot,
            g.halts
        );
        return abi.encodePacked(
            first, second, g.insurance, g.fees, g.feesTotal, g.withdrawals, g.withdrawalHash, g.auctionSeed
        );
    }

    function accountsRoot() internal view returns (bytes32) {
        return accountsTree.root();
    }

    function stateRoot() internal view returns (bytes32) {
        return keccak256(abi.encodePacked(accountsTree.root(), keccak256(globalRecord())));
    }

    function quantityOf(uint32 index, uint64 asset) internal view returns (int64) {
        Holder storage a = accountAt[index];
        for (uint256 i = 0; i < a.positions.length; ++i) {
            if (a.positions[i].asset == asset) return a.positions[i].quantity;
        }
        return 0;
    }

    function addPosition(uint32 index, uint64 asset, int256 change) internal {
        if (change == 0) return;
        Position[] storage p = accountAt[index].positions;
        uint256 i = 0;
        while (i < p.length && p[i].asset < asset) ++i;
        if (i < p.length && p[i].asset == asset) {
            int64 next = int64(p[i].quantity + change);
            if (next != 0) {
                p[i].quantity = next;
                return;
            }
            for (; i + 1 < p.length; ++i) {
                p[i] = p[i + 1];
            }
            p.pop();
            return;
        }
        p.push();
        for (uint256 j = p.length - 1; j > i; --j) {
            p[j] = p[j - 1];
        }
        p[i] = Position(asset, int64(change));
    }

    /// @dev The bit-by-bit reading of the nonce rule.
    function useNonce(uint32 index, uint64 nonce) internal {
        Holder storage a = accountAt[index];
        uint256 lane = nonce >> 62;
        uint64 n = nonce % 2 ** 62;
        a.bits[lane] |= uint64(1) << (n - a.bases[lane]);
        while (a.bits[lane] % 2 == 1) {
            a.bits[lane] /= 2;
            a.bases[lane] += 1;
        }
    }

    function removeOpen(uint32 index, uint256 i) internal {
        Open[] storage o = accountAt[index].opens;
        for (; i + 1 < o.length; ++i) {
            o[i] = o[i + 1];
        }
        o.pop();
    }

    function syncLeaf(uint32 index) internal {
        bytes memory leaf = leafOf(index);
        accountsTree.set(index, leaf.length == 0 ? bytes32(0) : keccak256(leaf));
    }

    // -------------------------------------------------------------------------------------------------- witness parts

    function accountWitness(uint32 index) internal view returns (bytes memory) {
        bytes memory leaf = leafOf(index);
        (uint32 bitmap, bytes memory siblings) = accountsTree.proof(index);
        return abi.encodePacked(index, uint16(leaf.length), leaf, bitmap, siblings);
    }

    function listingWitness(uint64 asset) internal view returns (bytes memory) {
        uint32 index = listingOf[asset];
        (uint32 bitmap, bytes memory siblings) = listingsTree.proof(index);
        return abi.encodePacked(index, asset, keccak256(bytes(nameOf[asset])), uint16(bitmap), siblings);
    }

    function keyId(address owner, uint32 account, address key) internal pure returns (bytes32) {
        return keccak256(abi.encode(owner, account, key));
    }

    function keyWitness(uint8 signature, address owner, uint32 account, address key)
        internal
        view
        returns (bytes memory)
    {
        Key storage k = keyOf[keyId(owner, account, key)];
        (uint32 bitmap, bytes memory siblings) = keysTree.proof(k.index);
        return abi.encodePacked(signature, k.index, k.scope, k.expiry, bitmap, siblings);
    }

    /// @dev One key if someone else than the owner signs and is registered.
    function keyWitnesses(uint8 signature, address owner, uint32 account, uint256 signer)
        internal
        view
        returns (uint8 n, bytes memory witness)
    {
        address key = vm.addr(signer);
        if (key == owner || !keyOf[keyId(owner, account, key)].registered) return (0, "");
        return (1, keyWitness(signature, owner, account, key));
    }

    // ------------------------------------------------------------------------------------------------- signed records

    function digestOf(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function sign(uint256 signer, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signer, digest);
        return abi.encodePacked(r, s, v);
    }

    function intentDigest(Intent memory i) internal view returns (bytes32) {
        bytes memory legs;
        for (uint256 l = 0; l < i.assets.length; ++l) {
            legs = abi.encodePacked(
                legs,
                keccak256(
                    abi.encode(
                        keccak256("Leg(string asset,int64 quantity)"),
                        keccak256(bytes(nameOf[i.assets[l]])),
                        i.quantities[l]
                    )
                )
            );
        }
        bytes memory head = abi.encode(
            keccak256(
                "Intent(address owner,uint32 account,Leg[] legs,int64 cash,uint64 maxFee,uint32 parts,uint32 minParts,uint64 validFrom,uint64 validUntil,uint64 nonce,bool verifiedOnly,Conditions conditions)Conditions(string watch,string when,int64 price,int64 trail,uint32 every,bool reduceOnly,bool onlyImprove)Leg(string asset,int64 quantity)"
            ),
            i.owner,
            i.account,
            keccak256(legs),
            i.cash,
            i.maxFee
        );
        bytes memory tail =
            abi.encode(i.parts, i.minParts, i.validFrom, i.validUntil, i.nonce, i.verifiedOnly, noConditions());
        return digestOf(keccak256(bytes.concat(head, tail)));
    }

    function noConditions() internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "Conditions(string watch,string when,int64 price,int64 trail,uint32 every,bool reduceOnly,bool onlyImprove)"
                ),
                keccak256(""),
                keccak256(""),
                int64(0),
                int64(0),
                uint32(0),
                false,
                false
            )
        );
    }

    function intentRecord(Intent memory i) internal view returns (bytes memory) {
        return intentRecord(i, sign(i.signer, intentDigest(i)));
    }

    function intentRecord(Intent memory i, bytes memory signature) internal pure returns (bytes memory record) {
        record = abi.encodePacked(
            uint8(1),
            i.owner,
            i.account,
            i.cash,
            i.maxFee,
            i.parts,
            i.minParts,
            abi.encodePacked(i.validFrom, i.validUntil, i.nonce, uint8(i.verifiedOnly ? 1 : 0)),
            uint8(i.assets.length)
        );
        for (uint256 l = 0; l < i.assets.length; ++l) {
            record = abi.encodePacked(record, i.assets[l], i.quantities[l]);
        }
        record = bytes.concat(record, signature);
    }

    function bidDigest(Trade memory t) internal view returns (bytes32) {
        bytes memory fills;
        for (uint256 f = 0; f < t.fills.length; ++f) {
            fills = abi.encodePacked(
                fills,
                keccak256(
                    abi.encode(
                        keccak256("Fill(bytes32 intent,uint32 parts,int64 cash,uint64 fee)"),
                        intentDigest(t.intents[f]),
                        t.fills[f].parts,
                        t.fills[f].cash,
                        t.fills[f].fee
                    )
                )
            );
        }
        return digestOf(
            keccak256(
                abi.encode(
                    keccak256(
                        "Bid(address solver,uint32 account,uint64 auction,Fill[] fills,uint64 pays,bytes32 path,uint64 validUntil,bytes32 salt)Fill(bytes32 intent,uint32 parts,int64 cash,uint64 fee)"
                    ),
                    t.solver,
                    t.account,
                    t.auction,
                    keccak256(fills),
                    t.pays,
                    t.path,
                    t.validUntil,
                    t.salt
                )
            )
        );
    }

    function bidRecord(Trade memory t) internal view returns (bytes memory record) {
        record = abi.encodePacked(
            uint8(1), t.solver, t.account, t.auction, t.pays, t.path, t.validUntil, t.salt, uint8(t.fills.length)
        );
        for (uint256 f = 0; f < t.fills.length; ++f) {
            record =
                abi.encodePacked(record, intentDigest(t.intents[f]), t.fills[f].parts, t.fills[f].cash, t.fills[f].fee);
        }
        record = bytes.concat(record, sign(t.signer, bidDigest(t)));
    }

    function tradeRecord(Trade memory t) internal view returns (bytes memory record) {
        record = abi.encodePacked(
            uint8(1), uint8(48), t.auction, keccak256("transcript"), bidRecord(t), uint8(t.intents.length)
        );
        for (uint256 i = 0; i < t.intents.length; ++i) {
            record = bytes.concat(record, intentRecord(t.intents[i]));
        }
    }

    function withdrawRecord(Withdraw memory w) internal view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "Withdraw(address owner,uint32 account,string asset,uint64 amount,address to,uint64 validUntil,uint64 nonce)"
                ),
                w.owner,
                w.account,
                keccak256(bytes(nameOf[w.asset])),
                w.amount,
                w.to,
                w.validUntil,
                w.nonce
            )
        );
        return abi.encodePacked(
            uint8(1),
            uint8(16),
            w.owner,
            w.account,
            w.asset,
            w.amount,
            w.to,
            w.validUntil,
            w.nonce,
            sign(w.signer, digestOf(structHash))
        );
    }

    function cancelRecord(Cancel memory c) internal view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Cancel(address owner,uint32 account,uint8 kind,uint64 nonce,uint64 validUntil)"),
                c.owner,
                c.account,
                c.kind,
                c.nonce,
                c.validUntil
            )
        );
        return abi.encodePacked(
            uint8(1), uint8(17), c.owner, c.account, c.kind, c.nonce, c.validUntil, sign(c.signer, digestOf(structHash))
        );
    }

    function priceDigest(uint64 time, uint64 number, bytes32 root, bytes memory content)
        internal
        view
        returns (bytes32)
    {
        return digestOf(
            keccak256(
                abi.encode(
                    keccak256("Price(uint64 time,uint64 sequence,bytes32 content,bytes32 marks)"),
                    time,
                    number,
                    keccak256(content),
                    root
                )
            )
        );
    }

    /// @dev The content of the next price.
    function nextContent() internal view returns (bytes memory content) {
        content = abi.encodePacked(stable, underlyings, uint16(marks.length));
        for (uint256 i = 0; i < marks.length; ++i) {
            content = abi.encodePacked(content, marks[i].asset, marks[i].value);
        }
    }

    /// @dev The root over its marks under the parameters in force.
    function marksRoot() internal view returns (bytes32) {
        bytes32[] memory nodes = new bytes32[](marks.length);
        for (uint256 i = 0; i < nodes.length; ++i) {
            nodes[i] = keccak256(abi.encodePacked(marks[i].asset, marks[i].value, uint16(0), g.paramsHash));
        }
        return rootOver(nodes);
    }

    function setMark(uint64 asset, int64 value) internal {
        uint256 i = 0;
        while (i < marks.length && marks[i].asset < asset) ++i;
        if (i == marks.length || marks[i].asset != asset) {
            marks.push();
            for (uint256 j = marks.length - 1; j > i; --j) {
                marks[j] = marks[j - 1];
            }
        }
        marks[i] = Mark(asset, value);
    }

    /// @dev The pricing in force, as a witness has it.
    function pricing() internal view returns (bytes memory) {
        return abi.encodePacked(
            uint32(priceInForce.length), priceInForce, uint16(parametersInForce.length), parametersInForce
        );
    }

    function priceRecord(uint64 time, uint64 number, bytes memory content, uint256[] memory signers)
        internal
        view
        returns (bytes memory)
    {
        return priceRecord(time, number, content, marksRoot(), signers);
    }

    function priceRecord(uint64 time, uint64 number, bytes memory content, bytes32 root, uint256[] memory signers)
        internal
        view
        returns (bytes memory record)
    {
        bytes32 digest = priceDigest(time, number, root, content);
        record = abi.encodePacked(uint8(1), uint8(32), time, number, root, uint8(signers.length));
        for (uint256 i = 0; i < signers.length; ++i) {
            record = bytes.concat(record, sign(signers[i], digest));
        }
        record = abi.encodePacked(record, uint32(content.length), content);
    }

    // ------------------------------------------------------------------------------------------------ steps that apply

    function applyDeposit(address owner, uint32 account, uint64 asset, uint64 amount, address from)
        internal
        returns (bytes memory record, bytes memory witness)
    {
        uint32 index = indexOf[owner][account];
        if (index == 0) {
            index = ++accountCount;
            indexOf[owner][account] = index;
        }
        record = abi.encodePacked(uint8(1), uint8(1), g.queueCursor, index, owner, account, asset, amount, from);
        witness = accountWitness(index);
        _advanceQueue(record);

        Holder storage a = accountAt[index];
        int256 sum = int256(asset == 0 ? a.cash : quantityOf(index, asset)) + int256(uint256(amount));
        bool isFull = asset != 0 && a.positions.length == 64 && quantityOf(index, asset) == 0;
        if (amount == 0 || amount >= 2 ** 62 || sum > type(int64).max || isFull) {
            _withdrawn(asset, from, amount);
        } else {
            a.owner = owner;
            a.number = account;
            if (asset == 0) a.cash = int64(sum);
            else addPosition(index, asset, int256(uint256(amount)));
            syncLeaf(index);
        }
        _step(record, witness);
    }

    function applyRegisterKey(address owner, uint32 account, address key, uint8 scope, uint64 expiry)
        internal
        returns (bytes memory record, bytes memory witness)
    {
        Key storage k = keyOf[keyId(owner, account, key)];
        bytes32 old = 0;
        if (k.registered) {
            old = keccak256(abi.encodePacked(owner, account, key, k.scope, k.expiry));
        } else {
            k.index = keyCount++;
            k.registered = true;
        }
        k.scope = scope;
        k.expiry = expiry;
        record = abi.encodePacked(uint8(1), uint8(2), g.queueCursor, k.index, owner, account, key, scope, expiry);
        (uint32 bitmap, bytes memory siblings) = keysTree.proof(k.index);
        witness = abi.encodePacked(old, bitmap, siblings);
        _advanceQueue(record);
        keysTree.set(k.index, keccak256(abi.encodePacked(owner, account, key, scope, expiry)));
        _step(record, witness);
    }

    function applyListing(uint64 asset, string memory name)
        internal
        returns (bytes memory record, bytes memory witness)
    {
        uint32 index = g.listingCount++;
        listingOf[asset] = index;
        nameOf[asset] = name;
        isListed[asset] = true;
        record = abi.encodePacked(uint8(1), uint8(3), g.queueCursor, index, asset, uint8(bytes(name).length), name);
        (uint32 bitmap, bytes memory siblings) = listingsTree.proof(index);
        witness = abi.encodePacked(uint16(bitmap), siblings);
        _advanceQueue(record);
        listingsTree.set(index, keccak256(abi.encodePacked(asset, keccak256(bytes(name)))));
        _step(record, witness);
    }

    function applyParameters(uint8 what, bytes memory content)
        internal
        returns (bytes memory record, bytes memory witness)
    {
        record = abi.encodePacked(uint8(1), uint8(4), g.queueCursor, what, uint16(content.length), content);
        _advanceQueue(record);
        if (what == 1) {
            g.paramsHash = keccak256(content);
            parametersInForce = content;
        } else {
            g.feederSetHash = keccak256(content);
            feederSet = content;
        }
        _step(record, "");
        witness = "";
    }

    function applyCreditFee(address owner, uint32 account, uint64 amount)
        internal
        returns (bytes memory record, bytes memory witness)
    {
        uint32 index = indexOf[owner][account];
        record = abi.encodePacked(uint8(1), uint8(5), g.queueCursor, index, owner, account, amount);
        witness = accountWitness(index);
        _advanceQueue(record);
        if (accountAt[index].owner != address(0) && amount <= g.fees) {
            accountAt[index].cash += int64(amount);
            g.fees -= amount;
            syncLeaf(index);
        }
        _step(record, witness);
    }

    function applyPrice(uint64 time) internal returns (bytes memory record, bytes memory witness) {
        bytes memory content = nextContent();
        uint64 number = g.priceSequence + 1;
        uint256[] memory signers = new uint256[](threshold);
        for (uint256 i = 0; i < signers.length; ++i) {
            signers[i] = feederKeys[i];
        }
        record = priceRecord(time, number, content, signers);
        witness = priceWitness();
        g.time = time;
        g.priceSequence = number;
        g.priceHash = priceDigest(time, number, marksRoot(), content);
        priceInForce = abi.encodePacked(time, number, marksRoot(), content);
        _step(record, witness);
    }

    function priceWitness() internal view returns (bytes memory) {
        return abi.encodePacked(uint16(feederSet.length), feederSet);
    }

    function withdrawWitness(Withdraw memory w) internal view returns (bytes memory) {
        (uint8 n, bytes memory keys) = keyWitnesses(0, w.owner, w.account, w.signer);
        return abi.encodePacked(accountWitness(indexOf[w.owner][w.account]), listingWitness(w.asset), n, keys);
    }

    function applyWithdraw(Withdraw memory w) internal returns (bytes memory record, bytes memory witness) {
        uint32 index = indexOf[w.owner][w.account];
        record = withdrawRecord(w);
        witness = withdrawWitness(w);
        useNonce(index, w.nonce);
        if (w.asset == 0) accountAt[index].cash -= int64(w.amount);
        else addPosition(index, w.asset, -int256(uint256(w.amount)));
        syncLeaf(index);
        _withdrawn(w.asset, w.to, w.amount);
        if (accountAt[index].positions.length != 0) isPriced = true;
        _step(record, witness);
    }

    function cancelWitness(Cancel memory c) internal view returns (bytes memory) {
        (uint8 n, bytes memory keys) = keyWitnesses(0, c.owner, c.account, c.signer);
        return abi.encodePacked(accountWitness(indexOf[c.owner][c.account]), n, keys);
    }

    function applyCancel(Cancel memory c) internal returns (bytes memory record, bytes memory witness) {
        uint32 index = indexOf[c.owner][c.account];
        record = cancelRecord(c);
        witness = cancelWitness(c);
        cancelIn(index, c.kind, c.nonce);
        syncLeaf(index);
        _step(record, witness);
    }

    function cancelIn(uint32 index, uint8 kind, uint64 nonce) internal {
        Holder storage a = accountAt[index];
        uint256 lane = nonce >> 62;
        uint64 n = nonce % 2 ** 62;
        bool wasOpen = false;
        for (uint256 i = a.opens.length; i > 0; --i) {
            uint64 open = a.opens[i - 1].nonce;
            if (kind == 2 || (kind == 0 && open == nonce) || (kind == 1 && open >> 62 == lane && open % 2 ** 62 < n)) {
                wasOpen = true;
                removeOpen(index, i - 1);
            }
        }
        if (kind == 0 && !wasOpen) useNonce(index, nonce);
        if (kind == 1) {
            while (a.bases[lane] < n) {
                a.bits[lane] /= 2;
                a.bases[lane] += 1;
            }
            while (a.bits[lane] % 2 == 1) {
                a.bits[lane] /= 2;
                a.bases[lane] += 1;
            }
        }
        if (kind == 2) {
            for (uint256 i = 0; i < 4; ++i) {
                a.bases[i] += 64;
                a.bits[i] = 0;
            }
        }
    }

    function isFree(uint32 index, uint64 nonce) internal view returns (bool) {
        Holder storage a = accountAt[index];
        uint64 n = nonce % 2 ** 62;
        uint64 base = a.bases[nonce >> 62];
        return n >= base && n < base + 64 && (a.bits[nonce >> 62] >> (n - base)) % 2 == 0;
    }

    // ----------------------------------------------------------------------------------------- modes and heartbeats

    function setModeRecord(SetMode memory m) internal view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("SetMode(address owner,uint32 account,uint8 mode,uint64 validUntil,uint64 nonce)"),
                m.owner,
                m.account,
                m.mode,
                m.validUntil,
                m.nonce
            )
        );
        bytes memory signature = sign(m.signer, digestOf(structHash));
        return abi.encodePacked(uint8(1), uint8(18), m.owner, m.account, m.mode, m.validUntil, m.nonce, signature);
    }

    function heartbeatRecord(Heartbeat memory h) internal view returns (bytes memory) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("Heartbeat(address owner,uint32 account,uint64 until,uint64 validUntil,uint64 nonce)"),
                h.owner,
                h.account,
                h.until,
                h.validUntil,
                h.nonce
            )
        );
        bytes memory signature = sign(h.signer, digestOf(structHash));
        return abi.encodePacked(uint8(1), uint8(19), h.owner, h.account, h.until, h.validUntil, h.nonce, signature);
    }

    function ownersWitness(address owner, uint32 account, uint256 signer) internal view returns (bytes memory) {
        (uint8 n, bytes memory keys) = keyWitnesses(0, owner, account, signer);
        return abi.encodePacked(accountWitness(indexOf[owner][account]), n, keys);
    }

    function applySetMode(SetMode memory m) internal returns (bytes memory record, bytes memory witness) {
        uint32 index = indexOf[m.owner][m.account];
        record = setModeRecord(m);
        witness = ownersWitness(m.owner, m.account, m.signer);
        useNonce(index, m.nonce);
        accountAt[index].mode = m.mode;
        syncLeaf(index);
        if (accountAt[index].positions.length != 0) isPriced = true;
        _step(record, witness);
    }

    function applyHeartbeat(Heartbeat memory h) internal returns (bytes memory record, bytes memory witness) {
        uint32 index = indexOf[h.owner][h.account];
        record = heartbeatRecord(h);
        witness = ownersWitness(h.owner, h.account, h.signer);
        Holder storage a = accountAt[index];
        if (a.liveUntil != 0 && a.liveUntil < g.time) cancelIn(index, 2, h.nonce);
        else useNonce(index, h.nonce);
        a.liveUntil = uint32(h.until);
        syncLeaf(index);
        _step(record, witness);
    }

    // --------------------------------------------------------------------------------------------------- what is forced

    function forcedRecord(Forced memory f) internal view returns (bytes memory record) {
        record = abi.encodePacked(uint8(1), f.kind, g.queueCursor, indexOf[f.owner][f.account], f.owner, f.account);
        if (f.kind == 6) return abi.encodePacked(record, f.asset, f.amount, f.to);
        if (f.kind == 7) return abi.encodePacked(record, f.asset, f.amount, indexOf[f.to][0], f.to, uint32(0));
        return abi.encodePacked(record, f.cancelKind, f.nonce);
    }

    function forcedWitness(Forced memory f) internal view returns (bytes memory witness) {
        uint32 own = indexOf[f.owner][f.account];
        if (f.kind != 7) return accountWitness(own);
        uint32 counter = indexOf[f.to][0];
        uint32[] memory indices = new uint32[](2);
        (indices[0], indices[1]) = own < counter ? (own, counter) : (counter, own);
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory leaf = leafOf(indices[i]);
            (uint32 bitmap, bytes memory siblings) = accountsTree.proofAmong(indices, i);
            witness = abi.encodePacked(witness, indices[i], uint16(leaf.length), leaf, bitmap, siblings);
        }
    }

    /// @dev A step either way: what is not allowed changes nothing but the queue.
    function applyForced(Forced memory f) internal returns (bytes memory record, bytes memory witness) {
        record = forcedRecord(f);
        witness = forcedWitness(f);
        uint32 own = indexOf[f.owner][f.account];
        isPriced = f.kind != 8 && accountAt[own].positions.length != 0;
        _advanceQueue(record);
        if (!f.barred) {
            if (f.kind == 6) _forceWithdraw(f, own);
            else if (f.kind == 7) _forceReduce(f, own, indexOf[f.to][0]);
            else if (_mayCancel(own, f.cancelKind, f.nonce)) cancelIn(own, f.cancelKind, f.nonce);
            syncLeaf(own);
            if (f.kind == 7) syncLeaf(indexOf[f.to][0]);
        }
        _step(record, witness);
    }

    function _forceWithdraw(Forced memory f, uint32 own) private {
        bool isSpot = (f.asset >> 32) % 16 == 1;
        int64 there = f.asset == 0 ? accountAt[own].cash : isSpot ? quantityOf(own, f.asset) : int64(0);
        int64 amount = int64(f.amount) < there ? int64(f.amount) : there;
        if (amount <= 0) return;
        if (f.asset == 0) accountAt[own].cash -= amount;
        else addPosition(own, f.asset, -int256(amount));
        _withdrawn(f.asset, f.to, uint64(amount));
    }

    function _forceReduce(Forced memory f, uint32 own, uint32 counter) private {
        int256 held = (f.asset >> 32) % 16 == 1 ? int256(0) : int256(quantityOf(own, f.asset));
        int256 size = held < 0 ? -held : held;
        if (size > int256(uint256(f.amount))) size = int256(uint256(f.amount));
        if (size == 0) return;
        int256 cash = forcedCash(f.asset, size, held < 0);
        int256 change = held < 0 ? size : -size;
        bool isFull = accountAt[counter].positions.length == 64 && quantityOf(counter, f.asset) == 0;
        if (isFull || !_fits(quantityOf(counter, f.asset) - change)) return;
        if (!_fits(accountAt[own].cash + cash) || !_fits(accountAt[counter].cash - cash)) return;
        addPosition(own, f.asset, change);
        addPosition(counter, f.asset, -change);
        accountAt[own].cash += int64(cash);
        accountAt[counter].cash -= int64(cash);
    }

    function _fits(int256 value) private pure returns (bool) {
        return value == int64(value);
    }

    /// @dev What a forced reduction brings the owner. The underlyings are one, as `Scenario.underlying` writes it.
    function forcedCash(uint64 asset, int256 size, bool isShort) internal view returns (int256) {
        int256 spot = _underlyingAt(3);
        int256 mark = _underlyingAt(27);
        for (uint256 i = 0; i < marks.length && (asset >> 32) % 16 != 2; ++i) {
            if (marks[i].asset == asset) mark = marks[i].value;
        }
        int256 cost = (mark * 2 + 99) / 100;
        int256 least = (spot * 5 + 999) / 1000;
        if (cost < least) cost = least;
        if (isShort) return -((size * (mark + cost) + 1e8 - 1) / 1e8);
        return mark > cost ? size * (mark - cost) / 1e8 : int256(0);
    }

    function _underlyingAt(uint256 offset) private view returns (int256 value) {
        bytes memory all = underlyings;
        uint64 word;
        for (uint256 i = 0; i < 8; ++i) {
            word = word << 8 | uint8(all[offset + i]);
        }
        return int64(word);
    }

    function _mayCancel(uint32 own, uint8 kind, uint64 nonce) private view returns (bool) {
        Holder storage a = accountAt[own];
        if (kind == 1) return nonce % 2 ** 62 > a.bases[nonce >> 62];
        bool isOpen = false;
        for (uint256 i = 0; i < a.opens.length && kind == 0; ++i) {
            if (a.opens[i].nonce == nonce) isOpen = true;
        }
        return kind <= 2 && (isOpen || isFree(own, nonce));
    }

    /// @dev Accounts that a trade touches, ascending.
    function touched(Trade memory t) internal view returns (uint32[] memory indices) {
        indices = new uint32[](t.intents.length + 1);
        uint256 n = 0;
        for (uint256 i = 0; i <= t.intents.length; ++i) {
            uint32 index =
                i == 0 ? indexOf[t.solver][t.account] : indexOf[t.intents[i - 1].owner][t.intents[i - 1].account];
            uint256 j = 0;
            while (j < n && indices[j] < index) ++j;
            if (j < n && indices[j] == index) continue;
            for (uint256 k = n; k > j; --k) {
                indices[k] = indices[k - 1];
            }
            indices[j] = index;
            ++n;
        }
        assembly ("memory-safe") {
            mstore(indices, n)
        }
    }

    function slotOf(uint32[] memory indices, uint32 index) internal pure returns (uint8) {
        for (uint8 i = 0; i < indices.length; ++i) {
            if (indices[i] == index) return i;
        }
        revert("not touched");
    }

    /// @dev The trade's witness from the present state. With `isApplied` the effects are applied on the way, as the proofs
    ///      of later accounts stand on the leaves of earlier ones; without, for trades that will be refused anyway.
    function tradeWitness(Trade memory t, bool isApplied) internal returns (bytes memory witness) {
        uint32[] memory indices = touched(t);
        bytes[] memory before = new bytes[](indices.length);
        for (uint256 i = 0; i < indices.length; ++i) {
            before[i] = leafOf(indices[i]);
        }
        if (isApplied) _applyTrade(t, indices);
        witness = abi.encodePacked(uint8(indices.length));
        for (uint256 i = 0; i < indices.length; ++i) {
            (uint32 bitmap, bytes memory siblings) = accountsTree.proofAmong(indices, i);
            witness = abi.encodePacked(witness, indices[i], uint16(before[i].length), before[i], bitmap, siblings);
        }
        for (uint256 i = 0; i < indices.length; ++i) {
            if (isApplied) syncLeaf(indices[i]);
        }
        witness = abi.encodePacked(witness, slotOf(indices, indexOf[t.solver][t.account]));
        for (uint256 i = 0; i < t.intents.length; ++i) {
            witness = abi.encodePacked(witness, slotOf(indices, indexOf[t.intents[i].owner][t.intents[i].account]));
        }
        witness = bytes.concat(witness, _listings(t), _keys(t));
    }

    function _listings(Trade memory t) private view returns (bytes memory witness) {
        uint64[] memory assets = new uint64[](256);
        uint256 n = 0;
        for (uint256 i = 0; i < t.intents.length; ++i) {
            for (uint256 l = 0; l < t.intents[i].assets.length; ++l) {
                uint64 asset = t.intents[i].assets[l];
                uint256 j = 0;
                while (j < n && assets[j] < asset) ++j;
                if ((j < n && assets[j] == asset) || !isListed[asset]) continue;
                for (uint256 k = n; k > j; --k) {
                    assets[k] = assets[k - 1];
                }
                assets[j] = asset;
                ++n;
            }
        }
        witness = abi.encodePacked(uint8(n));
        for (uint256 i = 0; i < n; ++i) {
            witness = bytes.concat(witness, listingWitness(assets[i]));
        }
    }

    function _keys(Trade memory t) private view returns (bytes memory) {
        (uint8 n, bytes memory keys) = keyWitnesses(0, t.solver, t.account, t.signer);
        for (uint8 i = 0; i < t.intents.length; ++i) {
            Intent memory intent = t.intents[i];
            (uint8 more, bytes memory key) = keyWitnesses(i + 1, intent.owner, intent.account, intent.signer);
            n += more;
            keys = bytes.concat(keys, key);
        }
        return abi.encodePacked(n, keys);
    }

    function _applyTrade(Trade memory t, uint32[] memory indices) private {
        for (uint256 i = 0; i < indices.length; ++i) {
            Holder storage a = accountAt[indices[i]];
            for (uint256 j = a.opens.length; j > 0; --j) {
                if (a.opens[j - 1].validUntil < g.time) removeOpen(indices[i], j - 1);
            }
        }
        uint32 solver = indexOf[t.solver][t.account];
        for (uint256 i = 0; i < t.intents.length; ++i) {
            _applyFill(t.intents[i], t.fills[i], solver);
        }
        accountAt[solver].cash -= int64(t.pays);
        accountAt[solver].lastAuction = t.auction;
        g.insurance += int64(t.pays);
    }

    function _applyFill(Intent memory intent, Fill memory fill, uint32 solver) private {
        uint32 owner = indexOf[intent.owner][intent.account];
        bytes32 id = intentDigest(intent);
        Open[] storage opens = accountAt[owner].opens;
        uint256 o = 0;
        while (o < opens.length && opens[o].intent != id) ++o;
        if (o == opens.length) {
            useNonce(owner, intent.nonce);
            opens.push(Open(id, intent.nonce, intent.validUntil, g.time, 0));
        }
        opens[o].partsDone += fill.parts;
        opens[o].lastFill = g.time;
        if (opens[o].partsDone == intent.parts) removeOpen(owner, o);
        for (uint256 l = 0; l < intent.assets.length; ++l) {
            int256 part = int256(intent.quantities[l]) * int256(uint256(fill.parts)) / int256(uint256(intent.parts));
            addPosition(owner, intent.assets[l], part);
            addPosition(solver, intent.assets[l], -part);
        }
        accountAt[owner].cash += fill.cash - int64(fill.fee);
        accountAt[solver].cash -= fill.cash;
        g.fees += fill.fee;
        g.feesTotal += fill.fee;
    }

    function applyTrade(Trade memory t) internal returns (bytes memory record, bytes memory witness) {
        record = tradeRecord(t);
        witness = tradeWitness(t, true);
        uint32[] memory indices = touched(t);
        for (uint256 i = 0; i < indices.length; ++i) {
            if (accountAt[indices[i]].positions.length != 0) isPriced = true;
        }
        _step(record, witness);
    }

    // ---------------------------------------------------------------------------------------------------- the batches

    function _advanceQueue(bytes memory record) private {
        g.queueCursor += 1;
        g.queueHash = keccak256(abi.encodePacked(g.queueHash, keccak256(record)));
    }

    function _withdrawn(uint64 asset, address to, uint64 amount) private {
        g.withdrawals += 1;
        g.withdrawalHash = keccak256(abi.encodePacked(g.withdrawalHash, keccak256(abi.encodePacked(asset, to, amount))));
        paidInBatch.push(Paid(asset, to, amount));
    }

    function _step(bytes memory record, bytes memory witness) internal {
        stepRecords.push(record);
        stepPriced.push(isPriced);
        isPriced = false;
        stepWitnesses.push(witness);
        rootsAfter.push(stateRoot());
        stepStarts.push(abi.encodePacked(accountsTree.root(), globalRecord()));
    }

    function _startBatch() private {
        queueFrom = g.queueCursor;
        startWitness = abi.encodePacked(accountsTree.root(), globalRecord());
        delete stepPriced;
        delete stepRecords;
        delete stepWitnesses;
        delete rootsAfter;
        delete stepStarts;
        stepStarts.push(startWitness);
    }

    /// @dev Closes the batch of the steps so far and starts the next.
    function closeBatch() internal returns (Batch memory batch) {
        batch.records = stepRecords;
        batch.stepWitnesses = stepWitnesses;
        batch.rootsAfter = rootsAfter;
        batch.starts = stepStarts;
        batch.data = dataOf(batch.records, batch.rootsAfter);
        batch.stepPriced = stepPriced;
        batch.pricing = pricing();
        batch.witness = bytes.concat(startWitness, pricingOf(batch, 0, batch.records.length));
        for (uint256 i = 0; i < batch.stepWitnesses.length; ++i) {
            batch.witness = bytes.concat(batch.witness, batch.stepWitnesses[i]);
        }
        batch.header = abi.encodePacked(
            uint8(2),
            sequence,
            parentRoot,
            stateRoot(),
            stepsRootOf(batch.records, batch.rootsAfter),
            keccak256(batch.data),
            uint32(batch.records.length),
            queueFrom,
            g.queueCursor,
            verifiedOnlyInBatch
        );
        verifiedOnlyInBatch = false;
        parentRoot = stateRoot();
        sequence += 1;
        _startBatch();
    }

    /// @dev The pricing that some of the steps need; of nothing if none of them does.
    function pricingOf(Batch memory batch, uint256 from, uint256 upTo) internal pure returns (bytes memory) {
        for (uint256 i = from; i < upTo; ++i) {
            if (batch.stepPriced[i]) return batch.pricing;
        }
        return new bytes(6);
    }

    function dataOf(bytes[] memory records, bytes32[] memory roots) internal pure returns (bytes memory) {
        bytes memory table = abi.encodePacked(uint32(records.length));
        bytes memory body;
        for (uint256 i = 0; i < records.length; ++i) {
            table = abi.encodePacked(table, uint32(4 + 36 * records.length + body.length), roots[i]);
            body = bytes.concat(body, records[i]);
        }
        return bytes.concat(table, body);
    }

    function stepsRootOf(bytes[] memory records, bytes32[] memory roots) internal pure returns (bytes32) {
        bytes32[] memory nodes = new bytes32[](records.length);
        for (uint256 i = 0; i < records.length; ++i) {
            nodes[i] = keccak256(abi.encodePacked(uint32(i), keccak256(records[i]), roots[i]));
        }
        return rootOver(nodes);
    }

    /// @dev The root of a tree of depth 16 over leaves and empty ones after them.
    function rootOver(bytes32[] memory nodes) internal pure returns (bytes32) {
        if (nodes.length == 0) return 0;
        for (uint256 level = 0; level < 16; ++level) {
            bytes32[] memory above = new bytes32[]((nodes.length + 1) / 2);
            for (uint256 i = 0; i < above.length; ++i) {
                bytes32 right = 2 * i + 1 < nodes.length ? nodes[2 * i + 1] : bytes32(0);
                above[i] = keccak256(bytes.concat(nodes[2 * i], right));
            }
            nodes = above;
        }
        return nodes[0];
    }
}
