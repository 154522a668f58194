// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Scenario} from "./reference/Scenario.sol";

/// @dev No byte of a valid batch can be another one: not in the header, the data or the witness. Every such batch reverts
///      with an error that was meant, never with a panic or without a word.
contract WrongByteTest is Scenario {
    bytes4 private constant PANIC = 0x4e487b71;
    bytes4 private constant ERROR = 0x08c379a0;

    Batch private batch;
    uint256 private shift;
    mapping(bytes4 selector => uint256) private seen;
    bytes4[] private selectors;

    function setUp() public override {
        super.setUp();
        settledMarket();
        batch = fullBatch();
    }

    function test_everyWrongByte_revertsWithAnErrorOfItsOwn() public {
        (bytes memory header, bytes memory data, bytes memory witness) = (batch.header, batch.data, batch.witness);
        bytes memory input = abi.encodeCall(vault.settle, (header, data, witness, 0));
        // Selector, then four words, then each part behind its length.
        uint256 headerAt = 4 + 4 * 32 + 32;
        uint256 dataAt = headerAt + _padded(header.length) + 32;
        uint256 witnessAt = dataAt + _padded(data.length) + 32;
        uint256 tried = _flipAll(input, headerAt, header.length, 0, 0);
        tried += _flipAll(input, dataAt, data.length, 0, 0);
        // Once more with the data's hash repaired, so that the steps themselves have to notice.
        tried += _flipAll(input, dataAt, data.length, headerAt + 105, data.length);
        tried += _flipAll(input, witnessAt, witness.length, 0, 0);
        shift = 5;
        tried += _flipAll(input, witnessAt, witness.length, 0, 0);
        emit log_named_uint("wrong bytes tried", tried);
        for (uint256 i = 0; i < selectors.length; ++i) {
            emit log_named_uint(vm.toString(selectors[i]), seen[selectors[i]]);
        }
        assertEq(tried, 158 + 2 * data.length + 2 * witness.length);
        settle(batch);
    }

    function test_shorterOrLongerParts_revert() public {
        (bytes memory header, bytes memory data, bytes memory witness) = (batch.header, batch.data, batch.witness);
        _mustRevert(abi.encodeCall(vault.settle, (bytes.concat(header, hex"00"), data, witness, 0)));
        _mustRevert(abi.encodeCall(vault.settle, (header, bytes.concat(data, hex"00"), witness, 0)));
        _mustRevert(abi.encodeCall(vault.settle, (header, data, bytes.concat(witness, hex"00"), 0)));
        _mustRevert(abi.encodeCall(vault.settle, ("", data, witness, 0)));
        _mustRevert(abi.encodeCall(vault.settle, (header, "", witness, 0)));
        _mustRevert(abi.encodeCall(vault.settle, (header, data, "", 0)));
        for (uint256 cut = witness.length - 1; cut > 0; cut -= cut > 97 ? 97 : cut) {
            bytes memory shorter = witness;
            assembly ("memory-safe") {
                mstore(shorter, cut)
            }
            _mustRevert(abi.encodeCall(vault.settle, (header, data, shorter, 0)));
        }
    }

    function _padded(uint256 length) private pure returns (uint256) {
        return (length + 31) / 32 * 32;
    }

    /// @dev Flips one bit of each byte in turn, another bit for every byte.
    function _flipAll(bytes memory input, uint256 start, uint256 length, uint256 hashAt, uint256 hashed)
        private
        returns (uint256)
    {
        bytes32 hash;
        for (uint256 i = 0; i < length; ++i) {
            bytes1 bit = bytes1(uint8(1 << ((i + shift) % 8)));
            input[start + i] ^= bit;
            if (hashed != 0) {
                assembly ("memory-safe") {
                    let body := add(input, 32)
                    hash := mload(add(body, hashAt))
                    mstore(add(body, hashAt), keccak256(add(body, start), hashed))
                }
            }
            _mustRevert(input);
            input[start + i] ^= bit;
            if (hashed != 0) {
                assembly ("memory-safe") {
                    mstore(add(add(input, 32), hashAt), hash)
                }
            }
        }
        return length;
    }

    function _mustRevert(bytes memory input) private {
        address target = address(vault);
        bool success;
        bytes32 word;
        uint256 size;
        assembly ("memory-safe") {
            success := call(gas(), target, 0, add(input, 32), mload(input), 0, 32)
            word := mload(0)
            size := returndatasize()
        }
        bytes4 selector = bytes4(word);
        if (success) revert("a wrong byte settled");
        if (size < 4 || selector == PANIC || selector == ERROR) revert("an error without a meaning");
        if (seen[selector]++ == 0) selectors.push(selector);
    }
}
