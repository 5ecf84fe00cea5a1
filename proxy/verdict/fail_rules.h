/* The rules of --fail-on. Private. */
#ifndef VERDICT_FAIL_RULES_H
#define VERDICT_FAIL_RULES_H

#include "why401/explain/explain.h"

enum rule_kind {
    RULE_NONE,           /* "none": catches nothing */
    RULE_CI,             /* "ci": stands for those of VERDICT_CI; never in a list */
    RULE_EXPLAINED,      /* a 4xx with an explanation */
    RULE_MISSING_BEARER, /* no usable bearer on a route that needs one */
    RULE_SECRET_IN_URL,  /* a token or another secret in the target */
    RULE_PRODUCTION,     /* a call to production in a run of --env test */
    RULE_NO_TRAFFIC,     /* no exchange at all */
    RULE_4XX,            /* */
    RULE_5XX,            /* */
    RULE_WARNING,        /* a finding of at least that severity */
    RULE_PROBLEM,        /* the same */
    RULE_STATUS,         /* one status code */
    RULE_SCENARIO,       /* explained best by a scenario: its id, or the part behind '#' */
    RULE_FINDING,        /* a finding by its id */
    RULE_FINDINGS,       /* findings by the beginning of their id: "token.*" */
};

struct fail_rule {
    enum rule_kind kind;
    const char *word; /* as it was written */
    int status;       /* of RULE_STATUS */
};

#define FAIL_RULES_MOST 64

struct fail_rules {
    struct fail_rule list[FAIL_RULES_MOST];
    size_t count;
};

/* Reads the text of --fail-on (NULL: none) into r, words into the arena. Returns 0, or -1 with
 * ERR_USAGE or ERR_MEMORY. */
int fail_rules_read(struct fail_rules *r, const char *text, const struct rulepack *pack,
                    struct arena *arena, struct err *err);

/* The rule is about an exchange that the scenario, or the finding, of that id belongs to. */
bool fail_rule_names_scenario(const struct fail_rule *r, const char *id);
bool fail_rule_names_finding(const struct fail_rule *r, const char *id);

/* The ids of all findings, and how many; a test holds them to the sources that note them. */
extern const char *const known_findings[];
extern const size_t known_finding_count;

#endif
