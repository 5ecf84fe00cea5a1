/* Running a command: its status, what it inherits, and which signals reach it. */
#include "testing.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "why401/child/run.h"
#include "words.h"

static char folder[] = "/tmp/why401-test-XXXXXX";
static char path[100]; /* PATH=, with the folder as its first part */
static struct child_origin origin;
static struct err err;

/* Starts the command and waits for it; a failure to start gives that status. */
static int run(char *const argv[])
{
    struct child child;
    char **variables = WORDS(path, "GREETING=hello");
    int status = child_start(&child, &origin, argv, variables, &err);
    return status != 0 ? status : child_wait(&child);
}

static int sh(const char *script)
{
    char **argv = WORDS("sh", "-c", script);
    return run(argv);
}

static void put(const char *name, const char *text, mode_t mode)
{
    char file[200];
    snprintf(file, sizeof file, "%s/%s", folder, name);
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    fputs(text, out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(chmod(file, mode), 0);
}

static int set_up(void **state)
{
    (void)state;
    /* Where the tests run in the background of a script, it is ignored, and a shell cannot trap
     * what it found ignored. */
    signal(SIGINT, SIG_DFL);
    child_origin_keep(&origin);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "PATH=%s:/usr/bin:/bin", folder);
    put("script", "exit $(($# + 40))\n", 0755);
    put("text", "text\n", 0644);
    put("orphan", "#!/nonexistent/interpreter\n", 0755);
    return 0;
}

static int tear_down(void **state)
{
    char command[100];
    (void)state;
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void test_status_is_that_of_the_command(void **state)
{
    (void)state;
    assert_int_equal(sh("exit 0"), 0);
    assert_int_equal(sh("exit 7"), 7);
    assert_int_equal(sh("kill -KILL $$"), 128 + SIGKILL);
    assert_int_equal(sh("kill -TERM $$"), 128 + SIGTERM);
    assert_int_equal(sh("test \"$GREETING\" = hello && test -z \"$HOME\""), 0);
}

static void assert_refused(const char *command, int status, const char *why)
{
    char **argv = WORDS(command);
    assert_int_equal(run(argv), status);
    if (!strstr(err.text, why)) {
        fail_msg("\"%s\" is not in \"%s\"", why, err.text);
    }
}

static void test_what_cannot_be_run(void **state)
{
    (void)state;
    assert_refused("no-such-command", 127, "no-such-command: there is no such command in PATH");
    assert_refused("", 127, "there is no such command");
    assert_refused("/no/such/file", 127, "/no/such/file: there is no such file");
    assert_refused("/tmp", 126, "/tmp cannot be run: it is a folder");
    assert_refused("orphan", 126, "the interpreter that it names is missing");
    assert_refused("./", 126, "it is a folder");
    if (geteuid() != 0) {
        return;
    }
    assert_refused("text", 126, "text cannot be run: Permission denied");
}

static void test_scripts_without_an_interpreter_are_the_shells(void **state)
{
    char **argv = WORDS("script", "a", "b");
    (void)state;
    assert_int_equal(run(argv), 42);
}

/* What we changed for ourselves is not the child's. */
static void test_it_gets_back_what_we_were_given(void **state)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
    struct rlimit limit;
    char script[100];
    (void)state;
    sigaction(SIGPIPE, &ignore, &before);
    getrlimit(RLIMIT_NOFILE, &limit);
    snprintf(script, sizeof script, "test $(ulimit -S -n) = %llu",
             (unsigned long long)limit.rlim_cur);
    limit.rlim_cur -= 10;
    setrlimit(RLIMIT_NOFILE, &limit);
    assert_int_equal(sh(script), 0);
    assert_int_equal(sh("! grep -E '^Sig(Blk|Ign):.*[1-9a-f]' /proc/self/status"), 0);
    sigaction(SIGPIPE, &before, NULL);
}

static void *send_when_ready(void *arg)
{
    int ready = *(int *)arg;
    char number[8] = "";
    if (read(ready, number, sizeof number - 1) > 0) {
        kill(getpid(), atoi(number));
    }
    return NULL;
}

/* Runs a script that writes the number of a signal to descriptor 9 when it is ready for it; we get
 * it from another thread then. */
static int signalled(const char *script)
{
    int ready[2];
    pthread_t sender;
    struct child child;
    char **argv = WORDS("sh", "-c", script), **variables = WORDS(path);
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    int inherited = dup2(ready[1], 9);
    assert_int_equal(inherited, 9);
    assert_int_equal(child_start(&child, &origin, argv, variables, &err), 0);
    close(9);
    close(ready[1]);
    assert_int_equal(pthread_create(&sender, NULL, send_when_ready, &ready[0]), 0);
    int status = child_wait(&child);
    pthread_join(sender, NULL);
    close(ready[0]);
    return status;
}

/* The shell sees its signal when its own child is done. That one is killed, since a signal that it
 * has a trap for is lost between its fork and its exec: it would outlive the test, with our output
 * open. */
#define WAIT_FOR(signal, number)                                                                   \
    "trap 'kill -KILL $!; exit 42' " signal "; sleep 60 9>&- & echo " number " >&9; wait"

static void test_signals_are_passed_on(void **state)
{
    (void)state;
    assert_int_equal(signalled(WAIT_FOR("TERM", "15")), 42);
    assert_int_equal(signalled(WAIT_FOR("HUP", "1")), 42);
    assert_int_equal(signalled(WAIT_FOR("INT", "2")), 42);
    assert_int_equal(signalled(WAIT_FOR("QUIT", "3")), 42);
    assert_int_equal(signalled(WAIT_FOR("USR1", "10")), 42);
    assert_int_equal(signalled(WAIT_FOR("USR2", "12")), 42);
    assert_int_equal(signalled("echo 15 >&9; exec sleep 60 9>&-"), 128 + SIGTERM);
}

/* What it sends to its group, which is ours too, is not sent back; what another process of the
 * group sends to us only is passed on. It stops us until it has dealt with its own signal, or a
 * second would not be told from it. (Of two signals that wait we take the one with the smaller
 * number first, so USR1 has been dealt with when USR2 arrives.) In a group of our own, because the
 * test's runner is in this one. */
#define TO_ITS_GROUP                                                                               \
    "trap 'n=x$n' USR1; trap 'kill -KILL $!; test \"$n\" = x && exit 42; exit 43' USR2; "          \
    "kill -STOP $PPID; kill -USR1 0; sleep 50 & sh -c \"kill -USR2 $PPID; kill -CONT $PPID\"; "    \
    "wait"

static void test_what_it_sends_to_its_group_is_not_sent_back(void **state)
{
    int status;
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        _exit(sh(TO_ITS_GROUP));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
}

/* Ctrl-Z in a terminal: we stop when it stops, and it goes on when we do. */
static void test_stops_and_goes_on_with_it(void **state)
{
    int status;
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        _exit(sh("kill -TSTP $$; exit 42"));
    }
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_true(WIFSTOPPED(status));
    assert_int_equal(kill(pid, SIGCONT), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
}

static void read_until(int terminal, const char *text)
{
    char seen[1000] = "";
    size_t len = 0;
    while (!strstr(seen, text)) {
        ssize_t got = read(terminal, seen + len, sizeof seen - 1 - len);
        assert_true(got > 0);
        len += (size_t)got;
    }
}

/* Ctrl-C reaches the child from the terminal itself, so it must not get it from us as well. We are
 * stopped until it has dealt with the first, or a second would not be told from it. */
#define FROM_THE_TERMINAL                                                                          \
    "trap 'n=x$n; echo taken; sh -c \"kill -USR2 $PPID\"' INT; "                                   \
    "trap 'kill -KILL $!; test \"$n\" = x && exit 42; exit 43' USR2; sleep 50 & echo ready; "      \
    "wait; wait"

static void test_what_the_terminal_sends_is_not_sent_again(void **state)
{
    int terminal, status;
    (void)state;
    pid_t pid = forkpty(&terminal, NULL, NULL, NULL);
    if (pid == 0) {
        _exit(sh(FROM_THE_TERMINAL));
    }
    read_until(terminal, "ready");
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    assert_int_equal(write(terminal, "\003", 1), 1);
    read_until(terminal, "taken");
    assert_int_equal(kill(pid, SIGCONT), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
    close(terminal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_is_that_of_the_command),
        cmocka_unit_test(test_what_cannot_be_run),
        cmocka_unit_test(test_scripts_without_an_interpreter_are_the_shells),
        cmocka_unit_test(test_it_gets_back_what_we_were_given),
        cmocka_unit_test(test_signals_are_passed_on),
        cmocka_unit_test(test_what_it_sends_to_its_group_is_not_sent_back),
        cmocka_unit_test(test_stops_and_goes_on_with_it),
        cmocka_unit_test(test_what_the_terminal_sends_is_not_sent_again),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
