/* What a verdict is made of. Private. */
#ifndef VERDICT_INSIDE_H
#define VERDICT_INSIDE_H

#include "baseline.h"
#include "fail_rules.h"
#include "why401/verdict/reports.h"

#define CALLS_MOST     500 /* different methods and paths; the last stands for all further ones */
#define REASONS_MOST   300
#define SCENARIOS_MOST 200
#define STATUS_END     600

/* All exchanges with one method and path. */
struct call {
    uint64_t hash; /* of both */
    const char *method;
    const char *path;
    uint64_t count;
    uint64_t failing;
    int64_t duration_us; /* of all together */
};

/* The word of a reason that comes with any rule, and that no baseline accepts. */
#define LOST_WORD "lost"

struct reason {
    uint64_t hash; /* of what makes it distinct */
    bool final;    /* no baseline accepts it */
    struct verdict_reason shown;
    const struct call *call; /* NULL: about the whole run */
};

/* A scenario, or one of the causes that it tells apart, counted once for each exchange that it
 * explains best; or a reason that this proxy had for answering itself. */
struct scenario {
    uint64_t hash; /* of what makes it distinct */
    bool own;      /* this proxy answered: id is the name in that answer */
    const char *id;
    const char *title;
    const char *step; /* what to do first */
    enum confidence surest;
    uint64_t count;
};

struct seen_finding {
    const char *id;
    enum severity severity; /* the worst seen */
    uint64_t count;
};

#define SEEN_FINDINGS_MOST 128

struct verdict {
    struct arena arena; /* every text */
    struct fail_rules rules;
    struct baseline baseline;
    bool env_test;
    struct str scratch; /* texts on their way into the arena */
    struct str path;    /* of the exchange in hand */
    struct call calls[CALLS_MOST];
    size_t call_count;
    struct reason reasons[REASONS_MOST];
    size_t reason_count;
    uint64_t reasons_more; /* catches that no reason could be kept for */
    struct scenario scenarios[SCENARIOS_MOST];
    size_t scenario_count;
    struct seen_finding findings[SEEN_FINDINGS_MOST];
    size_t finding_count;
    uint64_t exchanges;
    uint64_t failing;                 /* 4xx and 5xx */
    uint64_t broken;                  /* the client got no answer */
    uint64_t explained;               /* of failing */
    uint64_t own;                     /* of failing: this proxy answered, and said itself why */
    uint64_t unexplained[STATUS_END]; /* of failing, by status */
    uint64_t foreign;                 /* calls to other hosts that this proxy answered itself */
    struct verdict_run run;           /* command is in the arena */
    struct verdict_reason *list;      /* what verdict_reasons gives, owned */
};

/* At most `most` bytes of s, redacted and harmless for a terminal, in the arena. "" when there is
 * no room. */
const char *verdict_keep(struct verdict *v, struct span s, size_t most);

/* The same for a rule's words and our own: those name "Authorization: Bearer" and are no secret. */
const char *verdict_keep_own(struct verdict *v, const char *text);

/* Exchanges of the run, those that nobody judged included. */
uint64_t verdict_exchanges(const struct verdict *v);

/* The path of a target, for people who count: no query, ids as {id}, at most 200 bytes. */
void path_normalise(struct str *out, struct span target);

/* Holds an exchange against all rules; in catch.c. */
void verdict_catch(struct verdict *v, const struct call *call, const struct judged *j);

/* The same for the run as a whole. */
void verdict_catch_run(struct verdict *v);

#endif
