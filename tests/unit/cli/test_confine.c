/* Each test confines a child process, which does not come back from it, and looks at what is left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "confine.h"

#define NOT_CONFINED 77 /* a child's exit code: there is nothing to look at */

static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[2][128];
    static unsigned turn;
    turn ^= 1;
    snprintf(path[turn], sizeof path[0], "%s/%s", folder, name);
    return path[turn];
}

static void write_file(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
}

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/why401-confine-XXXXXX");
    if (!mkdtemp(folder) || mkdir(in_folder("logs"), 0700) || mkdir(in_folder("rules"), 0700)) {
        return -1;
    }
    write_file(in_folder("rules/a.json"));
    write_file(in_folder("secret"));
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

/* Runs `child` in a process of its own; its return value is to be 0, as steps that failed count. */
static void in_child(int (*child)(void))
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        _exit(child());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NOT_CONFINED) {
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* False when the call failed with `error` or, for 0, when it succeeded. */
static int unlike(int result, int error)
{
    int got = result < 0 ? errno : 0;
    if (got != error) {
        fprintf(stderr, "found %s, expected %s\n", strerror(got), strerror(error));
    }
    return got != error;
}

static int opens(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
    }
    return fd;
}

static int starts_a_program(void)
{
    char name[] = "true";
    char *const argv[] = {name, NULL};
    return unlike(execv("/bin/true", argv), EPERM);
}

static int without_programs(void)
{
    if (!confine_programs().no_exec) {
        return NOT_CONFINED;
    }
    int wrong = starts_a_program();
    wrong += unlike((int)ptrace(PTRACE_TRACEME, 0, NULL, NULL), EPERM);
    wrong += unlike(unshare(CLONE_NEWUSER), EPERM);
    return wrong + unlike(opens("/dev/null", O_RDONLY), 0);
}

static void starts_and_traces_nothing(void **state)
{
    (void)state;
    in_child(without_programs);
}

static void *nothing(void *arg)
{
    return arg;
}

static int makes_a_thread(void)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL);
}

/* A namespace by clone, where unshare is refused, and lines for the shell that has the terminal. */
static int without_ways_around(void)
{
    if (!confine_programs().no_exec) {
        return NOT_CONFINED;
    }
    int made = (int)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL);
    if (made == 0) {
        _exit(0);
    }
    int wrong = unlike(made, EPERM);
    wrong += unlike((int)syscall(SYS_clone3, NULL, 0), ENOSYS);
    wrong += unlike(ioctl(-1, TIOCSTI, "x"), EPERM);
    wrong += unlike(ioctl(-1, TIOCLINUX, "\x02"), EPERM);
    wrong += unlike(ioctl(-1, TIOCGWINSZ, NULL), EBADF);
    return wrong + makes_a_thread();
}

static void no_namespace_and_no_typing(void **state)
{
    (void)state;
    in_child(without_ways_around);
}

static pthread_barrier_t both;

static void *look_later(void *wrong)
{
    pthread_barrier_wait(&both);
    *(int *)wrong += starts_a_program();
    return NULL;
}

static int with_an_older_thread(void)
{
    pthread_t thread;
    int wrong = 0;
    pthread_barrier_init(&both, NULL, 2);
    if (pthread_create(&thread, NULL, look_later, &wrong) != 0) {
        return 1;
    }
    bool confined = confine_programs().no_exec;
    if (!confined) {
        return NOT_CONFINED;
    }
    pthread_barrier_wait(&both);
    pthread_join(thread, NULL);
    return wrong;
}

static void holds_for_threads_that_run_already(void **state)
{
    (void)state;
    in_child(with_an_older_thread);
}

static bool enter(void)
{
    struct confine limits;
    confine_begin(&limits);
    confine_read(&limits, NULL);
    confine_read(&limits, in_folder("not there"));
    confine_read_beside(&limits, in_folder("rules/a.json"));
    confine_write_beside(&limits, in_folder("logs/log.json"));
    return confine_enter(&limits).files;
}

static int with_few_files(void)
{
    if (!enter()) {
        return NOT_CONFINED;
    }
    int wrong = unlike(opens(in_folder("secret"), O_RDONLY), EACCES);
    wrong += unlike(opens(in_folder("new"), O_WRONLY | O_CREAT), EACCES);
    wrong += unlike(unlink(in_folder("secret")), EACCES);
    wrong += unlike(opens("/proc/self/environ", O_RDONLY), EACCES);
    wrong += unlike(opens(in_folder("rules/a.json"), O_RDONLY), 0);
    wrong += unlike(opens(in_folder("rules/a.json"), O_WRONLY), EACCES);
    return wrong + unlike(opens("/etc/passwd", O_WRONLY), EACCES);
}

static void opens_only_what_was_named(void **state)
{
    (void)state;
    in_child(with_few_files);
}

/* What the logs, the HAR and SQLite do with their files. */
static int with_logs(void)
{
    if (!enter()) {
        return NOT_CONFINED;
    }
    int wrong = unlike(opens(in_folder("logs/log.json"), O_WRONLY | O_CREAT | O_APPEND), 0);
    wrong += unlike(rename(in_folder("logs/log.json"), in_folder("logs/log.1")), 0);
    wrong += unlike(opens(in_folder("logs/log.json"), O_RDWR | O_CREAT | O_TRUNC), 0);
    wrong += unlike(renameat2(AT_FDCWD, in_folder("logs/log.json"), AT_FDCWD,
                              in_folder("logs/log.1"), RENAME_EXCHANGE),
                    0);
    wrong += unlike(link(in_folder("logs/log.1"), in_folder("logs/log.2")), 0);
    wrong += unlike(opens(in_folder("logs"), O_RDONLY | O_DIRECTORY), 0);
    return wrong + unlike(unlink(in_folder("logs/log.1")), 0);
}

static void logs_are_rotated_and_exchanged(void **state)
{
    (void)state;
    in_child(with_logs);
}

static int with_names(void)
{
    struct addrinfo *found = NULL;
    if (!enter()) {
        return NOT_CONFINED;
    }
    int rc = getaddrinfo("localhost", "80", NULL, &found);
    if (rc == 0) {
        freeaddrinfo(found);
    }
    return rc != 0;
}

static void names_are_still_looked_up(void **state)
{
    (void)state;
    in_child(with_names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starts_and_traces_nothing),
        cmocka_unit_test(no_namespace_and_no_typing),
        cmocka_unit_test(holds_for_threads_that_run_already),
        cmocka_unit_test(opens_only_what_was_named),
        cmocka_unit_test(logs_are_rotated_and_exchanged),
        cmocka_unit_test(names_are_still_looked_up),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
