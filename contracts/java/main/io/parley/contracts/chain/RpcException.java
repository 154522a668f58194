package io.parley.contracts.chain;

import org.jspecify.annotations.Nullable;

/**
 * The node answered a call with an error, or could not be reached. {@link #answered()} tells the two apart: only an
 * answer says anything about the transaction; silence never means that it failed.
 */
public final class RpcException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final boolean answered;
    private final int code;
    private final String data;

    RpcException(String method, int code, String message, String data) {
        super("%s: %s (%d)%s".formatted(method, message, code, data.isEmpty() ? "" : " data " + abbreviated(data)));
        this.answered = true;
        this.code = code;
        this.data = data;
    }

    RpcException(String method, String url, @Nullable Throwable cause) {
        super("%s: no answer from %s: %s".formatted(method, url, cause), cause);
        this.answered = false;
        this.code = 0;
        this.data = "";
    }

    public boolean answered() {
        return answered;
    }

    /** The JSON-RPC error code, 0 if there was no answer. */
    public int code() {
        return code;
    }

    /** The revert data as 0x-hex, empty if there is none. */
    public String data() {
        return data;
    }

    private static String abbreviated(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }
}
