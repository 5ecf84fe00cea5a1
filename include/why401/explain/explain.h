/* Explaining: a finished exchange is matched against the rules of a pack; each rule that matches
 * gives an explanation. Rules are data (rules/), this is the engine. Runs in the observer; a pack
 * is immutable and may be read by any thread. */
#ifndef WHY401_EXPLAIN_EXPLAIN_H
#define WHY401_EXPLAIN_EXPLAIN_H

#include <jansson.h>

#include "why401/base/err.h"
#include "why401/base/str.h"
#include "why401/exchange/body.h"
#include "why401/exchange/exchange.h"

/* What a failing response says, wherever it says it (JSON of several shapes, HTML, text). The
 * spans point into `text`, `json` or the exchange's arena. */
struct answer {
    struct str text; /* the decoded body */
    json_t *json;    /* its object, or NULL: not JSON, or cut */
    bool cut;        /* the body was longer than what is here, or could not be decoded whole */
    enum body_reading reading;
    struct span error; /* human-readable text: error, message, or error.message */
    struct span name;  /* stable code: name, errorName or code */
    struct span request_id;
    bool html; /* the body is an HTML page */
};

/* Reads the response of x, decoding at most `limit` bytes. Free with answer_release. */
void answer_read(struct answer *a, const struct exchange *x, size_t limit);

/* Reads what the response would say were `text` its body. Free with answer_release. */
void answer_reread(struct answer *a, const struct exchange *x, struct span text);
void answer_release(struct answer *a);

enum confidence { CONFIDENCE_POSSIBLE = 1, CONFIDENCE_LIKELY, CONFIDENCE_CERTAIN };

struct rule; /* one scenario's file, compiled */
struct rulepack;

#define EVIDENCE_LINES 12
#define AGAINST_LINES  4

struct explanation {
    const struct rule *rule; /* belongs to the pack */
    enum confidence confidence;
    struct span
        evidence[EVIDENCE_LINES]; /* sentences, no secret in them; in the exchange's arena */
    size_t evidence_count;
    struct span against[AGAINST_LINES]; /* what speaks against it, and has lowered the confidence;
                                           as evidence */
    size_t against_count;
};

/* The pack that is built into the program: rules/bitgo/. NULL with *err on memory exhaustion only.
 */
struct rulepack *rulepack_builtin(struct err *err);

/* Adds the *.json files of a folder and of the folders in it (a schema.json is none); a rule whose
 * id the pack has already replaces it. On error the text names file, JSON path, what was found and
 * what is expected, and the pack is unchanged. */
int rulepack_add_dir(struct rulepack *pack, const char *dir, struct err *err);

/* The same for one file. */
int rulepack_add_file(struct rulepack *pack, const char *path, struct err *err);

/* How many rules these two have added or replaced. */
size_t rulepack_given(const struct rulepack *pack);

void rulepack_hold(struct rulepack *pack);
void rulepack_drop(struct rulepack *pack);

size_t rulepack_size(const struct rulepack *pack);
const struct rule *rulepack_at(const struct rulepack *pack, size_t i);
const struct rule *rulepack_find(const struct rulepack *pack, struct span id);

/* As people name it: by its id, or by the part of it behind '#'. */
const struct rule *rulepack_named(const struct rulepack *pack, struct span name);

/* Matches every rule; the best explanation first (confidence, then specificity). Returns how many
 * of `most` were written. Considers any 4xx and 5xx, whatever the status (Express turns 401 into
 * 400). */
size_t explain_exchange(const struct rulepack *pack, struct exchange *x, const struct answer *a,
                        struct explanation *out, size_t most);

/* Matches a text in a person's words against the rules' signals, best first. No exchange behind it.
 */
size_t explain_text(const struct rulepack *pack, struct span text, struct arena *arena,
                    struct explanation *out, size_t most);

/* Reading a rule. Lists end with a NULL entry and belong to the pack. */
const char *rule_id(const struct rule *r);
const char *rule_file(const struct rule *r); /* where it was read from, for messages */
const char *rule_title(const struct rule *r);

/* The title of the whole scenario: where a match tells another cause than its rule, rule_title is
 * that cause's. For summaries. */
const char *rule_scenario(const struct rule *r);

const char *rule_meaning(const struct rule *r);
const char *const *rule_steps(const struct rule *r);        /* what the integrator can do */
const char *const *rule_support_send(const struct rule *r); /* what to send to BitGo support */
const char *const *rule_support_ask(const struct rule *r);  /* what only they can do */
const char *const *rule_links(const struct rule *r);

const char *confidence_name(enum confidence c); /* "certain", "likely", "possible" */

#endif
