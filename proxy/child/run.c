/* Starting the command. It is forked, not spawned, because it gets back limits and dispositions
 * that posix_spawn cannot set. Between fork and execve only calls that are safe there are made, for
 * other threads may have held any lock at that moment. A pipe that closes itself on success tells
 * why execve failed. */
#include "why401/child/run.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lookup.h"
#include "parent.h"
#include "signals.h"

#define CANNOT_START 125 /* as env and timeout have it: we failed, not the command */

void child_origin_keep(struct child_origin *origin)
{
    sigset_t set;
    struct sigaction standard = {.sa_handler = SIG_DFL};
    getrlimit(RLIMIT_CORE, &origin->core);
    getrlimit(RLIMIT_NOFILE, &origin->files);
    sigaction(SIGPIPE, NULL, &origin->broken_pipe);
    /* Whoever ignores it never gets to know how a child ended. */
    sigaction(SIGCHLD, &standard, &origin->child_ended);
    child_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, &origin->mask);
}

/* A limit whose upper bound was lowered meanwhile comes as near as it may. */
static void restore_limit(int which, const struct rlimit *before)
{
    struct rlimit now;
    if (setrlimit(which, before) != 0 && getrlimit(which, &now) == 0) {
        now.rlim_cur = before->rlim_cur < now.rlim_max ? before->rlim_cur : now.rlim_max;
        setrlimit(which, &now);
    }
}

static void restore(const struct child_origin *origin)
{
    restore_limit(RLIMIT_CORE, &origin->core);
    restore_limit(RLIMIT_NOFILE, &origin->files);
    sigaction(SIGPIPE, &origin->broken_pipe, NULL);
    sigaction(SIGCHLD, &origin->child_ended, NULL);
    sigprocmask(SIG_SETMASK, &origin->mask, NULL);
}

/* In the child: becomes the command, or tells why not and ends. */
static _Noreturn void become(const struct child_origin *origin, const char *path,
                             char *const argv[], char *const variables[], int report)
{
    restore(origin);
    execve(path, argv, variables);
    int reason = errno;
    while (write(report, &reason, sizeof reason) < 0 && errno == EINTR) {
    }
    _exit(CHILD_CANNOT_RUN);
}

/* Runs one file. Returns 0, or the errno of execve, or -1 with errno where no process could be
 * made. */
static int start(struct child *child, const struct child_origin *origin, const char *path,
                 char *const argv[], char *const variables[])
{
    int report[2], reason = 0;
    ssize_t got;
    if (pipe2(report, O_CLOEXEC) != 0) {
        return -1;
    }
    child->pid = fork();
    if (child->pid == 0) {
        become(origin, path, argv, variables, report[1]);
    }
    int forked = errno;
    close(report[1]);
    do {
        got = child->pid < 0 ? 0 : read(report[0], &reason, sizeof reason);
    } while (got < 0 && errno == EINTR);
    close(report[0]);
    if (child->pid < 0) {
        errno = forked;
        return -1;
    }
    if (reason != 0) {
        waitpid(child->pid, NULL, 0);
    }
    return reason;
}

/* A script without an interpreter line, as shells run it. */
static int start_script(struct child *child, const struct child_origin *origin, char *path,
                        char *const argv[], char *const variables[])
{
    static char shell[] = "/bin/sh", name[] = "sh";
    size_t count = 0;
    while (argv[count]) {
        count++;
    }
    char **more = calloc(count + 2, sizeof *more);
    if (!more) {
        return -1;
    }
    more[0] = name;
    more[1] = path;
    for (size_t i = 1; i < count; i++) {
        more[i + 1] = argv[i];
    }
    int result = start(child, origin, shell, more, variables);
    free(more);
    return result;
}

static int say_why(const char *command, int reason, struct err *err)
{
    if (reason == ENOENT) {
        err_set(err, ERR_SYSTEM,
                strchr(command, '/') ? "%s: there is no such file"
                                     : "%s: there is no such command in PATH",
                command);
        return CHILD_NOT_FOUND;
    }
    err_set(err, ERR_SYSTEM, "%s cannot be run: %s", command,
            reason == EISDIR ? "it is a folder" : strerror(reason));
    return CHILD_CANNOT_RUN;
}

int child_start(struct child *child, const struct child_origin *origin, char *const argv[],
                char *const variables[], struct err *err)
{
    char path[PATH_MAX];
    int reason = lookup_command(argv[0], parent_value(variables, "PATH"), path);
    if (reason != 0) {
        return say_why(argv[0], reason, err);
    }
    reason = start(child, origin, path, argv, variables);
    if (reason == ENOEXEC) {
        reason = start_script(child, origin, path, argv, variables);
    }
    if (reason < 0) {
        err_set(err, ERR_SYSTEM, "%s cannot be started: %s", argv[0], strerror(errno));
        return CANNOT_START;
    }
    if (reason == ENOENT) {
        err_set(err, ERR_SYSTEM, "%s cannot be run: the interpreter that it names is missing",
                path);
        return CHILD_CANNOT_RUN;
    }
    return reason == 0 ? 0 : say_why(argv[0], reason, err);
}
