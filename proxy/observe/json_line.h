/* One exchange as one line of JSON; README.md describes it field by field. Private. */
#ifndef OBSERVE_JSON_LINE_H
#define OBSERVE_JSON_LINE_H

#include "record.h"

/* Appends the line and its line feed. out->failed says that it was too long. */
void json_line(struct str *out, struct record *r);

/* The line of an explanation that was asked for: `input` is what the exchange was read from, each
 * explanation holds the whole rule, and what is not known is null. Without an exchange (r->x is
 * NULL) there are only the explanations. */
void json_explanation(struct str *out, struct record *r, const char *input);

/* What a line says beyond HTTP, as members without braces: outcome, maker, source, token, findings,
 * error and explanations. */
void json_judgement(struct str *out, const struct record *r);

/* The members of a rule, without braces. */
void json_rule(struct str *out, const struct rule *rule);

#endif
