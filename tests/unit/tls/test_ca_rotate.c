/* A new CA in the place of the old one, and what people are told about both. */
#include "certs.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "ca_parts.h"
#include "why401/tls/bundle.h"
#include "why401/tls/ca_facts.h"

static char *folder;
static char dir[600];

static int set_up(void **state)
{
    (void)state;
    folder = test_folder();
    snprintf(dir, sizeof dir, "%s/why401", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_folder_remove(folder);
    return 0;
}

/* A path in the CA's folder; good until the call after the next. */
static const char *inside(const char *name)
{
    static char paths[2][700];
    static unsigned turn;
    char *path = paths[turn++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static struct ca_facts facts_of_ca(void)
{
    struct err err = {0};
    struct ca *ca = NULL;
    struct ca_facts facts;
    int result = ca_look(dir, &ca, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(result, 0);
    ca_describe(ca, &facts);
    ca_free(ca);
    return facts;
}

static struct ca_facts create(void)
{
    struct ca *ca = ca_open(dir, NULL);
    assert_non_null(ca);
    ca_free(ca);
    return facts_of_ca();
}

static void rotate(void)
{
    struct err err = {0};
    int result = ca_rotate(dir, &err);
    assert_string_equal(err.text, "");
    assert_int_equal(result, 0);
}

static void assert_refused(const char *part)
{
    struct err err = {0};
    assert_int_equal(ca_rotate(dir, &err), -1);
    if (!strstr(err.text, part)) {
        print_error("\"%s\" is not in \"%s\"\n", part, err.text);
    }
    assert_non_null(strstr(err.text, part));
}

static int entries_of(const char *path)
{
    DIR *listing = opendir(path);
    int count = 0;
    assert_non_null(listing);
    for (struct dirent *entry = readdir(listing); entry; entry = readdir(listing)) {
        count += entry->d_name[0] != '.';
    }
    closedir(listing);
    return count;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void looking_creates_nothing(void **state)
{
    (void)state;
    struct err err = {0};
    struct ca *ca = NULL;
    assert_int_equal(ca_look(dir, &ca, &err), 1);
    assert_null(ca);
    assert_int_equal(entries_of(folder), 0);
}

static void everything_is_new_and_the_old_root_is_kept(void **state)
{
    (void)state;
    struct ca_facts before = create();
    rotate();
    struct ca_facts after = facts_of_ca();
    struct ca_tier previous;
    assert_string_not_equal(before.root.fingerprint, after.root.fingerprint);
    assert_string_not_equal(before.root.subject, after.root.subject);
    assert_string_not_equal(before.intermediate.fingerprint, after.intermediate.fingerprint);
    assert_true(ca_describe_file(inside(CA_PREVIOUS_FILE), &previous));
    assert_string_equal(previous.fingerprint, before.root.fingerprint);
    assert_int_equal(entries_of(dir), 4);
    assert_int_equal(entries_of(folder), 1); /* the old key is nowhere */
    rotate();
    assert_true(ca_describe_file(inside(CA_PREVIOUS_FILE), &previous));
    assert_string_equal(previous.fingerprint, after.root.fingerprint);
}

static void who_has_it_open_keeps_it(void **state)
{
    (void)state;
    struct ca *ca = ca_open(dir, NULL);
    assert_non_null(ca);
    rotate();
    struct ca_facts facts;
    ca_describe(ca, &facts);
    assert_string_not_equal(facts.root.fingerprint, facts_of_ca().root.fingerprint);
    assert_true(ca_permits(ca, SPAN("app.bitgo.com")));
    ca_free(ca);
}

static void where_there_is_none_one_is_made(void **state)
{
    (void)state;
    rotate();
    assert_int_equal(facts_of_ca().name_count, 7);
    assert_int_equal(access(inside(CA_PREVIOUS_FILE), F_OK), -1);
}

static void an_unusable_ca_is_replaced_too(void **state)
{
    (void)state;
    create();
    assert_int_equal(unlink(inside(CA_KEY_FILE)), 0);
    write_file(inside(CA_ROOT_FILE), "no certificate");
    chmod(dir, 0755);
    rotate();
    facts_of_ca();
    assert_int_equal(access(inside(CA_PREVIOUS_FILE), F_OK), -1);
}

static void bundles_get_the_new_root_and_other_files_stay(void **state)
{
    (void)state;
    create();
    write_file(inside("base.pem"),
               "-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n");
    struct ca *ca = ca_open(dir, NULL);
    assert_int_equal(bundle_write(inside("bundle.pem"), inside("base.pem"), ca_root_pem(ca), NULL),
                     0);
    ca_free(ca);
    rotate();
    ca = ca_open(dir, NULL);
    char text[8192];
    FILE *file = fopen(inside("bundle.pem"), "r");
    assert_non_null(file);
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    assert_true(span_starts(span(text, len), SPAN("-----BEGIN CERTIFICATE-----\nYQ==\n")));
    assert_true(span_ends(span(text, len), ca_root_pem(ca)));
    assert_true(len < 200 + ca_root_pem(ca).len); /* the old root is gone */
    assert_int_equal(access(inside("base.pem"), F_OK), 0);
    ca_free(ca);
}

/* Kills a process that rotates, after so many microseconds. */
static void rotate_and_kill(unsigned after_us)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        ca_rotate(dir, NULL);
        _exit(0);
    }
    usleep(after_us);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void a_kill_leaves_the_old_one_or_the_new_one(void **state)
{
    (void)state;
    create();
    for (unsigned i = 0; i < 60; i++) {
        rotate_and_kill(i * 100);
        facts_of_ca();
    }
    rotate();
    assert_int_equal(entries_of(folder), 1);
    assert_int_equal(entries_of(dir), 4);
}

static void readers_always_find_one(void **state)
{
    (void)state;
    create();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        for (int i = 0; i < 30; i++) {
            if (ca_rotate(dir, NULL) != 0) {
                _exit(1);
            }
        }
        _exit(0);
    }
    int status = -1;
    while (waitpid(child, &status, WNOHANG) == 0) {
        facts_of_ca();
    }
    assert_int_equal(status, 0);
}

static void a_second_rotation_is_refused(void **state)
{
    (void)state;
    create();
    int other = open(dir, O_RDONLY | O_DIRECTORY);
    assert_int_equal(flock(other, LOCK_EX), 0);
    assert_refused("is being rotated by another why401");
    close(other);
    rotate();
}

static void what_is_not_the_users_own_is_left_alone(void **state)
{
    (void)state;
    char target[600];
    create();
    snprintf(target, sizeof target, "%s/precious", folder);
    assert_int_equal(mkdir(target, 0700), 0);
    snprintf(target, sizeof target, "%s/precious/letter", folder);
    write_file(target, "dear");
    char fresh[700];
    snprintf(fresh, sizeof fresh, "%s.rotating", dir);
    assert_int_equal(symlink("precious", fresh), 0);
    assert_refused("why401.rotating cannot be opened as a folder");
    assert_int_equal(access(target, F_OK), 0);
    memcpy(dir, fresh, strlen(fresh) + 1);
    assert_refused("cannot be opened as a folder");
}

static void it_is_described(void **state)
{
    (void)state;
    struct ca_facts facts = create();
    assert_true(span_starts(span_of(facts.root.subject), SPAN("O=why401, CN=why401 local root ")));
    assert_true(
        span_starts(span_of(facts.intermediate.subject), SPAN("O=why401, CN=why401 local CA ")));
    assert_int_equal(strlen(facts.root.fingerprint), 95);
    assert_int_equal((facts.root.until_ms - facts.root.from_ms) / 1000,
                     (CA_DAYS + 2) * DAY_SECONDS);
    assert_string_equal(facts.names[0], "localhost");
    assert_string_equal(facts.names[1], "bitgo.com");
    assert_string_equal(facts.names[5], "127.0.0.0/8");
    assert_string_equal(facts.names[6], "::1/128");
    assert_false(ca_system_trusts(inside(CA_ROOT_FILE)));
    assert_false(ca_system_trusts(inside("none.pem")));
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(looking_creates_nothing),
        T(everything_is_new_and_the_old_root_is_kept),
        T(who_has_it_open_keeps_it),
        T(where_there_is_none_one_is_made),
        T(an_unusable_ca_is_replaced_too),
        T(bundles_get_the_new_root_and_other_files_stay),
        T(a_kill_leaves_the_old_one_or_the_new_one),
        T(readers_always_find_one),
        T(a_second_rotation_is_refused),
        T(what_is_not_the_users_own_is_left_alone),
        T(it_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
