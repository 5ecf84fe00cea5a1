/* An outlet: a descriptor, and the lines that wait to be written to it. A descriptor that takes
 * nothing costs lines, never the observer. Private; observer thread. */
#ifndef OBSERVE_OUTLET_H
#define OBSERVE_OUTLET_H

#include "why401/base/str.h"

#define OUTLET_MOST (1 << 20) /* bytes that may wait */
#define OUTLET_FULL (1 << 18) /* bytes beyond which it is time to flush */

struct outlet {
    int fd;          /* not owned; -1: nothing is written */
    struct str text; /* whole lines that wait */
    bool torn;       /* the last byte that was written is not the end of a line */
    int error;       /* errno of the last flush; 0: it was written */
};

void outlet_init(struct outlet *o, int fd);
void outlet_release(struct outlet *o);

/* Writes what waits. Returns how many lines were lost. */
uint64_t outlet_flush(struct outlet *o);

#endif
