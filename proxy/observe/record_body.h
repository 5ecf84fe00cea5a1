/* What an output may show of a captured body: decoded, searched for secrets, and never bytes that
 * could not be searched. Private; observer thread. */
#ifndef OBSERVE_RECORD_BODY_H
#define OBSERVE_RECORD_BODY_H

#include "why401/base/str.h"
#include "why401/exchange/body.h"
#include "why401/exchange/exchange.h"
#include "why401/observe/redact.h"

struct shown_body {
    struct str text;     /* redacted, UTF-8 */
    bool has_text;       /* false: nothing was captured, or it may not be shown */
    int64_t size;        /* bytes of the whole decoded body; -1: not known */
    const char *comment; /* why text is missing or not all of it; NULL: it is all */
};

/* Why nothing of a body is shown that was read so, in words that may follow "its body"; NULL:
 * something is. */
const char *body_left_out(enum body_reading reading);

/* Sets `out`, which it initialises, to the text with its secrets replaced. `json` is the value that
 * the text is, or NULL; `place` is where it comes from. */
void body_show(struct str *out, struct span text, const json_t *json, enum redact_place place);

/* Decodes at most `most` bytes. Release with shown_body_release. */
void record_body(struct shown_body *b, const struct message *m, size_t most,
                 enum redact_place place);
void shown_body_release(struct shown_body *b);

#endif
