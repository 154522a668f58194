package io.parley.intents.infra.rest;

import io.parley.protocol.Domain;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What a wallet needs to sign: docs/protocol.md §3 as eth_signTypedData_v4 wants it. */
@Singleton
@Path("/v1/domain")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "intents")
public final class DomainResource {

    private static final Map<String, List<Field>> TYPES = types(
            "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)",
            "Intent(address owner,uint32 account,Leg[] legs,int64 cash,uint64 maxFee,uint32 parts,uint32 minParts,"
                    + "uint64 validFrom,uint64 validUntil,uint64 nonce,bool verifiedOnly,Conditions conditions)",
            "Leg(string asset,int64 quantity)",
            "Conditions(string watch,string when,int64 price,int64 trail,uint32 every,bool reduceOnly,bool onlyImprove)",
            "Withdraw(address owner,uint32 account,string asset,uint64 amount,address to,uint64 validUntil,uint64 nonce)",
            "Cancel(address owner,uint32 account,uint8 kind,uint64 nonce,uint64 validUntil)");

    record Field(String name, String type) {}

    record Eip712Domain(String name, String version, long chainId, String verifyingContract) {}

    record TypedData(Eip712Domain domain, Map<String, List<Field>> types, String separator) {}

    private final Domain domain;

    DomainResource(Domain domain) {
        this.domain = domain;
    }

    @GET
    @Operation(summary = "The EIP-712 domain and types of what an owner signs")
    public TypedData get() {
        return new TypedData(
                new Eip712Domain("Parley", "1", domain.chainId(), domain.vault().hex()),
                TYPES,
                domain.separator().hex());
    }

    private static Map<String, List<Field>> types(String... declarations) {
        var types = new LinkedHashMap<String, List<Field>>();
        for (var declaration : declarations) {
            int open = declaration.indexOf('(');
            var fields = new ArrayList<Field>();
            for (var field :
                    declaration.substring(open + 1, declaration.length() - 1).split(",", -1)) {
                int space = field.indexOf(' ');
                fields.add(new Field(field.substring(space + 1), field.substring(0, space)));
            }
            types.put(declaration.substring(0, open), List.copyOf(fields));
        }
        return types;
    }
}
