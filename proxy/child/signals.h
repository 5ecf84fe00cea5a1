/* The signals that child_wait waits for. */
#ifndef CHILD_SIGNALS_H
#define CHILD_SIGNALS_H

#include <signal.h>

void child_signals(sigset_t *set);

#endif
