/* The run directory: what is in it, what it starts from, and that nothing else is ever removed. */
#include "testing.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "place_parts.h"
#include "words.h"

/* A certificate's Base64, as far as anybody here looks into it. */
#define PEM(base64) "-----BEGIN CERTIFICATE-----\n" base64 "\n-----END CERTIFICATE-----\n"

static char home[] = "/tmp/why401-test-XXXXXX";
static char own_roots[200], wgetrc[200], temporary[200];
static struct err err;

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static char *in_home(char *path, const char *prefix, const char *name)
{
    snprintf(path, 200, "%s%s/%s", prefix, home, name);
    return path;
}

static const char *read_text(const struct child_place *place, const char *name)
{
    static char text[1 << 20];
    char path[PATH_MAX];
    place_path(place, name, path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static struct child_place *make(char *const *parent)
{
    struct child_place_options options = {
        .parent = parent, .port = 8401, .ca_pem = SPAN(PEM("T1VSUw=="))};
    return child_place_make(&options, &err);
}

static bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

static int set_up(void **state)
{
    char path[200];
    (void)state;
    assert_non_null(mkdtemp(home));
    in_home(own_roots, "SSL_CERT_FILE=", "roots.pem");
    in_home(temporary, "TMPDIR=", "with space");
    in_home(wgetrc, "HOME=", "");
    write_text(in_home(path, "", "roots.pem"), "a comment\n" PEM("Um9vdHM="));
    write_text(in_home(path, "", "company.pem"), PEM("Q29tcGFueQ=="));
    return mkdir(in_home(path, "", "with space"), 0700);
}

static int tear_down(void **state)
{
    char command[300];
    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", home);
    return system(command);
}

static void test_files(void **state)
{
    char **parent = WORDS(own_roots, temporary, wgetrc);
    struct stat st;
    char expected[600];
    struct child_place *place = make(parent);
    (void)state;
    assert_non_null(place);
    const char *dir = child_place_dir(place);
    assert_non_null(strstr(dir, "/with space/why401-"));
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_string_equal(read_text(place, "ca.pem"), PEM("T1VSUw=="));
    assert_non_null(strstr(read_text(place, "bundle.pem"), "Um9vdHM="));
    assert_non_null(strstr(read_text(place, "bundle.pem"), "T1VSUw=="));
    assert_non_null(strstr(read_text(place, "preload.cjs"), "tls.connect = connect;"));
    assert_non_null(strstr(read_text(place, "php/prepend.php"), "stream_context_set_default"));
    snprintf(expected, sizeof expected, "openssl.cafile = \"%s/bundle.pem\"\n", dir);
    assert_non_null(strstr(read_text(place, "php/why401.ini"), expected));
    snprintf(expected, sizeof expected, "\nca_certificate = %s/bundle.pem\n", dir);
    assert_non_null(strstr(read_text(place, "wgetrc"), expected));
    snprintf(expected, sizeof expected, "%s", dir);
    child_place_remove(place);
    assert_false(exists(expected));
}

/* Whoever may write to a folder may rename what is in it, unless it is sticky. */
static void test_a_folder_that_others_may_write_to_comes_last(void **state)
{
    (void)state;
    char path[200], open[200];
    char *const parent[] = {in_home(open, "TMPDIR=", "open"), own_roots, NULL};
    static const mode_t modes[] = {0777, 0770, 01777, 0700};
    assert_int_equal(mkdir(in_home(path, "", "open"), 0700), 0);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        struct child_place *place = make(parent);
        assert_non_null(place);
        assert_int_equal(span_starts(span_of(child_place_dir(place)), span_of(path)), i >= 2);
        child_place_remove(place);
    }
    assert_int_equal(rmdir(path), 0);
}

static void test_a_bundle_for_each_base(void **state)
{
    char company[200], again[200], path[PATH_MAX];
    char **parent =
        WORDS(own_roots, temporary, in_home(company, "REQUESTS_CA_BUNDLE=", "company.pem"),
              in_home(again, "NODE_EXTRA_CA_CERTS=", "company.pem"));
    struct child_place *place = make(parent);
    (void)state;
    assert_non_null(place);
    assert_int_equal(place->count, 2);
    assert_null(strstr(read_text(place, "bundle-2.pem"), "Um9vdHM="));
    assert_non_null(strstr(read_text(place, "bundle-2.pem"), "Q29tcGFueQ=="));
    assert_non_null(strstr(read_text(place, "bundle-2.pem"), "T1VSUw=="));
    place_bundle(place, place_base(parent, "REQUESTS_CA_BUNDLE"), path);
    assert_non_null(strstr(path, "/bundle-2.pem"));
    place_bundle(place, place_base(parent, "CURL_CA_BUNDLE"), path);
    assert_non_null(strstr(path, "/bundle.pem"));
    child_place_remove(place);
}

static void test_what_cannot_be_read_is_refused_by_name(void **state)
{
    char **parent = WORDS(own_roots, temporary, "PIP_CERT=/nonexistent/roots.pem");
    char path[200];
    (void)state;
    assert_null(make(parent));
    assert_int_equal(err.code, ERR_SYSTEM);
    assert_non_null(strstr(err.text, "PIP_CERT: "));
    assert_non_null(strstr(err.text, "/nonexistent/roots.pem"));
    assert_int_equal(rmdir(in_home(path, "", "with space")), 0); /* nothing was left in it */
    assert_int_equal(mkdir(path, 0700), 0);
}

static void test_the_users_wgetrc_comes_first(void **state)
{
    char path[200];
    char **parent = WORDS(own_roots, temporary, wgetrc);
    char **named = WORDS(own_roots, temporary, wgetrc, "WGETRC=/nonexistent/wgetrc");
    write_text(in_home(path, "", ".wgetrc"), "user = somebody");
    struct child_place *place = make(parent);
    (void)state;
    assert_non_null(place);
    assert_ptr_equal(strstr(read_text(place, "wgetrc"), "user = somebody\nca_certificate = "),
                     read_text(place, "wgetrc"));
    child_place_remove(place);
    assert_null(make(named));
    assert_non_null(strstr(err.text, "WGETRC: /nonexistent/wgetrc cannot be read"));
    assert_int_equal(unlink(path), 0);
}

/* The child may leave anything. Links are removed, never what they lead to. */
static void test_removal_follows_no_link(void **state)
{
    char outside[200], kept[200], path[PATH_MAX], link_path[PATH_MAX];
    char **parent = WORDS(own_roots, temporary);
    struct child_place *place = make(parent);
    (void)state;
    assert_non_null(place);
    assert_int_equal(mkdir(in_home(outside, "", "outside"), 0700), 0);
    write_text(in_home(kept, "", "outside/kept"), "kept");
    place_path(place, "deep", path);
    assert_int_equal(mkdir(path, 0700), 0);
    place_path(place, "deep/deeper", path);
    assert_int_equal(mkdir(path, 0700), 0);
    place_path(place, "deep/deeper/folder", link_path);
    assert_int_equal(symlink(outside, link_path), 0);
    place_path(place, "deep/deeper/file", link_path);
    assert_int_equal(symlink(kept, link_path), 0);
    place_path(place, ".hidden", path);
    write_text(path, "left by the child");
    snprintf(path, sizeof path, "%s", child_place_dir(place));
    child_place_remove(place);
    assert_false(exists(path));
    assert_true(exists(kept));
}

static void test_what_took_its_place_is_left_alone(void **state)
{
    char outside[200], kept[200], dir[PATH_MAX], moved[PATH_MAX + 10];
    char **parent = WORDS(own_roots, temporary);
    struct child_place *place = make(parent);
    (void)state;
    assert_non_null(place);
    snprintf(dir, sizeof dir, "%s", child_place_dir(place));
    snprintf(moved, sizeof moved, "%s-moved", dir);
    assert_int_equal(rename(dir, moved), 0);
    in_home(kept, "", "outside/kept");
    assert_int_equal(symlink(in_home(outside, "", "outside"), dir), 0);
    place_clear(place);
    assert_true(exists(kept));
    assert_int_equal(unlink(dir), 0);
    assert_int_equal(mkdir(dir, 0700), 0);
    child_place_remove(place);
    assert_true(exists(dir));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_a_folder_that_others_may_write_to_comes_last),
        cmocka_unit_test(test_a_bundle_for_each_base),
        cmocka_unit_test(test_what_cannot_be_read_is_refused_by_name),
        cmocka_unit_test(test_the_users_wgetrc_comes_first),
        cmocka_unit_test(test_removal_follows_no_link),
        cmocka_unit_test(test_what_took_its_place_is_left_alone),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
