package io.parley.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The EIP-712 domain: name "Parley", version "1", the chain and the vault. A signature counts for one domain only.
 */
public final class Domain {

    private static final Bytes32 TYPE =
            Keccak256.text("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    private static final Bytes32 NAME = Keccak256.text("Parley");
    private static final Bytes32 VERSION = Keccak256.text("1");

    private final long chainId;
    private final Address vault;
    private final Bytes32 separator;

    /**
     * @param chainId the chain's id, above zero
     * @param vault the vault's address, which is the verifying contract
     */
    public Domain(long chainId, Address vault) {
        if (chainId <= 0) {
            throw new IllegalArgumentException("The chain id (%d) must be above zero.".formatted(chainId));
        }
        this.chainId = chainId;
        this.vault = vault;
        this.separator = new Keccak256.Words()
                .word(TYPE)
                .word(NAME)
                .word(VERSION)
                .uint(chainId)
                .address(vault)
                .hash();
    }

    /** {@return the chain's id} */
    public long chainId() {
        return chainId;
    }

    /** {@return the vault's address} */
    public Address vault() {
        return vault;
    }

    /** {@return the hash of the domain, made once} */
    public Bytes32 separator() {
        return separator;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Domain that && chainId == that.chainId && vault.equals(that.vault);
    }

    @Override
    public int hashCode() {
        return separator.hashCode();
    }

    @Override
    public String toString() {
        return "Domain[chainId=%d, vault=%s]".formatted(chainId, vault);
    }
}
