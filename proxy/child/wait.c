/* Waiting for the command. Everything comes as a signal, which the main thread takes with
 * sigwaitinfo, so nothing polls and no handler runs:
 *
 *   SIGCHLD            it ended: its status is ours. It was stopped by the terminal: so are we.
 *   SIGCONT            we were woken: it is too
 *   any other          is passed on, unless it is there already
 *
 * SIGTSTP is not among them: Ctrl-Z reaches us as it reaches the child, and stops both. */
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "signals.h"
#include "why401/child/run.h"

static const int waited_for[] = {SIGCHLD, SIGCONT, SIGINT,  SIGTERM,
                                 SIGHUP,  SIGQUIT, SIGUSR1, SIGUSR2};

void child_signals(sigset_t *set)
{
    sigemptyset(set);
    for (size_t i = 0; i < sizeof waited_for / sizeof *waited_for; i++) {
        sigaddset(set, waited_for[i]);
    }
}

/* The terminal's job control, as opposed to somebody who stops this one process with SIGSTOP and
 * wants the others to go on. */
static bool by_terminal(int signal)
{
    return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* Only when we were not woken in the meantime: then it has been, or is about to be. */
static void stop_too(void)
{
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    if (!sigismember(&pending, SIGCONT)) {
        kill(getpid(), SIGSTOP);
    }
}

/* What became of it. Returns true with the status when it has ended. */
static bool ended(const struct child *child, int *status)
{
    int news;
    while (waitpid(child->pid, &news, WNOHANG | WUNTRACED) == child->pid) {
        if (!WIFSTOPPED(news)) {
            *status = WIFSIGNALED(news) ? 128 + WTERMSIG(news) : WEXITSTATUS(news);
            return true;
        }
        if (by_terminal(WSTOPSIG(news))) {
            stop_too();
        }
    }
    return false;
}

/* The kernel sends what a terminal causes to the whole process group; the child may send to its own
 * group, which is ours. */
static bool is_there_already(const siginfo_t *info, const struct child *child)
{
    return info->si_code == SI_KERNEL || info->si_pid == child->pid;
}

int child_wait(const struct child *child)
{
    int status = 0;
    sigset_t set;
    siginfo_t info;
    child_signals(&set);
    while (!ended(child, &status)) {
        int number = sigwaitinfo(&set, &info);
        if (number > 0 && number != SIGCHLD && !is_there_already(&info, child)) {
            kill(child->pid, number);
        }
    }
    return status;
}
