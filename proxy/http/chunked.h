/* The parts of chunked framing (RFC 9112 §7.1), each read only when it is there as a whole.
 * Private. */
#ifndef HTTP_CHUNKED_H
#define HTTP_CHUNKED_H

#include "why401/http/body.h"

/* The longest chunk-size line, extensions and CRLF included. */
#define CHUNK_LINE_MOST 1024

/* Reads a trailer section with its final empty line: *lines are its field lines with their CRLFs,
 * *used its whole length, 0 while incomplete. Returns -1 with *err when it is malformed, longer
 * than `most`, or names a field that would change the framing or the routing (RFC 9110 §6.5.1). */
int chunked_trailers(struct span in, size_t most, struct span *lines, size_t *used,
                     struct err *err);

#endif
