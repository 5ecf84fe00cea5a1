/* DNS names as they come from a ClientHello or a config: judged before anything is done with them.
 */
#ifndef WHY401_TLS_NAME_H
#define WHY401_TLS_NAME_H

#include "why401/base/span.h"

#define NAME_MOST 253 /* bytes of a DNS name in text, RFC 1035 §2.3.4 without the root's dot */

/* A host name in the strict sense of RFC 1123: labels of 1 to 63 letters, digits and inner hyphens,
 * joined by dots, none at the end; and not the text of an IP address. */
bool name_is_dns(struct span name);

/* The same, with `_` allowed: upstream hosts in the wild carry one now and then. */
bool name_is_host(struct span name);

/* Copies name in lower case, NUL-terminated, into text of at least name.len + 1 bytes. */
void name_lower(struct span name, char *text);

/* Copies name into text of `size` bytes for a message: bytes that do not print become '?', a long
 * name is cut. Returns text. */
const char *name_show(struct span name, char *text, size_t size);

#endif
