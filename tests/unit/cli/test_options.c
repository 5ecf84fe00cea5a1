/* Command lines as people type them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"
#include "say.h"

static const char *listen_value;
static const char *env_value;
static bool quiet;

static const struct option_row rows[] = {
    {"--listen", "ADDR:PORT", &listen_value, NULL},
    {"--env", "prod|test|URL", &env_value, NULL},
    {"--quiet", NULL, NULL, &quiet},
};

#define WORDS_MOST 8

/* Reads a line whose words are parted by spaces. */
static enum options_said read_line(const char *line, struct err *err)
{
    static char words[256];
    char *argv[WORDS_MOST];
    int argc = 0;
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word && argc < WORDS_MOST; word = strtok(NULL, " ")) {
        argv[argc++] = word;
    }
    listen_value = env_value = NULL;
    quiet = false;
    return options_read("run", rows, 3, argc, argv, err);
}

static void understood(const char *line)
{
    struct err err = {0};
    if (read_line(line, &err) != OPTIONS_READ) {
        fail_msg("%s: %s", line, err.text);
    }
}

static void refused(const char *line, const char *text)
{
    struct err err = {0};
    assert_int_equal(read_line(line, &err), OPTIONS_BAD);
    assert_int_equal(err.code, ERR_USAGE);
    assert_string_equal(err.text, text);
}

static void both_spellings(void **state)
{
    (void)state;
    understood("");
    assert_null(listen_value);
    understood("--listen 127.0.0.1:0 --quiet --env=test");
    assert_string_equal(listen_value, "127.0.0.1:0");
    assert_string_equal(env_value, "test");
    assert_true(quiet);
    understood("--env prod --env=test");
    assert_string_equal(env_value, "test");
    understood("--env=");
    assert_string_equal(env_value, "");
    understood("--env=a=b --listen -");
    assert_string_equal(env_value, "a=b");
    assert_string_equal(listen_value, "-");
    assert_false(quiet);
}

static void help_wins(void **state)
{
    (void)state;
    struct err err;
    assert_int_equal(read_line("--nonsense --help", &err), OPTIONS_HELP);
    assert_int_equal(read_line("-h", &err), OPTIONS_HELP);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    refused("--lisen 127.0.0.1:0", "run has no flag --lisen; did you mean --listen?");
    refused("--lisen=127.0.0.1:0", "run has no flag --lisen; did you mean --listen?");
    refused("--token=canary", "run has no flag --token; 'why401 run --help' lists those it has");
    refused("-q", "run has no flag -q; 'why401 run --help' lists those it has");
    refused("--", "run has no flag --; 'why401 run --help' lists those it has");
    refused("--listen", "--listen needs a value: --listen ADDR:PORT");
    refused("--listen --quiet", "--listen needs a value: --listen ADDR:PORT");
    refused("--quiet=yes", "--quiet takes no value");
    refused("test", "run takes flags only; it does not know what to do with \"test\"");
    refused("-", "run takes flags only; it does not know what to do with \"-\"");
}

static void one_argument_may_be_no_flag(void **state)
{
    (void)state;
    struct err err;
    const char *file = NULL;
    bool json = false;
    const struct option_row with_file[] = {{"FILE", "FILE", &file, NULL},
                                           {"--json", NULL, NULL, &json}};
    char words[][8] = {"--json", "-", "b.har"};
    char *argv[] = {words[0], words[1], words[2]};
    assert_int_equal(options_read("explain", with_file, 2, 2, argv, &err), OPTIONS_READ);
    assert_string_equal(file, "-");
    assert_true(json);
    assert_int_equal(options_read("explain", with_file, 2, 3, argv, &err), OPTIONS_BAD);
    assert_string_equal(err.text, "explain takes one FILE; it has \"-\" and \"b.har\"");
}

static void shell_words(void **state)
{
    (void)state;
    char out[64];
    assert_string_equal(shell_word("/home/u/ca.pem", out, sizeof out), "/home/u/ca.pem");
    assert_string_equal(shell_word("/my home/ca.pem", out, sizeof out), "'/my home/ca.pem'");
    assert_string_equal(shell_word("/it's/$HOME", out, sizeof out), "'/it'\\''s/$HOME'");
    assert_string_equal(shell_word("", out, sizeof out), "''");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_spellings),     cmocka_unit_test(help_wins),
        cmocka_unit_test(mistakes_are_named), cmocka_unit_test(one_argument_may_be_no_flag),
        cmocka_unit_test(shell_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
