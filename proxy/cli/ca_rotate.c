/* why401 ca rotate: a new CA, and what people have to do now that there is one. */
#include <stdio.h>
#include <unistd.h>

#include "ca_verb.h"
#include "fold.h"
#include "say.h"
#include "why401/base/clock.h"
#include "why401/tls/ca_facts.h"

static void tell(const struct ca *ca, bool was_trusted)
{
    struct ca_facts facts;
    char until[CLOCK_TEXT_SIZE];
    ca_describe(ca, &facts);
    fold_print(stdout, 0, "New local CA: %s, until %s", facts.root.subject,
               clock_minute(facts.root.until_ms, until));
    printf("  SHA-256 %s\n", facts.root.fingerprint);
    printf("What is left to do:\n");
    printf("  - ");
    fold_print(stdout, 4,
               "Clients have to trust the new root. It is in the same file, %s; those that were "
               "pointed to it, or to a bundle of 'why401 ca env', get it when they start again.",
               ca_root_path(ca));
    printf("  - ");
    fold_print(stdout, 4, "A why401 that is running keeps the old CA: start it again.");
    if (was_trusted) {
        printf("  - ");
        fold_print(stdout, 4,
                   "The system store trusts the old root: run 'why401 ca trust', which replaces "
                   "it.");
    }
    fold_print(stdout, 0,
               "Nobody has the key of the old CA any more, once those programs have ended. Its "
               "root is kept as ca-previous.pem, so that you can find where else you installed "
               "it.");
}

static int make_new(const char *folder, bool was_there, bool was_trusted)
{
    struct err err;
    struct ca *ca = NULL;
    if (ca_rotate(folder, &err) != 0 || ca_look(folder, &ca, &err) != 0) {
        return say_error(&err);
    }
    if (was_there) {
        tell(ca, was_trusted);
    } else {
        fold_print(stdout, 0, "There was no local CA yet, so this is the first one: %s",
                   ca_root_path(ca));
    }
    ca_free(ca);
    return printed_all() ? ENDED_WELL : ENDED_BADLY;
}

int ca_renew(int argc, char **argv)
{
    struct ca_place place = {0};
    bool yes = false;
    const struct option_row rows[] = {{"--yes", NULL, NULL, &yes}, CA_CONFIG_ROW(place)};
    char root[PATH_MAX];
    struct ca_tier old;
    int code;
    if (!ca_verb_read("ca rotate", rows, 2, argc, argv, &place, &code)) {
        return code;
    }
    bool was_there = access(place.folder, F_OK) == 0;
    int len = snprintf(root, sizeof root, "%s/ca.pem", place.folder);
    bool known = len < (int)sizeof root && ca_describe_file(root, &old);
    if (was_there && !yes) {
        say("every client that trusts %s has to trust a new root then",
            known ? old.subject : place.folder);
        if (!ca_confirm("Make a new CA?", &code)) {
            return code;
        }
    }
    return make_new(place.folder, was_there, known && ca_system_trusts(root));
}
