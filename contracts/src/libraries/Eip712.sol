// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title What wallets sign: EIP-712 hashes of the protocol's types
/// @dev The structs below are laid out in memory exactly as EIP-712 encodes them: one word per member, the type hash
///      first, a string or an array as its hash. So decoding a record into the struct is its encoding, and the struct
///      hash is one hash over its memory.
library Eip712 {
    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant NAME_HASH = keccak256("Parley");
    bytes32 internal constant VERSION_HASH = keccak256("1");

    bytes32 internal constant INTENT_TYPEHASH = keccak256(
        "Intent(address owner,uint32 account,Leg[] legs,int64 cash,uint64 maxFee,uint32 parts,uint32 minParts,uint64 validFrom,uint64 validUntil,uint64 nonce,bool verifiedOnly,Conditions conditions)Conditions(string watch,string when,int64 price,int64 trail,uint32 every,bool reduceOnly,bool onlyImprove)Leg(string asset,int64 quantity)"
    );
    bytes32 internal constant LEG_TYPEHASH = keccak256("Leg(string asset,int64 quantity)");
    bytes32 internal constant CONDITIONS_TYPEHASH = keccak256(
        "Conditions(string watch,string when,int64 price,int64 trail,uint32 every,bool reduceOnly,bool onlyImprove)"
    );
    bytes32 internal constant BID_TYPEHASH = keccak256(
        "Bid(address solver,uint32 account,uint64 auction,Fill[] fills,uint64 pays,bytes32 path,uint64 validUntil,bytes32 salt)Fill(bytes32 intent,uint32 parts,int64 cash,uint64 fee)"
    );
    bytes32 internal constant FILL_TYPEHASH = keccak256("Fill(bytes32 intent,uint32 parts,int64 cash,uint64 fee)");
    bytes32 internal constant COMMITMENT_TYPEHASH =
        keccak256("Commitment(address solver,uint32 account,uint64 auction,bytes32 bid,uint64 cap)");
    bytes32 internal constant WITHDRAW_TYPEHASH = keccak256(
        "Withdraw(address owner,uint32 account,string asset,uint64 amount,address to,uint64 validUntil,uint64 nonce)"
    );
    bytes32 internal constant CANCEL_TYPEHASH =
        keccak256("Cancel(address owner,uint32 account,uint8 kind,uint64 nonce,uint64 validUntil)");
    bytes32 internal constant SET_MODE_TYPEHASH =
        keccak256("SetMode(address owner,uint32 account,uint8 mode,uint64 validUntil,uint64 nonce)");
    bytes32 internal constant HEARTBEAT_TYPEHASH =
        keccak256("Heartbeat(address owner,uint32 account,uint64 until,uint64 validUntil,uint64 nonce)");
    bytes32 internal constant PRICE_TYPEHASH =
        keccak256("Price(uint64 time,uint64 sequence,bytes32 content,bytes32 marks)");

    /// @notice The struct hash of conditions that are all zero and empty.
    bytes32 internal constant NO_CONDITIONS = keccak256(
        abi.encode(
            keccak256(
                "Conditions(string watch,string when,int64 price,int64 trail,uint32 every,bool reduceOnly,bool onlyImprove)"
            ),
            keccak256(""),
            keccak256(""),
            uint256(0),
            uint256(0),
            uint256(0),
            uint256(0),
            uint256(0)
        )
    );

    struct Intent {
        bytes32 typeHash;
        address owner;
        uint256 account;
        bytes32 legs;
        int256 cash;
        uint256 maxFee;
        uint256 parts;
        uint256 minParts;
        uint256 validFrom;
        uint256 validUntil;
        uint256 nonce;
        uint256 verifiedOnly;
        bytes32 conditions;
    }

    struct Bid {
        bytes32 typeHash;
        address solver;
        uint256 account;
        uint256 auction;
        bytes32 fills;
        uint256 pays;
        bytes32 path;
        uint256 validUntil;
        bytes32 salt;
    }

    struct Withdraw {
        bytes32 typeHash;
        address owner;
        uint256 account;
        bytes32 asset;
        uint256 amount;
        address to;
        uint256 validUntil;
        uint256 nonce;
    }

    /// @notice The domain separator of the vault at an address.
    function domainSeparator(uint256 chainId, address vault) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, NAME_HASH, VERSION_HASH, chainId, vault));
    }

    /// @notice The digest that is signed: H(0x1901 ‖ domain ‖ struct hash).
    function digest(bytes32 domain, bytes32 structHash) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, shl(240, 0x1901))
            mstore(add(free, 2), domain)
            mstore(add(free, 34), structHash)
            hash := keccak256(free, 66)
        }
    }

    function hashIntent(Intent memory intent) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(intent, 0x1a0)
        }
    }

    function hashBid(Bid memory bid) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(bid, 0x120)
        }
    }

    function hashLeg(bytes32 assetName, int256 quantity) internal pure returns (bytes32) {
        return _hash3(LEG_TYPEHASH, assetName, bytes32(uint256(quantity)));
    }

    function hashFill(bytes32 intent, uint256 parts, int256 cash, uint256 fee) internal pure returns (bytes32 hash) {
        bytes32 typeHash = FILL_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            mstore(add(free, 0x20), intent)
            mstore(add(free, 0x40), parts)
            mstore(add(free, 0x60), cash)
            mstore(add(free, 0x80), fee)
            hash := keccak256(free, 0xa0)
        }
    }

    function hashCommitment(address solver, uint256 account, uint256 auction, bytes32 bid, uint256 cap)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(COMMITMENT_TYPEHASH, solver, account, auction, bid, cap));
    }

    function hashWithdraw(Withdraw memory withdraw) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            hash := keccak256(withdraw, 0x100)
        }
    }

    function hashCancel(address owner, uint256 account, uint256 kind, uint256 nonce, uint256 validUntil)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(CANCEL_TYPEHASH, owner, account, kind, nonce, validUntil));
    }

    function hashSetMode(address owner, uint256 account, uint256 mode, uint256 validUntil, uint256 nonce)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(SET_MODE_TYPEHASH, owner, account, mode, validUntil, nonce));
    }

    function hashHeartbeat(address owner, uint256 account, uint256 until, uint256 validUntil, uint256 nonce)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(HEARTBEAT_TYPEHASH, owner, account, until, validUntil, nonce));
    }

    function hashPrice(uint256 time, uint256 sequence, bytes32 content, bytes32 marks) internal pure returns (bytes32) {
        return keccak256(abi.encode(PRICE_TYPEHASH, time, sequence, content, marks));
    }

    function _hash3(bytes32 a, bytes32 b, bytes32 c) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, a)
            mstore(add(free, 0x20), b)
            mstore(add(free, 0x40), c)
            hash := keccak256(free, 0x60)
        }
    }
}
