// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";
import {IRefusals} from "../src/interfaces/IRefusals.sol";
import {AccountLeaf} from "../src/libraries/AccountLeaf.sol";
import {AssetIds} from "../src/libraries/AssetIds.sol";
import {Eip712} from "../src/libraries/Eip712.sol";
import {GlobalRecord} from "../src/libraries/GlobalRecord.sol";
import {Hashing} from "../src/libraries/Hashing.sol";
import {Header} from "../src/libraries/Header.sol";
import {Reader} from "../src/libraries/Reader.sol";
import {Route} from "../src/libraries/Route.sol";
import {Signatures} from "../src/libraries/Signatures.sol";
import {STEP_TREE_DEPTH, StepTree} from "../src/libraries/StepTree.sol";
import {Witness} from "../src/libraries/Witness.sol";

/// @dev Digests of records as the libraries of src make them, from calldata.
contract RecordReader {
    mapping(uint64 asset => bytes32) public nameOf;

    function name(uint64 asset, bytes32 hash) external {
        nameOf[asset] = hash;
    }

    function recover(bytes32 digest, bytes calldata signature) external pure returns (address) {
        return Signatures.recover(digest, _start(signature), 0);
    }

    function fold(bytes32 leaf, uint256 index, uint256 depth, uint256 bitmap, bytes calldata siblings)
        external
        pure
        returns (bytes32)
    {
        return Hashing.fold(leaf, index, depth, bitmap, _start(siblings));
    }

    function account(bytes calldata bytes_) external pure returns (bytes memory) {
        AccountLeaf.Account memory decoded;
        AccountLeaf.decode(decoded, _start(bytes_), bytes_.length, 0);
        return AccountLeaf.encode(decoded);
    }

    function route(bytes calldata bytes_) external pure returns (Route.Data memory) {
        return Route.decode(bytes_);
    }

    function header(bytes calldata bytes_) external pure returns (Header.Batch memory) {
        return Header.decode(bytes_);
    }

    function hashOf(bytes calldata data) external pure returns (bytes32) {
        return Hashing.keccakCalldata(data);
    }

    function intent(bytes calldata r) external view returns (bytes32) {
        uint256 p = _start(r);
        Eip712.Intent memory i;
        i.typeHash = Eip712.INTENT_TYPEHASH;
        i.owner = Reader.addressAt(p + 1);
        i.account = Reader.u32At(p + 21);
        i.cash = Reader.i64At(p + 25);
        i.maxFee = Reader.u64At(p + 33);
        i.parts = Reader.u32At(p + 41);
        i.minParts = Reader.u32At(p + 45);
        i.validFrom = Reader.u64At(p + 49);
        i.validUntil = Reader.u64At(p + 57);
        i.nonce = Reader.u64At(p + 65);
        uint256 flags = Reader.u8At(p + 73);
        i.verifiedOnly = flags & 1;
        bytes32[] memory legs = new bytes32[](Reader.u8At(p + 74));
        p += 75;
        for (uint256 l = 0; l < legs.length; ++l) {
            legs[l] = Eip712.hashLeg(nameOf[uint64(Reader.u64At(p))], Reader.i64At(p + 8));
            p += 16;
        }
        i.legs = keccak256(abi.encodePacked(legs));
        i.conditions = flags & 2 == 0 ? Eip712.NO_CONDITIONS : _conditions(p);
        return Eip712.hashIntent(i);
    }

    /// @dev No step takes conditions yet, so src does not hash them.
    function _conditions(uint256 p) private view returns (bytes32) {
        uint64 watch = uint64(Reader.u64At(p));
        uint256 when = Reader.u8At(p + 8);
        uint256 bits = Reader.u8At(p + 29);
        return keccak256(
            abi.encode(
                Eip712.CONDITIONS_TYPEHASH,
                watch == 0 ? keccak256("") : nameOf[watch],
                when == 0 ? keccak256("") : when == 1 ? keccak256("above") : keccak256("below"),
                Reader.i64At(p + 9),
                Reader.i64At(p + 17),
                Reader.u32At(p + 25),
                bits & 1,
                bits >> 1
            )
        );
    }

    function bid(bytes calldata r) external pure returns (bytes32) {
        uint256 p = _start(r);
        Eip712.Bid memory b;
        b.typeHash = Eip712.BID_TYPEHASH;
        b.solver = Reader.addressAt(p + 1);
        b.account = Reader.u32At(p + 21);
        b.auction = Reader.u64At(p + 25);
        b.pays = Reader.u64At(p + 33);
        b.path = Reader.b32At(p + 41);
        b.validUntil = Reader.u64At(p + 73);
        b.salt = Reader.b32At(p + 81);
        bytes32[] memory fills = new bytes32[](Reader.u8At(p + 113));
        p += 114;
        for (uint256 f = 0; f < fills.length; ++f) {
            fills[f] =
                Eip712.hashFill(Reader.b32At(p), Reader.u32At(p + 32), Reader.i64At(p + 36), Reader.u64At(p + 44));
            p += 52;
        }
        b.fills = keccak256(abi.encodePacked(fills));
        return Eip712.hashBid(b);
    }

    function commitment(bytes calldata r) external pure returns (bytes32) {
        uint256 p = _start(r);
        return Eip712.hashCommitment(
            Reader.addressAt(p + 1),
            Reader.u32At(p + 21),
            Reader.u64At(p + 25),
            Reader.b32At(p + 33),
            Reader.u64At(p + 65)
        );
    }

    function withdraw(bytes calldata r) external view returns (bytes32) {
        uint256 p = _start(r) + 2;
        return Eip712.hashWithdraw(
            Eip712.Withdraw({
                typeHash: Eip712.WITHDRAW_TYPEHASH,
                owner: Reader.addressAt(p),
                account: Reader.u32At(p + 20),
                asset: nameOf[uint64(Reader.u64At(p + 24))],
                amount: Reader.u64At(p + 32),
                to: Reader.addressAt(p + 40),
                validUntil: Reader.u64At(p + 60),
                nonce: Reader.u64At(p + 68)
            })
        );
    }

    function cancel(bytes calldata r) external pure returns (bytes32) {
        uint256 p = _start(r) + 2;
        return Eip712.hashCancel(
            Reader.addressAt(p), Reader.u32At(p + 20), Reader.u8At(p + 24), Reader.u64At(p + 25), Reader.u64At(p + 33)
        );
    }

    function setMode(bytes calldata r) external pure returns (bytes32) {
        uint256 p = _start(r) + 2;
        return Eip712.hashSetMode(
            Reader.addressAt(p), Reader.u32At(p + 20), Reader.u8At(p + 24), Reader.u64At(p + 25), Reader.u64At(p + 33)
        );
    }

    function heartbeat(bytes calldata r) external pure returns (bytes32) {
        uint256 p = _start(r) + 2;
        return Eip712.hashHeartbeat(
            Reader.addressAt(p), Reader.u32At(p + 20), Reader.u64At(p + 24), Reader.u64At(p + 32), Reader.u64At(p + 40)
        );
    }

    function price(bytes calldata r) external pure returns (bytes32) {
        uint256 p = _start(r);
        uint256 contentAt = p + 51 + 65 * Reader.u8At(p + 50);
        return Eip712.hashPrice(
            Reader.u64At(p + 2),
            Reader.u64At(p + 10),
            Hashing.keccakAt(contentAt + 4, Reader.u32At(contentAt)),
            Reader.b32At(p + 18)
        );
    }

    function _start(bytes calldata data) private pure returns (uint256 start) {
        assembly ("memory-safe") {
            start := data.offset
        }
    }
}

/// @dev The vectors that Java and viem made and read as well.
contract GoldenVectorsTest is Test {
    using GlobalRecord for bytes;

    RecordReader private reader = new RecordReader();
    string private json;
    bytes32 private domain;

    function setUp() public {
        json = vm.readFile("../protocol/src/main/resources/golden/vectors.json");
        domain = vm.parseJsonBytes32(json, ".domain.separator");
        for (uint256 i = 0; _has(".assets", i); ++i) {
            reader.name(uint64(_uint(".assets", i, ".id")), _b32(".assets", i, ".nameHash"));
        }
    }

    function _key(string memory list, uint256 i, string memory field) private pure returns (string memory) {
        return string.concat(list, "[", vm.toString(i), "]", field);
    }

    function _has(string memory list, uint256 i) private view returns (bool) {
        return vm.keyExistsJson(json, _key(list, i, ""));
    }

    function _string(string memory list, uint256 i, string memory field) private view returns (string memory) {
        return vm.parseJsonString(json, _key(list, i, field));
    }

    function _uint(string memory list, uint256 i, string memory field) private view returns (uint256) {
        return vm.parseJsonUint(json, _key(list, i, field));
    }

    function _b32(string memory list, uint256 i, string memory field) private view returns (bytes32) {
        return vm.parseJsonBytes32(json, _key(list, i, field));
    }

    function _bytes(string memory list, uint256 i, string memory field) private view returns (bytes memory) {
        return vm.parseJsonBytes(json, _key(list, i, field));
    }

    function _is(string memory a, string memory b) private pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }

    function test_domain() public view {
        address vault = vm.parseJsonAddress(json, ".domain.verifyingContract");
        assertEq(Eip712.domainSeparator(vm.parseJsonUint(json, ".domain.chainId"), vault), domain);
    }

    function test_assets() public view {
        uint256 i = 0;
        for (; _has(".assets", i); ++i) {
            uint256 id = _uint(".assets", i, ".id");
            bytes32 nameHash = keccak256(bytes(_string(".assets", i, ".name")));
            assertTrue(AssetIds.isCanonical(id), _string(".assets", i, ".name"));
            assertEq(nameHash, _b32(".assets", i, ".nameHash"));
            assertEq(Witness.listingLeaf(id, nameHash), _b32(".assets", i, ".leaf"));
        }
        assertGe(i, 10);
    }

    function test_digestsAndSigners() public view {
        uint256 i = 0;
        for (; _has(".digests", i); ++i) {
            string memory name = _string(".digests", i, ".name");
            bytes32 structHash = _structHash(_string(".digests", i, ".primaryType"), _bytes(".digests", i, ".record"));
            bytes32 digest = Eip712.digest(domain, structHash);
            assertEq(digest, _b32(".digests", i, ".digest"), name);
            address signer = reader.recover(digest, _bytes(".digests", i, ".signature"));
            assertEq(signer, vm.parseJsonAddress(json, _key(".digests", i, ".signer")), name);
        }
        assertGe(i, 20);
    }

    function _structHash(string memory primaryType, bytes memory record) private view returns (bytes32) {
        if (_is(primaryType, "Intent")) return reader.intent(record);
        if (_is(primaryType, "Bid")) return reader.bid(record);
        if (_is(primaryType, "Commitment")) return reader.commitment(record);
        if (_is(primaryType, "Withdraw")) return reader.withdraw(record);
        if (_is(primaryType, "Cancel")) return reader.cancel(record);
        if (_is(primaryType, "SetMode")) return reader.setMode(record);
        if (_is(primaryType, "Heartbeat")) return reader.heartbeat(record);
        if (_is(primaryType, "Price")) return reader.price(record);
        revert(primaryType);
    }

    function test_signatures_goodAndBad() public view {
        uint256 i = 0;
        for (; _has(".signatures", i); ++i) {
            string memory name = _string(".signatures", i, ".name");
            uint256 code = _uint(".signatures", i, ".code");
            bytes32 digest = _b32(".signatures", i, ".digest");
            address signer = vm.parseJsonAddress(json, _key(".signatures", i, ".signer"));
            try reader.recover(digest, _bytes(".signatures", i, ".signature")) returns (address recovered) {
                // 103: it is someone's signature, only not this signer's.
                assertEq(recovered == signer, code == 0, name);
                assertTrue(code == 0 || code == 103, name);
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), IRefusals.Refused.selector, name);
                uint16 got;
                assembly ("memory-safe") {
                    got := mload(add(reason, 36))
                }
                assertEq(got, code, name);
            }
        }
        assertGe(i, 10);
    }

    function test_routes() public view {
        bytes memory ids;
        uint256 i = 0;
        for (; _has(".routes", i); ++i) {
            bytes memory bytes_ = _bytes(".routes", i, ".route");
            Route.Data memory route = reader.route(bytes_);
            assertEq(route.id, _b32(".routes", i, ".id"));
            ids = bytes.concat(ids, route.id);
            assertEq(
                bytes_,
                bytes.concat(
                    abi.encodePacked(uint8(1), route.owner, route.account, route.auction, route.index, route.adapter),
                    abi.encodePacked(route.input, route.amount, route.output, route.minimum, route.validUntil)
                )
            );
            address contract_ = vm.parseJsonAddress(json, _key(".routes", i, ".contract"));
            address escrow = vm.parseJsonAddress(json, _key(".routes", i, ".escrow"));
            assertEq(
                Clones.predictDeterministicAddress(vm.computeCreateAddress(contract_, 1), route.id, contract_), escrow
            );
            // The withdrawal whose signature is the route's.
            bytes memory record = _bytes(".routes", i, ".record");
            uint64 nonce = uint64(bytes8(_slice(record, 95, 8)));
            bytes memory command = abi.encodePacked(uint8(1), uint8(16), route.owner, route.account, route.input);
            command = abi.encodePacked(command, route.amount, escrow, route.validUntil, nonce);
            bytes32 digest = Eip712.digest(domain, reader.withdraw(command));
            assertEq(digest, _b32(".routes", i, ".withdrawal"));
            assertEq(reader.recover(digest, _slice(record, 103, 65)), route.owner);
        }
        assertEq(i, 2);
        assertEq(keccak256(ids), _b32(".routes", 0, ".path"));
    }

    function _slice(bytes memory from, uint256 start, uint256 size) private pure returns (bytes memory part) {
        part = new bytes(size);
        for (uint256 i = 0; i < size; ++i) {
            part[i] = from[start + i];
        }
    }

    function test_hashes() public {
        uint256 i = 0;
        for (; _has(".hashes", i); ++i) {
            string memory kind = _string(".hashes", i, ".kind");
            bytes32 hash = _b32(".hashes", i, ".hash");
            string memory name = _string(".hashes", i, ".name");
            if (_is(kind, "H")) _checkPreimage(name, _bytes(".hashes", i, ".preimage"), hash);
            else if (_is(kind, "node")) assertEq(_node(i), hash, name);
            else if (_is(kind, "tree")) assertEq(_tree(i), hash, name);
            else if (_is(kind, "fold")) assertEq(_fold(i), hash, name);
            else if (_is(kind, "chain")) assertEq(_chain(i), hash, name);
            else revert(kind);
        }
        assertGe(i, 40);
    }

    function _checkPreimage(string memory name, bytes memory preimage, bytes32 hash) private view {
        assertEq(Hashing.keccak(preimage), hash, name);
        assertEq(reader.hashOf(preimage), hash, name);
        if (_is(name, "type/EIP712Domain")) assertEq(Eip712.DOMAIN_TYPEHASH, hash);
        if (_is(name, "type/Intent")) assertEq(Eip712.INTENT_TYPEHASH, hash);
        if (_is(name, "type/Leg")) assertEq(Eip712.LEG_TYPEHASH, hash);
        if (_is(name, "type/Conditions")) assertEq(Eip712.CONDITIONS_TYPEHASH, hash);
        if (_is(name, "type/Bid")) assertEq(Eip712.BID_TYPEHASH, hash);
        if (_is(name, "type/Fill")) assertEq(Eip712.FILL_TYPEHASH, hash);
        if (_is(name, "type/Commitment")) assertEq(Eip712.COMMITMENT_TYPEHASH, hash);
        if (_is(name, "type/Withdraw")) assertEq(Eip712.WITHDRAW_TYPEHASH, hash);
        if (_is(name, "type/Cancel")) assertEq(Eip712.CANCEL_TYPEHASH, hash);
        if (_is(name, "type/Price")) assertEq(Eip712.PRICE_TYPEHASH, hash);
        if (_is(name, "global/genesis")) assertEq(GlobalRecord.genesis(), preimage);
        if (_is(name, "root/genesis")) assertEq(GlobalRecord.genesis().stateRoot(0), hash);
        if (_is(name, "global/every-field")) assertEq(preimage.length, GlobalRecord.SIZE);
        if (_is(name, "leaf/account-fresh") || _is(name, "leaf/account-full")) {
            assertEq(reader.account(preimage), preimage, name);
        }
        if (_is(name, "batch-header")) assertEq(reader.header(preimage).hash, hash);
    }

    function _node(uint256 i) private view returns (bytes32) {
        return Hashing.node(_b32(".hashes", i, ".left"), _b32(".hashes", i, ".right"));
    }

    function _tree(uint256 i) private view returns (bytes32) {
        bytes32[] memory leaves = vm.parseJsonBytes32Array(json, _key(".hashes", i, ".leaves"));
        uint256 depth = _uint(".hashes", i, ".depth");
        bytes32[] memory nodes = leaves;
        for (uint256 level = 0; level < depth; ++level) {
            bytes32[] memory above = new bytes32[]((nodes.length + 1) / 2);
            for (uint256 n = 0; n < above.length; ++n) {
                above[n] = Hashing.node(nodes[2 * n], 2 * n + 1 < nodes.length ? nodes[2 * n + 1] : bytes32(0));
            }
            nodes = above;
        }
        bytes32 root = nodes.length == 0 ? bytes32(0) : nodes[0];
        if (depth == STEP_TREE_DEPTH) {
            bytes32[STEP_TREE_DEPTH] memory frontier;
            for (uint256 n = 0; n < leaves.length; ++n) {
                StepTree.append(frontier, n, leaves[n]);
            }
            assertEq(StepTree.root(frontier, leaves.length), root);
        }
        return root;
    }

    function _fold(uint256 i) private view returns (bytes32) {
        return reader.fold(
            _b32(".hashes", i, ".leaf"),
            _uint(".hashes", i, ".index"),
            _uint(".hashes", i, ".depth"),
            _uint(".hashes", i, ".bitmap"),
            abi.encodePacked(vm.parseJsonBytes32Array(json, _key(".hashes", i, ".siblings")))
        );
    }

    function _chain(uint256 i) private view returns (bytes32 link) {
        link = _b32(".hashes", i, ".start");
        bytes[] memory items = vm.parseJsonBytesArray(json, _key(".hashes", i, ".items"));
        bytes32[] memory links = vm.parseJsonBytes32Array(json, _key(".hashes", i, ".links"));
        for (uint256 n = 0; n < items.length; ++n) {
            link = Hashing.pair(link, Hashing.keccak(items[n]));
            assertEq(link, links[n]);
        }
    }
}
