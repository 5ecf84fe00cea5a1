/* Errors: a function returns 0 or a negative value and fills an optional struct err. The one list
 * below makes the codes; each has the status and the `name` of the JSON answer that the proxy gives
 * to a client when the error ends an exchange (0 and NULL where none ever does), and the advice
 * that tells a person what to do next, empty where the text says it. */
#ifndef WHY401_BASE_ERR_H
#define WHY401_BASE_ERR_H

#include <stdarg.h>

#define ERR_TEXT_SIZE 512

/* X(code, HTTP status, name in the answer, advice) */
#define ERR_LIST(X)                                                                                \
    X(ERR_NONE, 0, NULL, "")                                                                       \
    X(ERR_MEMORY, 503, "Why401OutOfMemory",                                                        \
      "The proxy could not get memory for this exchange. Send the request again; if it stays so, " \
      "lower the limits in the config or give the machine more memory.")                           \
    X(ERR_DESCRIPTORS, 503, "Why401OutOfDescriptors",                                              \
      "Each connection and each open file takes a descriptor. Raise how many the proxy may have "  \
      "(ulimit -n, LimitNOFILE= of a systemd unit), or lower limits.connections and "              \
      "limits.upstream_connections in the config.")                                                \
    X(ERR_SYSTEM, 0, NULL, "")                                                                     \
    X(ERR_USAGE, 0, NULL,                                                                          \
      "'why401 --help' lists the commands, 'why401 help COMMAND' the flags of one.")               \
    X(ERR_CONFIG, 0, NULL,                                                                         \
      "Correct that, or name another file with --config FILE; 'why401 help run' says where it is " \
      "looked for.")                                                                               \
    X(ERR_FILE, 0, NULL,                                                                           \
      "Expected is the path of something that exists and that you may read. Correct the path or "  \
      "its permissions, or name another one.")                                                     \
    X(ERR_OUTPUT, 0, NULL,                                                                         \
      "Expected is a file of yours, or none yet, in a folder that exists and that you may write "  \
      "to. Correct the path or its permissions, or name another one.")                             \
    X(ERR_RULE, 0, NULL, "Correct the rule file at the place that the text names.")                \
    X(ERR_LEDGER, 0, NULL,                                                                         \
      "The ledger lives in $XDG_STATE_HOME/why401 (usually ~/.local/state/why401). Give another "  \
      "file with --ledger FILE, or go without one with --no-ledger.")                              \
    X(ERR_LEDGER_READ, 0, NULL,                                                                    \
      "Give the ledger of a 'why401 run' with --ledger FILE; without it, it is the one that the "  \
      "config names, or $XDG_STATE_HOME/why401/ledger.db (usually ~/.local/state/why401).")        \
    X(ERR_INPUT, 0, NULL, "Correct that in the input, or give another one.")                       \
    X(ERR_CA, 0, NULL,                                                                             \
      "The local CA lives in the config's ca_dir, or in $XDG_DATA_HOME/why401 (usually "           \
      "~/.local/share/why401), which has to be yours to read and write. Where that folder is "     \
      "removed, why401 makes a new CA, which clients then have to trust again.")                   \
    X(ERR_TLS, 0, NULL, "")                                                                        \
    X(ERR_BAD_REQUEST, 400, "Why401BadRequest",                                                    \
      "The request is not valid HTTP/1.1, so it was not forwarded. Correct the client that "       \
      "wrote it.")                                                                                 \
    X(ERR_TARGET, 400, "Why401BadTarget",                                                          \
      "Send the request with a path, for example GET /api/v2/ping.")                               \
    X(ERR_HOST, 400, "Why401BadHost",                                                              \
      "A web page may have sent this, so nothing was forwarded. If it was a client of yours, "     \
      "have it call http://localhost and this proxy's port.")                                      \
    X(ERR_TRANSFER_CODING, 501, "Why401TransferCoding",                                            \
      "Send the body with Content-Length or with Transfer-Encoding: chunked and nothing else.")    \
    X(ERR_VERSION, 505, "Why401HttpVersion", "Send the request as HTTP/1.1.")                      \
    X(ERR_URI_TOO_LONG, 414, "Why401UriTooLong",                                                   \
      "Shorten the request target or raise limits.request_line_bytes in the config.")              \
    X(ERR_HEAD_TOO_LARGE, 431, "Why401HeadTooLarge",                                               \
      "Send fewer or shorter header fields, or raise limits.request_head_bytes or "                \
      "limits.header_fields in the config.")                                                       \
    X(ERR_REQUEST_TIMEOUT, 408, "Why401RequestTimeout",                                            \
      "The request did not arrive in time. Send it in one go, or raise timeouts.request_head_ms "  \
      "or timeouts.body_idle_ms in the config.")                                                   \
    X(ERR_SOURCE_DENIED, 403, "Why401SourceDenied",                                                \
      "The source address is not on the allowlist of this proxy and \"enforce\" is on, so the "    \
      "request was not forwarded. Add the address to that list, or call from an allowed one.")     \
    X(ERR_READ_ONLY, 403, "Why401ReadOnly",                                                        \
      "The proxy runs with --read-only, so nothing was sent. Start it without, if this call is "   \
      "meant to change something.")                                                                \
    X(ERR_PRODUCTION, 403, "Why401ProductionRefused",                                              \
      "The proxy runs with --env test, so nothing was sent to production. Point the client at "    \
      "app.bitgo-test.com, or start the proxy with --env prod.")                                   \
    X(ERR_NOT_INSPECTED, 403, "Why401NotInspected",                                                \
      "Nothing was sent: a token would have left in clear, or past everything that this proxy "    \
      "looks for. Call BitGo by https and without a port, for example https://app.bitgo.com, or "  \
      "name that address in \"upstreams\" of the config.")                                         \
    X(ERR_TUNNEL_REFUSED, 403, "Why401TunnelRefused",                                              \
      "--tunnel (none, public or all) says which hosts beside BitGo's may be reached through "     \
      "this proxy.")                                                                               \
    X(ERR_LOOP, 508, "Why401Loop",                                                                 \
      "The request would have come back to this proxy. Name BitGo's host, not this proxy, in "     \
      "--env, in \"resolve\" and in --upstream-proxy.")                                            \
    X(ERR_UPSTREAM_PROXY, 502, "Why401UpstreamProxy",                                              \
      "The proxy of the network (--upstream-proxy, or HTTPS_PROXY) did not let the connection "    \
      "through. Check its address, its user name and password, and NO_PROXY.")                     \
    X(ERR_TOO_MANY, 503, "Why401TooManyConnections",                                               \
      "The proxy holds as many connections as limits.connections (of clients) or "                 \
      "limits.upstream_connections (of one worker) allows. Close idle ones or raise the limit.")   \
    X(ERR_DNS, 502, "Why401UpstreamUnreachable",                                                   \
      "Check the network, the DNS settings and how the host is spelled: in --env, or in the "      \
      "client's call.")                                                                            \
    X(ERR_CONNECT, 502, "Why401UpstreamUnreachable",                                               \
      "No connection to the upstream. Check the network, firewall and VPN; a company network may " \
      "allow it only through its own proxy.")                                                      \
    X(ERR_CONNECT_TIMEOUT, 504, "Why401UpstreamConnectTimeout",                                    \
      "The upstream did not accept a connection in time. Check the network and firewall, or "      \
      "raise timeouts.connect_ms in the config.")                                                  \
    X(ERR_UPSTREAM_TLS, 502, "Why401UpstreamTls",                                                  \
      "The upstream ended the TLS handshake. Check that --env names an https server that speaks "  \
      "TLS 1.2 or newer.")                                                                         \
    X(ERR_UPSTREAM_VERIFY, 502, "Why401UpstreamNotTrusted",                                        \
      "The upstream's certificate could not be verified, so nothing was sent. If a company proxy " \
      "inspects TLS, give its root certificate with --upstream-ca FILE; verification cannot be "   \
      "switched off.")                                                                             \
    X(ERR_UPSTREAM_CLOSED, 502, "Why401UpstreamClosed",                                            \
      "The upstream closed the connection before it had answered. Nothing of the request had any " \
      "effect there that could be seen; send it again.")                                           \
    X(ERR_UNKNOWN_OUTCOME, 502, "Why401OutcomeUnknown",                                            \
      "The connection broke after the request was sent. BitGo may or may not have received it, "   \
      "and "                                                                                       \
      "it can change something, so it was NOT sent again. Look at the wallet's transfers and "     \
      "pending approvals before you repeat it.")                                                   \
    X(ERR_UPSTREAM_RESPONSE, 502, "Why401BadUpstreamResponse",                                     \
      "The upstream answered with something that is not valid HTTP/1.1. Check that --env names a " \
      "web server.")                                                                               \
    X(ERR_UPSTREAM_TIMEOUT, 504, "Why401UpstreamTimeout",                                          \
      "The upstream did not answer in time. A request that can change something may have been "    \
      "carried out: look before you repeat it. The limit is timeouts.response_head_ms.")           \
    X(ERR_CONNECTION, 0, NULL, "The connection broke. The text has the system's reason.")          \
    X(ERR_CLIENT_GONE, 0, NULL, "The client closed its connection before the exchange was done.")  \
    X(ERR_SHUTDOWN, 503, "Why401ShuttingDown", "The proxy is shutting down. Start it again.")

enum err_code {
#define X(code, status, name, advice) code,
    ERR_LIST(X)
#undef X
        ERR_COUNT
};

struct err {
    enum err_code code;
    char text[ERR_TEXT_SIZE]; /* what happened, one line, without the advice */
};

/* Fills *err, if there is one. Returns -1, so that callers can write: return err_set(…). The text
 * must hold no secret; control characters in it become '?'. */
int err_set(struct err *err, enum err_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

int err_vset(struct err *err, enum err_code code, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

const char *err_advice(enum err_code code);
const char *err_name(enum err_code code);
int err_status(enum err_code code);

#endif
