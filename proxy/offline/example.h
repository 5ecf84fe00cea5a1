/* From an example's JSON to an exchange. */
#ifndef WHY401_OFFLINE_EXAMPLE_H
#define WHY401_OFFLINE_EXAMPLE_H

#include "why401/offline/examples.h"

#define EXAMPLE_BYTES_MOST (1u << 20) /* of a message, its placeholders expanded */

/* Appends text with its placeholders expanded: {token:raw:D} is v2x and 64 times the hex digit D,
 * {token:sdk:D} its SHA-256, {time:AGO} the moment so long before now in ISO 8601, {ms:AGO} the
 * same in milliseconds; AGO is a number of s, m, h or d, with '-' for the future. 0, or -1 with
 * *err for a placeholder that is none of these. Other braces stand for themselves. */
int example_expand(struct str *out, struct span text, int64_t now_ms, struct err *err);

#endif
