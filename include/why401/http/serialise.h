/* Writing heads (design, decision 3): every field line goes out as it came, in its place, but for
 * Host and the fields that belong to one connection only (RFC 9110 §7.6.1). */
#ifndef WHY401_HTTP_SERIALISE_H
#define WHY401_HTTP_SERIALISE_H

#include "why401/base/str.h"
#include "why401/http/head.h"

/* Appends the request line and fields for the upstream. `target` replaces the target (origin form
 * of an absolute one), `authority` the value of Host. An Upgrade is kept only with `upgrade`. */
void http_write_request(struct str *out, const struct http_head *head, struct span target,
                        struct span authority, bool upgrade);

enum http_connection { CONNECTION_SAY_NOTHING, CONNECTION_CLOSE, CONNECTION_KEEP_ALIVE };

/* Appends the status line and fields for the client; `framing` is how its body will be written,
 * which differs from head->framing for an HTTP/1.0 client. */
void http_write_response(struct str *out, const struct http_head *head, enum http_framing framing,
                         enum http_connection connection);

/* Appends the line that opens a chunk of `len` bytes, len > 0. CRLF follows the bytes. */
void http_write_chunk_line(struct str *out, size_t len);

/* Appends the last chunk and the trailers' field lines, each with its CRLF. */
void http_write_last_chunk(struct str *out, struct span trailers);

#endif
