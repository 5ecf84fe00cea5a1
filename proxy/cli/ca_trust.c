/* why401 ca trust and untrust: the root into the system's store of roots, and out of it again. The
 * system's own tools do it; this file knows which, says so, asks, and runs them one after the other
 * until one fails. Nothing goes through a shell. What reads other stores than the system's is named
 * at the end, with what to do for it. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ca_verb.h"
#include "command.h"
#include "fold.h"
#include "say.h"
#include "why401/tls/ca_facts.h"

#define WORDS_MOST  14
#define STEPS_MOST  3
#define CA          "{ca}" /* stands for the root's file */
#define DEBIAN_FILE "/usr/local/share/ca-certificates/why401.crt"
#define FEDORA_FILE "/etc/pki/ca-trust/source/anchors/why401.crt"
#define JAVA_STORE  "/etc/ssl/certs/java/cacerts"
#define JAVA_ALIAS  "debian:why401.pem"

struct step {
    const char *words[WORDS_MOST]; /* ends with a NULL */
};

static const struct store {
    const char *name;   /* of --system */
    const char *folder; /* systems of this kind have it */
    struct step trust[STEPS_MOST];
    struct step untrust[STEPS_MOST];
} stores[] = {
    /* --fresh: without it a root that replaces one in the same file gets no link by its name, so
     * OpenSSL does not find it, and Java's store keeps the old one. */
    {"debian",
     "/usr/local/share/ca-certificates",
     {{{"install", "-m", "0644", CA, DEBIAN_FILE}}, {{"update-ca-certificates", "--fresh"}}},
     {{{"rm", "-f", DEBIAN_FILE}}, {{"update-ca-certificates", "--fresh"}}}},
    {"fedora",
     "/etc/pki/ca-trust/source/anchors",
     {{{"install", "-m", "0644", CA, FEDORA_FILE}}, {{"update-ca-trust", "extract"}}},
     {{{"rm", "-f", FEDORA_FILE}}, {{"update-ca-trust", "extract"}}}},
    {"macos",
     "/Library/Keychains",
     {{{"security", "add-trusted-cert", "-d", "-r", "trustRoot", "-k",
        "/Library/Keychains/System.keychain", CA}}},
     {{{"security", "remove-trusted-cert", "-d", CA}}}},
};

/* Debian's update-ca-certificates never takes a certificate out of Java's store again. */
static const struct step java_step = {{"keytool", "-delete", "-noprompt", "-alias", JAVA_ALIAS,
                                       "-keystore", JAVA_STORE, "-storepass", "changeit"}};

struct plan {
    struct step steps[STEPS_MOST + 1];
    size_t count;
};

static const struct store *find_store(const char *name)
{
    for (size_t i = 0; i < sizeof stores / sizeof stores[0]; i++) {
        if (name ? strcmp(stores[i].name, name) == 0 : access(stores[i].folder, F_OK) == 0) {
            return &stores[i];
        }
    }
    if (name) {
        say("--system says \"%.40s\", but should be debian (Ubuntu too), fedora (RHEL too) or "
            "macos",
            name);
    } else {
        say("this system's store of root certificates was not recognised; on Debian and Ubuntu it "
            "comes with the package ca-certificates. 'why401 ca env' does without");
    }
    return NULL;
}

/* A store in the old format of Java, which Debian uses, has its aliases in plain text. */
static bool java_has_it(void)
{
    char part[65536];
    size_t kept = 0;
    bool found = false;
    FILE *file = fopen(JAVA_STORE, "r");
    while (file && !found) {
        size_t len = kept + fread(part + kept, 1, sizeof part - kept, file);
        found = span_find(span(part, len), SPAN(JAVA_ALIAS)) >= 0;
        if (len < sizeof part) {
            break;
        }
        kept = sizeof JAVA_ALIAS;
        memmove(part, part + len - kept, kept);
    }
    if (file) {
        (void)fclose(file); /* it was only read */
    }
    return found;
}

static void add_step(struct plan *plan, const struct step *template, const char *root)
{
    struct step *step = &plan->steps[plan->count++];
    size_t at = 0;
    if (geteuid() != 0) {
        step->words[at++] = "sudo";
    }
    for (size_t i = 0; template->words[i] && at + 1 < WORDS_MOST; i++) {
        const char *word = template->words[i];
        step->words[at++] = strcmp(word, CA) == 0 ? root : word;
    }
}

static struct plan make_plan(const struct store *store, bool trust, const char *root)
{
    struct plan plan = {0};
    const struct step *steps = trust ? store->trust : store->untrust;
    for (size_t i = 0; i < STEPS_MOST && steps[i].words[0]; i++) {
        add_step(&plan, &steps[i], root);
    }
    if (!trust && strcmp(store->name, "debian") == 0 && java_has_it()) {
        add_step(&plan, &java_step, root);
    }
    return plan;
}

static void print_plan(const struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        command_print(plan->steps[i].words);
    }
}

static bool run_plan(const struct plan *plan)
{
    struct err err;
    for (size_t i = 0; i < plan->count; i++) {
        if (command_run_words(plan->steps[i].words, &err) != 0) {
            say("%s", err.text);
            say(i == 0 ? "nothing was changed" : "the commands before it were carried out");
            return false;
        }
    }
    return true;
}

/* What does not read the system's store; `mark` begins each line. */
static void print_others(const char *root, const char *mark)
{
    char word[4 * PATH_MAX];
    const char *ca = shell_word(root, word, sizeof word);
    printf("%sWhat has roots of its own, and does not look there:\n", mark);
    printf("%s  Node.js      NODE_EXTRA_CA_CERTS=%s\n", mark, ca);
    printf("%s  Deno         DENO_CERT=%s\n", mark, ca);
    printf("%s  Python       requests and pip: REQUESTS_CA_BUNDLE and PIP_CERT, see below\n", mark);
    printf("%s  Java         keytool -importcert -noprompt -cacerts -storepass changeit \\\n"
           "%s                 -alias why401 -file %s\n"
           "%s               (Debian's own Java looks there)\n",
           mark, mark, ca, mark);
    printf("%s  Firefox      Settings, Privacy & Security, View Certificates, Authorities,\n"
           "%s               Import: %s\n",
           mark, mark, ca);
    printf("%sFor all that read variables, in one shell: eval \"$(why401 ca env)\"\n", mark);
}

struct wish {
    struct ca_place place;
    const char *system; /* NULL: this one */
    bool print;
    bool yes;
};

/* False: the program ends with *code. */
static bool read_wish(const char *verb, int argc, char **argv, struct wish *w,
                      const struct store **store, int *code)
{
    const struct option_row rows[] = {{"--print", NULL, NULL, &w->print},
                                      {"--yes", NULL, NULL, &w->yes},
                                      {"--system", "debian|fedora|macos", &w->system, NULL},
                                      CA_CONFIG_ROW(w->place)};
    if (!ca_verb_read(verb, rows, 4, argc, argv, &w->place, code)) {
        return false;
    }
    *store = find_store(w->system);
    *code = ENDED_UNUSED;
    return *store != NULL;
}

/* Says what will run and asks. */
static bool agreed(const struct wish *w, const struct plan *plan, const char *what, int *code)
{
    fold_print(stderr, 0, "%s. These commands will run:", what);
    for (size_t i = 0; i < plan->count; i++) {
        command_show(plan->steps[i].words);
    }
    return w->yes || ca_confirm("Run them?", code);
}

static int trust(const struct wish *w, const struct store *store, const char *root)
{
    struct plan plan = make_plan(store, true, root);
    int code;
    if (w->print) {
        print_plan(&plan);
        print_others(root, "# ");
        return printed_all() ? ENDED_WELL : ENDED_BADLY;
    }
    if (!agreed(w, &plan,
                "Every program that reads the system's store will trust whoever has the key beside "
                "the root, for localhost and BitGo's hosts only",
                &code)) {
        return code;
    }
    if (!run_plan(&plan)) {
        return ENDED_BADLY;
    }
    if (strcmp(store->name, "macos") != 0 && !ca_system_trusts(root)) {
        say("the commands ended well, but the system's store does not hold the root");
        return ENDED_BADLY;
    }
    fold_print(stdout, 0, "The system's store trusts %s now; 'why401 ca untrust' takes it away.",
               root);
    printf("\n");
    print_others(root, "");
    return printed_all() ? ENDED_WELL : ENDED_BADLY;
}

int ca_trust(int argc, char **argv)
{
    struct wish w = {0};
    const struct store *store;
    struct err err;
    int code;
    if (!read_wish("ca trust", argc, argv, &w, &store, &code)) {
        return code;
    }
    struct ca *ca = ca_open(w.place.folder, &err);
    if (!ca) {
        return say_error(&err);
    }
    code = trust(&w, store, ca_root_path(ca));
    ca_free(ca);
    return code;
}

int ca_untrust(int argc, char **argv)
{
    struct wish w = {0};
    const struct store *store;
    char root[PATH_MAX + 8];
    int code;
    if (!read_wish("ca untrust", argc, argv, &w, &store, &code)) {
        return code;
    }
    snprintf(root, sizeof root, "%s/ca.pem", w.place.folder);
    struct plan plan = make_plan(store, false, root);
    if (w.print) {
        print_plan(&plan);
        return printed_all() ? ENDED_WELL : ENDED_BADLY;
    }
    if (!agreed(&w, &plan, "The root leaves the system's store", &code)) {
        return code;
    }
    if (!run_plan(&plan)) {
        return ENDED_BADLY;
    }
    if (ca_system_trusts(root)) {
        say("the commands ended well, but the system's store still trusts %s", root);
        return ENDED_BADLY;
    }
    fold_print(stdout, 0,
               "The system's store has no root of why401 any more. Variables and other stores that "
               "you set yourself are as they were; the CA is still in %s.",
               w.place.folder);
    return printed_all() ? ENDED_WELL : ENDED_BADLY;
}
