/* What the files of 'why401 exec' know of each other. Main thread only. */
#ifndef WHY401_CLI_EXEC_H
#define WHY401_CLI_EXEC_H

#include "proxy.h"
#include "why401/child/run.h"
#include "why401/mock/answer.h"
#include "why401/verdict/verdict.h"

/* What the command line said, beside the proxy's own flags. */
struct exec_flags {
    bool ci;                /* --ci */
    const char *fail_on;    /* --fail-on RULES */
    const char *baseline;   /* --baseline FILE */
    const char *accept;     /* --write-baseline FILE */
    const char *junit;      /* --junit FILE */
    bool mock;              /* --mock */
    struct mock_options of; /* --mock-fixtures, --mock-replay, --mock-scenario */
    bool quiet;
    bool verbose;
    char **command; /* ends with NULL */
};

struct exec {
    struct exec_flags flags;
    struct child_origin origin; /* what this process was like */
    struct proxy proxy;
    struct origin *mock_origin; /* with --mock: what answers instead of BitGo … */
    struct server *mock;        /* … and its port */
    struct server_door door;    /* where the proxy listens */
    struct verdict *verdict;
    struct child_place *place; /* the run directory */
    int64_t started_ms;
};

/* exec_mock.c: starts the mock and sends what is meant for BitGo there. Returns 0, or -1 with *err.
 */
int exec_mock_start(struct exec *e, struct err *err);
void exec_mock_stop(struct exec *e);

/* exec_end.c: before the command, in GitHub Actions: masks. */
void exec_before(void);

/* After everything has stopped: judges the run, writes summary and reports, and returns the exit
 * code, the command's own being `status`. */
int exec_end(struct exec *e, const struct proxy_end *end, int status);

#endif
