package io.parley.intents.infra.rest;

import io.parley.intents.infra.store.AccountRow;
import io.parley.protocol.Reason;
import io.parley.protocol.Refusal;
import jakarta.annotation.Priority;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Every failure as a refusal with its code: no stack trace, no page of a server. */
final class Failures {

    private static final Logger LOG = Logger.getLogger(Failures.class);
    private static final int TOO_MANY = 429;
    private static final int UNPROCESSABLE = 422;

    @ServerExceptionMapper
    Response refused(Refused e) {
        var answer = Response.status(status(e.refusal().reason()))
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(Answers.Refusal.of(e.refusal()));
        return (e.retryAfter() > 0 ? answer.header(HttpHeaders.RETRY_AFTER, e.retryAfter()) : answer).build();
    }

    private static int status(Reason reason) {
        return switch (reason) {
            case TOO_LARGE -> Response.Status.REQUEST_ENTITY_TOO_LARGE.getStatusCode();
            case SIGNER_MISMATCH, KEY_NOT_ALLOWED -> Response.Status.FORBIDDEN.getStatusCode();
            case RATE_LIMITED -> TOO_MANY;
            case NONCE_USED, DUPLICATE, CANCELLED -> Response.Status.CONFLICT.getStatusCode();
            case EXPIRED, NOT_YET_VALID, VALIDITY_TOO_LONG, NO_ACCOUNT, NOT_LISTED, CONDITIONS_UNSUPPORTED ->
                UNPROCESSABLE;
            case OVERLOADED -> Response.Status.SERVICE_UNAVAILABLE.getStatusCode();
            default -> Response.Status.BAD_REQUEST.getStatusCode();
        };
    }

    /** What is asked for is not there, or not in this way. */
    @ServerExceptionMapper
    Response http(WebApplicationException e) {
        int status = e.getResponse().getStatus();
        if (status >= 500) {
            return unexpected(e);
        }
        var reason = status == 413 ? Reason.TOO_LARGE : Reason.BAD_FIELD;
        var rule = switch (status) {
            case 404 -> "exist";
            case 405 -> "be asked with a method that the path knows";
            case 406 -> "be wanted as application/json";
            case 413 -> "be shorter";
            case 415 -> "be application/json";
            default -> "be a request that the OpenAPI document describes";
        };
        return answer(status, new Refusal(reason, "request", "HTTP " + status, rule));
    }

    @ServerExceptionMapper
    @Priority(Priorities.USER + 1)
    Response unexpected(Throwable e) {
        LOG.error("A request failed", e);
        return answer(
                Response.Status.SERVICE_UNAVAILABLE.getStatusCode(),
                new Refusal(
                        Reason.OVERLOADED, "request", "failed", "be tried again: something behind the door failed"));
    }

    static Response answer(int status, Refusal refusal) {
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .entity(Answers.Refusal.of(refusal))
                .build();
    }

    static Response noAccount(AccountRow.Key key) {
        return answer(
                Response.Status.NOT_FOUND.getStatusCode(),
                new Refusal(
                        Reason.NO_ACCOUNT,
                        "account",
                        key.owner() + "/" + key.account(),
                        "exist: a first deposit opens it"));
    }

    /** For an id or number that nothing is known of. */
    static Response unknown(String field, String value) {
        return answer(
                Response.Status.NOT_FOUND.getStatusCode(),
                new Refusal(Reason.BAD_FIELD, field, value, "be known here"));
    }
}
