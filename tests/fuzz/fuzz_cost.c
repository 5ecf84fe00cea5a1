/* What reads texts of peers costs about their length, so that an answer made for it cannot hold up
 * the judging of all others: cost.h tells what is done and what an input is. libFuzzer looks at the
 * CPU time, of which sanitizers take a tenth of the bound. The suite, which runs on machines that
 * have more to do, counts instructions instead (tests/costs). */
#include <time.h>

#include "cost.h"

#define LENGTH       65536
#define SECONDS_MOST 3.0 /* of CPU */

static double since;

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void check_cost(const char *what)
{
#ifdef WHY401_FUZZ
    double cost = cpu_seconds() - since;
    if (cost > SECONDS_MOST) {
        fprintf(stderr, "does not hold: %s costs about the length; it took %.1f s\n", what, cost);
        abort();
    }
#else
    (void)what;
#endif
    since = cpu_seconds();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct str text;
    str_init(&text, LENGTH + 2 * COST_UNIT_MOST);
    if (cost_text(&text, fuzz_span(bytes, size), LENGTH)) {
        since = cpu_seconds();
        cost_all(str_span(&text), check_cost);
    }
    str_release(&text);
    return 0;
}
