/* The safety catches. --read-only stops every request that can change something: a list of routes
 * that move money would be outdated with the next one that BitGo adds, so it is the harmless ones
 * that are listed (routes.c). --env test stops what goes to production. Both answer before anything
 * goes upstream. */
#include "routes.h"
#include "why401/inspect/environment.h"
#include "why401/inspect/inspect.h"

static bool only_reads(struct span method, struct span path)
{
    bool reads = span_eq(method, SPAN("GET")) || span_eq(method, SPAN("HEAD")) ||
                 span_eq(method, SPAN("OPTIONS"));
    return reads && !route_changes_by_reading(method, path);
}

static int stop_production(struct exchange *x, struct err *err)
{
    exchange_find(x, "guard.production", SEVERITY_PROBLEM,
                  "The request goes to BitGo's production environment, %.*s, although the "
                  "environment was said to be test; it was not sent.",
                  SPAN_ARG(x->host));
    return err_set(err, ERR_PRODUCTION, "%.*s is BitGo's production environment",
                   SPAN_ARG(span_first(x->host, 200)));
}

static int stop_change(struct exchange *x, struct err *err)
{
    exchange_find(x, "guard.read-only", SEVERITY_WARNING,
                  "The request can change something, and this proxy lets only reading requests "
                  "through; it was not sent.");
    return err_set(err, ERR_READ_ONLY, "a %.*s that can change something",
                   SPAN_ARG(span_first(x->request.head.method, 24)));
}

int inspect_production(struct exchange *x, const struct inspect_options *options, struct err *err)
{
    bool stop = options->refuse_production && environment_of(x) == ENVIRONMENT_PROD;
    return stop ? stop_production(x, err) : 0;
}

int inspect_guard(struct exchange *x, const struct inspect_options *options, struct err *err)
{
    struct span method = x->request.head.method;
    if (inspect_production(x, options, err) != 0) {
        return -1;
    }
    if (options->read_only && !only_reads(method, x->target.path) &&
        !route_changes_nothing(method, x->target.path)) {
        return stop_change(x, err);
    }
    return 0;
}
