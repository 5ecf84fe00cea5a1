/* What the observer's block and JSON line say, for commands that explain without a proxy running.
 * Everything is redacted and made harmless for a terminal on its way. One thread at a time per
 * exchange or arena. */
#ifndef WHY401_OBSERVE_RENDER_H
#define WHY401_OBSERVE_RENDER_H

#include "why401/explain/explain.h"

/* How pages for people look. */
struct render {
    size_t width; /* columns */
    bool color;
};

/* A failing exchange: a line for the call, if it is known, and the block under it. A started_ms of
 * 0 and an empty method or host are not known and left out. `list` is x's, best first; the evidence
 * of x's findings is rewritten redacted. */
void render_explanations(struct str *out, const struct render *how, struct exchange *x,
                         const struct answer *a, const struct explanation *list, size_t count);

/* The same as one object in one line: {"v":1,"type":"explanation","input":…,…}. */
void render_explanations_json(struct str *out, const char *input, struct exchange *x,
                              const struct answer *a, const struct explanation *list, size_t count);

/* What explain_text found, without an exchange; `arena` is where its evidence lives. */
void render_text(struct str *out, const struct render *how, struct arena *arena,
                 const struct explanation *list, size_t count);
void render_text_json(struct str *out, const char *input, struct arena *arena,
                      const struct explanation *list, size_t count);

/* Everything that a rule tells people. */
void render_rule(struct str *out, const struct render *how, const struct rule *rule);

/* {"id":…,"title":…,"meaning":…,"steps":[…],"support_send":[…],"support_ask":[…],"links":[…]}, no
 * line end. */
void render_rule_json(struct str *out, const struct rule *rule);

#endif
