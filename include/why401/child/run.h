/* Running the command of `why401 exec` as if a shell had: in our process group, with our terminal,
 * with the signals and limits that we were called with, and its status as ours. The main thread's
 * affair. In this order:
 *
 *     child_origin_keep(&origin);      first of all: before any thread, limit or signal is set up
 *     …                                start the proxy, make the place and the environment
 *     status = child_start(&child, &origin, argv, environment.variables, &err);
 *     if (status == 0) {
 *         status = child_wait(&child);
 *     } */
#ifndef WHY401_CHILD_RUN_H
#define WHY401_CHILD_RUN_H

#include <signal.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "why401/base/err.h"

/* What our process was like before it made itself a proxy: the child gets it back. */
struct child_origin {
    sigset_t mask;                /* signals that were blocked */
    struct sigaction broken_pipe; /* what SIGPIPE did */
    struct sigaction child_ended; /* what SIGCHLD did */
    struct rlimit core;           /* size of core dumps */
    struct rlimit files;          /* open files */
};

struct child {
    pid_t pid;
};

#define CHILD_CANNOT_RUN 126 /* it is there and cannot be executed */
#define CHILD_NOT_FOUND  127

/* Fills *origin, and blocks in this thread, and in those that it starts, the signals that
 * child_wait waits for. */
void child_origin_keep(struct child_origin *origin);

/* Starts argv[0], looked up in the PATH of `variables` as shells do, with the arguments argv, which
 * ends with NULL. A file without an interpreter line is run by /bin/sh. Returns 0, or
 * CHILD_CANNOT_RUN or CHILD_NOT_FOUND, or 125 where the system has no room for a process, with the
 * sentence for people in *err (ERR_SYSTEM). */
int child_start(struct child *child, const struct child_origin *origin, char *const argv[],
                char *const variables[], struct err *err);

/* Waits until it has ended, and returns its exit status, or 128 + the signal that killed it.
 * Meanwhile SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2 and SIGCONT that are sent to us are
 * passed on; those that the terminal sends (Ctrl-C, Ctrl-\) have reached the child already, as has
 * what it sent itself, so they are not. We go on waiting then: whether it ends is its decision.
 * When the terminal stops it (Ctrl-Z), we stop too, so that the shell gets its prompt. */
int child_wait(const struct child *child);

#endif
