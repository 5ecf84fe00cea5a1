/* why401 ca show: what the CA is, as text or as JSON. It creates nothing: somebody who looks wants
 * to know what there is, and a missing CA is an answer, with the exit code 1. */
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ca_verb.h"
#include "fold.h"
#include "paint.h"
#include "print_json.h"
#include "say.h"
#include "why401/base/clock.h"
#include "why401/base/str.h"
#include "why401/observe/text.h"
#include "why401/tls/ca_facts.h"

#define TEXT_COLUMN 17    /* behind a label */
#define TEXT_MOST   4096  /* bytes of a path */
#define LINE_MOST   16384 /* bytes of it with what does not print escaped */

struct showing {
    const struct paint *paint;
    const char *folder;
    struct ca_facts facts;
    struct ca_tier previous; /* the root before the last rotation */
    bool has_previous;
    bool trusted;          /* by the system's store */
    bool previous_trusted; /* that is worth a warning */
};

static const char *path_in(const struct showing *s, const char *name, char path[PATH_MAX])
{
    int len = snprintf(path, PATH_MAX, "%s/%s", s->folder, name);
    return len < PATH_MAX ? path : "";
}

/* "0600"; "" when there is no such file. */
static const char *mode_of(const struct showing *s, const char *name, char text[8])
{
    char path[PATH_MAX];
    struct stat st;
    text[0] = '\0';
    if (lstat(path_in(s, name, path), &st) == 0) {
        snprintf(text, 8, "%04o", (unsigned)(st.st_mode & 07777));
    }
    return text;
}

static void find_out(struct showing *s, const struct ca *ca)
{
    char path[PATH_MAX];
    ca_describe(ca, &s->facts);
    s->trusted = ca_system_trusts(path_in(s, "ca.pem", path));
    path_in(s, "ca-previous.pem", path);
    s->has_previous = ca_describe_file(path, &s->previous);
    s->previous_trusted = s->has_previous && ca_system_trusts(path);
}

static void print_line(const struct showing *s, const char *label, const char *text)
{
    printf("  %s%-14s%s ", s->paint->dim, label, s->paint->reset);
    fold_print(stdout, TEXT_COLUMN, "%s", text);
}

static void print_tier(const struct showing *s, const struct ca_tier *tier)
{
    char from[CLOCK_TEXT_SIZE];
    char until[CLOCK_TEXT_SIZE];
    char when[CA_WHEN_SIZE];
    char text[3 * CLOCK_TEXT_SIZE + CA_WHEN_SIZE];
    print_line(s, "subject", tier->subject);
    print_line(s, "SHA-256", tier->fingerprint);
    snprintf(text, sizeof text, "%s to %s (ends %s)", clock_minute(tier->from_ms, from),
             clock_minute(tier->until_ms, until), ca_when(tier->until_ms, when));
    print_line(s, "valid", text);
}

static void print_file(const struct showing *s, const char *label, const char *name)
{
    char path[PATH_MAX];
    char mode[8];
    struct str text;
    str_init(&text, TEXT_MOST);
    str_addf(&text, "%s (mode %s)", name[0] ? path_in(s, name, path) : s->folder,
             mode_of(s, name, mode));
    print_line(s, label, str_cstr(&text));
    str_release(&text);
}

static void print_names(const struct showing *s)
{
    struct str text;
    str_init(&text, TEXT_MOST);
    for (size_t i = 0; i < s->facts.name_count; i++) {
        str_addf(&text, "%s%s", i ? ", " : "", s->facts.names[i]);
    }
    str_add(&text, SPAN("; what lies below a domain too, and nothing else"));
    print_line(s, "signs for", str_cstr(&text));
    str_release(&text);
}

static void print_heading(const struct showing *s, const char *name, const char *text)
{
    printf("%s%s%s: ", s->paint->bold, name, s->paint->reset);
    fold_print(stdout, strlen(name) + 2, "%s", text);
}

static void print_text(const struct showing *s)
{
    const struct paint *p = s->paint;
    print_heading(s, "Root", "what clients trust; its key was thrown away");
    print_file(s, "file", "ca.pem");
    print_tier(s, &s->facts.root);
    print_heading(s, "Intermediate", "signs the certificates that clients see");
    print_file(s, "file", "intermediate.pem");
    print_file(s, "key", "intermediate-key.pem");
    print_tier(s, &s->facts.intermediate);
    print_names(s);
    printf("%sThis machine%s\n", p->bold, p->reset);
    print_file(s, "folder", "");
    print_line(s, "system store",
               s->trusted ? "trusts the root; 'why401 ca untrust' takes it away"
                          : "does not trust the root; 'why401 ca trust' installs it, 'why401 ca "
                            "env' does without");
    if (s->has_previous) {
        print_line(s, "previous root", s->previous.subject);
    }
    if (s->previous_trusted) {
        print_line(s, "",
                   "the system store still trusts that one: 'why401 ca trust' replaces it, "
                   "'why401 ca untrust' takes it away");
    }
}

static json_t *path_json(const char *path)
{
    struct str text;
    str_init(&text, LINE_MOST);
    text_utf8(&text, span_of(path));
    json_t *value = json_string(str_cstr(&text));
    str_release(&text);
    return value;
}

static json_t *tier_json(const struct showing *s, const char *name, const struct ca_tier *tier)
{
    char path[PATH_MAX];
    char text[CLOCK_TEXT_SIZE];
    char mode[8];
    json_t *object = json_object();
    int64_t left = tier->until_ms - clock_wall_ms();
    json_object_set_new(object, "file", path_json(path_in(s, name, path)));
    json_object_set_new(object, "mode", json_string(mode_of(s, name, mode)));
    json_object_set_new(object, "subject", json_string(tier->subject));
    json_object_set_new(object, "sha256", json_string(tier->fingerprint));
    json_object_set_new(object, "not_before", json_string(clock_text(tier->from_ms, text)));
    json_object_set_new(object, "not_after", json_string(clock_text(tier->until_ms, text)));
    json_object_set_new(object, "days_left", json_integer((json_int_t)(left / 86400000)));
    return object;
}

static json_t *previous_json(const struct showing *s)
{
    if (!s->has_previous) {
        return json_null();
    }
    json_t *object = tier_json(s, "ca-previous.pem", &s->previous);
    json_object_set_new(object, "system_store_trusts", json_boolean(s->previous_trusted));
    return object;
}

static void print_object(const struct showing *s)
{
    char path[PATH_MAX];
    char mode[8];
    json_t *object = json_object();
    json_t *names = json_array();
    json_t *key = json_object();
    for (size_t i = 0; i < s->facts.name_count; i++) {
        json_array_append_new(names, json_string(s->facts.names[i]));
    }
    json_object_set_new(key, "file", path_json(path_in(s, "intermediate-key.pem", path)));
    json_object_set_new(key, "mode", json_string(mode_of(s, "intermediate-key.pem", mode)));
    json_object_set_new(object, "folder", path_json(s->folder));
    json_object_set_new(object, "mode", json_string(mode_of(s, "", mode)));
    json_object_set_new(object, "root", tier_json(s, "ca.pem", &s->facts.root));
    json_object_set_new(object, "intermediate",
                        tier_json(s, "intermediate.pem", &s->facts.intermediate));
    json_object_set_new(object, "key", key);
    json_object_set_new(object, "names", names);
    json_object_set_new(object, "system_store_trusts", json_boolean(s->trusted));
    json_object_set_new(object, "previous", previous_json(s));
    print_json(object);
}

int ca_show(int argc, char **argv)
{
    struct ca_place place = {0};
    bool json = false;
    const struct option_row rows[] = {{"--json", NULL, NULL, &json}, CA_CONFIG_ROW(place)};
    struct err err;
    struct ca *ca;
    int code;
    if (!ca_verb_read("ca show", rows, 2, argc, argv, &place, &code)) {
        return code;
    }
    int result = ca_look(place.folder, &ca, &err);
    if (result == 1) {
        say("there is no local CA yet in %s; 'why401 run' and 'why401 ca path' make it",
            place.folder);
        return ENDED_BADLY;
    }
    if (result != 0) {
        return say_error(&err);
    }
    struct showing s = {.paint = paint_for(STDOUT_FILENO), .folder = place.folder};
    find_out(&s, ca);
    ca_free(ca);
    (json ? print_object : print_text)(&s);
    return printed_all() ? ENDED_WELL : ENDED_BADLY;
}
