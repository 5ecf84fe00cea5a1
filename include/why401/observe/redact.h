/* Redaction: what leaves the program for a person or a file goes through here first. A secret
 * becomes [redacted]; what can be told without it (scheme, length class, fingerprint) is told. Deny
 * by name of field at any depth, and by shape anywhere (v2x tokens, extended private keys, JWTs,
 * PEM private keys), and what the exchange of which a record is made calls a secret itself. Peers'
 * control characters are the escaper's work, see text.h. */
#ifndef WHY401_OBSERVE_REDACT_H
#define WHY401_OBSERVE_REDACT_H

#include <jansson.h>

#include "why401/base/str.h"

/* A request target: secret query parameters and secret-shaped path segments. */
void redact_target(struct str *out, struct span target);

/* A header field's value, by its name (Authorization keeps its scheme, Cookie its names). */
void redact_field(struct str *out, struct span name, struct span value);

/* Any text: secret shapes, "key": "value", key=value and form pairs with secret names, whatever the
 * quoting or escaping around them. */
void redact_text(struct str *out, struct span text);

/* Where a body comes from, as far as that makes secret what is harmless elsewhere: BitGo Express
 * encrypts and decrypts for everybody, and calls what it is given "input". */
enum redact_place { REDACT_ANYWHERE, REDACT_ENCRYPTION };

/* Of the bodies of calls of that path, which has no query. */
enum redact_place redact_place_of(struct span path);

/* redact_text and redact_json for a body from there. */
void redact_body(struct str *out, struct span text, enum redact_place place);
json_t *redact_json_body(const json_t *value, enum redact_place place);

/* A deep copy of a JSON value with secrets replaced, strings within scanned as text too; NULL when
 * memory is out. Nesting beyond 64 is cut. */
json_t *redact_json(const json_t *value);

/* The name is one whose value is secret (case, '-', '_', '.' and white space do not matter). */
bool redact_is_secret_name(struct span name);

#endif
