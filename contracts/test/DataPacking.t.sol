// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataPacking} from "../src/interfaces/IDataPacking.sol";
import {IStepRerun} from "../src/interfaces/IStepRerun.sol";
import {IVault} from "../src/interfaces/IVault.sol";
import {Scenario} from "./reference/Scenario.sol";

contract DataPackingTest is Scenario {
    Batch private batch;
    bytes private packed;

    function setUp() public override {
        super.setUp();
        settledMarket();
        batch = fullBatch();
        uint64[] memory assets = new uint64[](2);
        (assets[0], assets[1]) = (ETH, CALL);
        packed = packedOf(batch, assets);
    }

    function test_unpack_givesTheData() public view {
        assertEq(dataPacking.unpack(domain, packed), batch.data);
        (bytes32 hash, uint256 steps) = dataPacking.digest(domain, packed);
        assertEq(hash, keccak256(batch.data));
        assertEq(steps, batch.records.length);
        assertLt(packed.length, batch.data.length - 2 * 32);
    }

    function test_unpack_dependsOnTheDomain_throughTheIntents() public view {
        assertNotEq(keccak256(dataPacking.unpack(bytes32(uint256(domain) ^ 1), packed)), keccak256(batch.data));
    }

    function test_unpack_takesNothingForData() public {
        vm.expectRevert(abi.encodeWithSelector(IDataPacking.Unpackable.selector, 0));
        dataPacking.unpack(domain, "");
        vm.expectRevert(abi.encodeWithSelector(IDataPacking.Unpackable.selector, packed.length));
        dataPacking.unpack(domain, bytes.concat(packed, hex"00"));
    }

    /// @dev Every beginning of it, as a whole.
    function test_unpack_refusesWhatIsCutShort() public {
        for (uint256 size = 1; size < packed.length; size += 7) {
            vm.expectPartialRevert(IDataPacking.Unpackable.selector);
            dataPacking.unpack(domain, slice(packed, 0, size));
        }
    }

    /// @dev What is packed otherwise is refused or is other data.
    function test_unpack_isOfOtherData_whereABitIsAnother(uint256 where, uint8 bit) public view {
        where = bound(where, 0, packed.length - 1);
        bytes memory other = bytes.concat(packed);
        other[where] ^= bytes1(uint8(1) << (bit & 7));
        try dataPacking.unpack(domain, other) returns (bytes memory data) {
            (bytes32 hash,) = dataPacking.digest(domain, other);
            assertEq(hash, keccak256(data));
            assertNotEq(hash, keccak256(batch.data));
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IDataPacking.Unpackable.selector);
        }
    }

    function test_unpack_refusesFieldsThatAReaderCouldTakeDifferently() public {
        uint256 first = 4 + 40 * uint256(uint8(packed[3]));
        _refuses(0, hex"02", 0);
        _refuses(1, hex"0000", 0);
        _refuses(4, hex"0000000000000001", 4);
        // The second asset is not above the first.
        _refuses(44, slice(packed, 4, 12), 44);
        _refuses(first + 32, hex"01", first + 32);
        _refuses(first + 32, hex"ff", first + 32);
    }

    function _refuses(uint256 where, bytes memory replacement, uint256 position) private {
        vm.expectRevert(abi.encodeWithSelector(IDataPacking.Unpackable.selector, position));
        dataPacking.unpack(domain, patched(packed, where, replacement));
    }

    function test_postPacked_postsTheBatch() public {
        vm.prank(operator);
        vault.postPacked(batch.header, packed);
        assertEq(vault.posted(2).headerHash, keccak256(batch.header));
        assertEq(vault.posted(2).root, stateRoot());
        vm.prank(operator);
        vault.prove(batch.header, batch.data, batch.witness, uint32(batch.records.length), 0);
        assertEq(vault.state().verifiedRoot, stateRoot());
    }

    function test_postPacked_isTheOperators() public {
        vm.expectRevert(abi.encodeWithSelector(IVault.NotOperator.selector, address(this)));
        vault.postPacked(batch.header, packed);
    }

    function test_postPacked_refusesOtherData() public {
        bytes memory other = patched(packed, packed.length - 1, hex"ff");
        (bytes32 hash,) = dataPacking.digest(domain, other);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IStepRerun.WrongDataHash.selector, hash, keccak256(batch.data)));
        vault.postPacked(batch.header, other);
        uint32 steps = uint32(batch.records.length);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IStepRerun.WrongStepCount.selector, steps, steps + 1));
        vault.postPacked(patched(batch.header, 137, abi.encodePacked(steps + 1)), packed);
    }
}
