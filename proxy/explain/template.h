/* Evidence templates: sentences with placeholders for what was seen. What comes from a peer is
 * bounded, and nothing that carries a secret by design can be asked for. */
#ifndef WHY401_EXPLAIN_TEMPLATE_H
#define WHY401_EXPLAIN_TEMPLATE_H

#include "reader.h"
#include "subject.h"

/* Checks the placeholders of a template that stands at r's place as `value`. */
int template_check(const json_t *value, struct reader *r);

/* Writes the sentence. Returns false, with `out` to be thrown away, when one of the things that it
 * names was not there: such a sentence is left out. */
bool template_expand(struct str *out, const char *text, const struct subject *s);

#endif
