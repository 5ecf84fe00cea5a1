/* why401 ca env: the variables by which programs in a shell trust the local CA, as lines that the
 * shell evaluates. Two kinds of variables: those that add roots get ours alone; those that replace
 * a program's roots get a bundle with the system's, or no other site could be reached any more.
 * A variable that has a value already, a company's CA for instance, keeps what it had: it gets a
 * bundle of its own that starts from that file.
 *
 * Nothing is printed before everything has been written, so that `eval` never sees half of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ca_verb.h"
#include "say.h"
#include "why401/base/str.h"
#include "why401/child/variables.h"
#include "why401/config/listen.h"
#include "why401/tls/bundle.h"

#define OUTPUT_MOST   (1 << 20)
#define NOT_THROUGH   "localhost,127.0.0.1,::1" /* what no proxy is asked for */
#define URL_TEXT_SIZE (IP_TEXT_SIZE + 20)

struct printing {
    const struct ca *ca;
    const char *folder;
    char bundle[PATH_MAX]; /* the system's roots and ours */
    bool fish;
    struct str out;
};

/* In fish a backslash escapes a quote inside of quotes; in other shells nothing does. */
static void add_fish_word(struct str *out, const char *text)
{
    str_add_c(out, '\'');
    for (const char *c = text; *c; c++) {
        if (*c == '\'' || *c == '\\') {
            str_add_c(out, '\\');
        }
        str_add_c(out, *c);
    }
    str_add_c(out, '\'');
}

static void add_line(struct printing *p, const char *name, const char *value)
{
    if (p->fish) {
        str_addf(&p->out, "set -gx %s ", name);
        add_fish_word(&p->out, value);
        str_add(&p->out, SPAN("\n"));
        return;
    }
    int size = (int)(4 * strlen(value) + 16); /* each byte may be a quote, and takes four then */
    char *word = malloc((size_t)size);
    if (!word) {
        p->out.failed = true;
        return;
    }
    str_addf(&p->out, "export %s=%s\n", name, shell_word(value, word, size));
    free(word);
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool adds(const struct variable *v)
{
    return v->kind == VARIABLE_CA_ADDED;
}

/* The variable names a file of certificates. */
static bool is_about_trust(const struct variable *v)
{
    return adds(v) || v->kind == VARIABLE_CA_REPLACED;
}

/* The file for a variable that names nothing of its own: none, or what came from here, or the
 * system's roots. NULL: it names something else. */
static const char *common_file(const struct printing *p, const struct variable *v, const char *now)
{
    bool unset = !now || !now[0] || same(now, ca_root_path(p->ca));
    if (unset && adds(v)) {
        return ca_root_path(p->ca);
    }
    return unset || same(now, p->bundle) || same(now, bundle_system_roots()) ? p->bundle : NULL;
}

/* The first variable with this value; those that name one file share one bundle. */
static const struct variable *first_with(const char *value)
{
    const struct variable *v = variables;
    const char *set = getenv(v->name);
    while (!is_about_trust(v) || !same(set, value)) {
        v++;
        set = getenv(v->name);
    }
    return v;
}

static int add_variable(struct printing *p, const struct variable *v, struct err *err)
{
    const char *before = getenv(v->name);
    char own[PATH_MAX];
    struct err why;
    const char *common = common_file(p, v, before);
    if (common) {
        add_line(p, v->name, common);
        return 0;
    }
    if (snprintf(own, sizeof own, "%s/bundle-%s.pem", p->folder, first_with(before)->name) >=
        (int)sizeof own) {
        return err_set(err, ERR_SYSTEM, "the path of a bundle is longer than %d bytes", PATH_MAX);
    }
    if (bundle_write(own, before, ca_root_pem(p->ca), &why) != 0) {
        return err_set(err, why.code, "%s is set, but %s", v->name, why.text);
    }
    add_line(p, v->name, own);
    return 0;
}

static int add_trust(struct printing *p, struct err *err)
{
    if (snprintf(p->bundle, sizeof p->bundle, "%s/bundle.pem", p->folder) >=
        (int)sizeof p->bundle) {
        return err_set(err, ERR_SYSTEM, "the path of a bundle is longer than %d bytes", PATH_MAX);
    }
    int result = bundle_write(p->bundle, NULL, ca_root_pem(p->ca), err);
    for (size_t i = 0; result == 0 && i < variables_count; i++) {
        result = is_about_trust(&variables[i]) ? add_variable(p, &variables[i], err) : 0;
    }
    return result;
}

/* What the shell had, and this machine. */
static void add_not_through(struct printing *p, const char *name)
{
    struct str text;
    const char *before = getenv(name);
    str_init(&text, OUTPUT_MOST);
    if (before && before[0] && strcmp(before, NOT_THROUGH) != 0) {
        bool done = span_ends(span_of(before), SPAN("," NOT_THROUGH));
        str_addf(&text, "%s%s", before, done ? "" : "," NOT_THROUGH);
    } else {
        str_add(&text, SPAN(NOT_THROUGH));
    }
    add_line(p, name, str_cstr(&text));
    p->out.failed = p->out.failed || text.failed;
    str_release(&text);
}

static int add_proxy(struct printing *p, const char *address, struct err *err)
{
    static const char *const names[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"};
    struct listen_address at;
    const char *why = "expected the port of a running proxy, not 0";
    char url[URL_TEXT_SIZE];
    if (!listen_parse(span_of(address), &at, &why) || at.port == 0) {
        return err_set(err, ERR_USAGE, "--proxy \"%.60s\": %s", address, why);
    }
    bool ipv6 = strchr(at.host, ':') != NULL;
    snprintf(url, sizeof url, "http://%s%s%s:%u", ipv6 ? "[" : "", at.host, ipv6 ? "]" : "",
             at.port);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        add_line(p, names[i], url);
    }
    add_not_through(p, "NO_PROXY");
    add_not_through(p, "no_proxy");
    add_line(p, "NODE_USE_ENV_PROXY", "1"); /* Node 22.21, 24.5 and newer read the others then */
    return 0;
}

static int print_env(struct printing *p, const char *proxy)
{
    struct err err;
    str_init(&p->out, OUTPUT_MOST);
    if ((proxy && add_proxy(p, proxy, &err) != 0) || add_trust(p, &err) != 0) {
        str_release(&p->out);
        return say_error(&err);
    }
    int code = print_built(&p->out);
    str_release(&p->out);
    if (isatty(STDOUT_FILENO)) {
        say_to_copy("for this shell: ", "%s",
                    p->fish ? "why401 ca env --shell fish | source" : "eval \"$(why401 ca env)\"");
    }
    return code;
}

int ca_env(int argc, char **argv)
{
    struct ca_place place = {0};
    const char *shell = "sh";
    const char *proxy = NULL;
    const struct option_row rows[] = {{"--shell", "sh|fish", &shell, NULL},
                                      {"--proxy", "ADDR:PORT", &proxy, NULL},
                                      CA_CONFIG_ROW(place)};
    struct err err;
    int code;
    if (!ca_verb_read("ca env", rows, 3, argc, argv, &place, &code)) {
        return code;
    }
    bool fish = strcmp(shell, "fish") == 0;
    if (!fish && strcmp(shell, "sh") != 0) {
        say("--shell says \"%.40s\", but should be sh (for bash and zsh too) or fish", shell);
        return ENDED_UNUSED;
    }
    struct ca *ca = ca_open(place.folder, &err);
    if (!ca) {
        return say_error(&err);
    }
    struct printing p = {.ca = ca, .folder = place.folder, .fish = fish};
    code = print_env(&p, proxy);
    ca_free(ca);
    return code;
}
