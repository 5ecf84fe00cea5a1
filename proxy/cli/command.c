/* A command is a row of words from its first mention to its end: shown as a shell would take them,
 * spawned as they are, and named in full when it fails. */
#include "command.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"
#include "why401/base/str.h"
#include "why401/observe/text.h"

#define LINE_MOST 8192

static void add_words(struct str *line, const char *const *words)
{
    char word[4 * PATH_MAX];
    for (size_t i = 0; words[i]; i++) {
        str_addf(line, "%s%s", i ? " " : "", shell_word(words[i], word, sizeof word));
    }
}

void command_print(const char *const *words)
{
    struct str line;
    str_init(&line, LINE_MOST);
    add_words(&line, words);
    printf("%s\n", str_cstr(&line));
    str_release(&line);
}

void command_show(const char *const *words)
{
    struct str line;
    struct str safe;
    str_init(&line, LINE_MOST);
    str_init(&safe, 4UL * LINE_MOST);
    add_words(&line, words);
    text_escape(&safe, str_span(&line), LINE_MOST);
    fprintf(stderr, "  %s\n", str_cstr(&safe));
    str_release(&line);
    str_release(&safe);
}

static int wait_for(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return status;
}

/* What it ended with, after the command's own words. */
static int judge(const char *line, int status, struct err *err)
{
    if (status == 0) {
        return 0;
    }
    if (WIFSIGNALED(status)) {
        return err_set(err, ERR_SYSTEM, "'%.300s' was ended by signal %d (%s)", line,
                       WTERMSIG(status), strsignal(WTERMSIG(status)));
    }
    return err_set(err, ERR_SYSTEM, "'%.300s' failed with exit code %d", line, WEXITSTATUS(status));
}

int command_run_words(const char *const *words, struct err *err)
{
    struct str line;
    pid_t child;
    const char *program = words[0];
    assert(program);
    str_init(&line, LINE_MOST);
    add_words(&line, words);
    (void)fflush(stdout); /* so that the words come before what the command says */
    /* posix_spawn promises to leave the words alone; its type is older than const. */
    char *argv[32];
    size_t count = 0;
    do {
        memcpy(&argv[count], &words[count], sizeof argv[0]);
    } while (words[++count] && count + 1 < sizeof argv / sizeof argv[0]);
    argv[count] = NULL;
    int reason = posix_spawnp(&child, program, NULL, NULL, argv, environ);
    int result = reason == 0 ? judge(str_cstr(&line), wait_for(child), err)
                             : err_set(err, ERR_SYSTEM, "'%.300s' cannot be run: %s",
                                       str_cstr(&line), strerror(reason));
    str_release(&line);
    return result;
}
