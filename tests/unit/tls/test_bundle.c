/* Bundles: the roots that a client had, then ours, in one file. */
#include "certs.h"

#include <sys/stat.h>

#include "why401/base/str.h"
#include "why401/tls/bundle.h"

#define PEM(text) "-----BEGIN CERTIFICATE-----\n" text "\n-----END CERTIFICATE-----\n"

static const char ours[] = PEM("b3Vycw==");
static const char newer[] = PEM("bmV3ZXI=");

static char *folder;
static char base[512];
static char bundle[512];

static int set_up(void **state)
{
    (void)state;
    folder = test_folder();
    snprintf(base, sizeof base, "%s/base.pem", folder);
    snprintf(bundle, sizeof bundle, "%s/bundle.pem", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_folder_remove(folder);
    return 0;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* The file's text, in one place that the next call uses again. */
static const char *text_of(const char *path)
{
    static char text[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void bundle_from(const char *path, const char *root)
{
    struct err err = {0};
    int result = bundle_write(bundle, path, span_of(root), &err);
    assert_string_equal(err.text, "");
    assert_int_equal(result, 0);
}

static void assert_refused(const char *path, const char *part)
{
    struct err err = {0};
    assert_int_equal(bundle_write(bundle, path, span_of(ours), &err), -1);
    assert_int_equal(err.code, ERR_SYSTEM);
    if (!strstr(err.text, part)) {
        print_error("\"%s\" is not in \"%s\"\n", part, err.text);
    }
    assert_non_null(strstr(err.text, part));
}

#define MARK "# The root certificate of the why401 on this machine\n"

static void the_base_comes_first_then_ours(void **state)
{
    (void)state;
    struct stat st;
    mode_t before = umask(0777);
    write_file(base, "");
    chmod(base, 0600);
    write_file(base, PEM("YQ==") PEM("Yg=="));
    bundle_from(base, ours);
    umask(before);
    assert_int_equal(stat(bundle, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0644);
    assert_string_equal(text_of(bundle), PEM("YQ==") PEM("Yg==") MARK PEM("b3Vycw=="));
}

static void only_certificates_are_copied(void **state)
{
    (void)state;
    write_file(base,
               "# a comment\n" PEM(
                   "YQ==") "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n"
                           "-----END PRIVATE KEY-----\n-----BEGIN TRUSTED CERTIFICATE-----\nYg==\n"
                           "-----END TRUSTED CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nhalf");
    bundle_from(base, ours);
    assert_string_equal(text_of(bundle),
                        PEM("YQ==") "-----BEGIN TRUSTED CERTIFICATE-----\nYg==\n"
                                    "-----END TRUSTED CERTIFICATE-----\n" MARK PEM("b3Vycw=="));
}

static void a_bundle_is_refreshed_from_itself(void **state)
{
    (void)state;
    write_file(base, PEM("YQ=="));
    bundle_from(base, ours);
    bundle_from(bundle, newer);
    assert_string_equal(text_of(bundle), PEM("YQ==") MARK PEM("bmV3ZXI="));
}

static void what_is_no_base_changes_nothing(void **state)
{
    (void)state;
    write_file(base, PEM("YQ=="));
    bundle_from(base, ours);
    assert_refused(test_path(folder, "none.pem"), "No such file");
    assert_refused(folder, "not a file of certificates");
    write_file(base, "nothing of use");
    assert_refused(base, "holds no certificate");
    assert_int_equal(truncate(base, BUNDLE_MOST + 1), 0);
    assert_refused(base, "File too large");
    assert_string_equal(text_of(bundle), PEM("YQ==") MARK PEM("b3Vycw=="));
}

static void a_place_that_cannot_be_written_is_named(void **state)
{
    (void)state;
    struct err err = {0};
    write_file(base, PEM("YQ=="));
    char path[600];
    snprintf(path, sizeof path, "%s/none/bundle.pem", folder);
    assert_int_equal(bundle_write(path, base, span_of(ours), &err), -1);
    assert_non_null(strstr(err.text, path));
    assert_int_equal(mkdir(bundle, 0700), 0);
    assert_int_equal(bundle_write(bundle, base, span_of(ours), &err), -1);
    assert_int_equal(err.code, ERR_OUTPUT);
    assert_non_null(strstr(err.text, "cannot be written"));
}

static void the_systems_roots_are_found(void **state)
{
    (void)state;
    if (!bundle_system_roots()) {
        skip();
    }
    struct stat st;
    bundle_from(NULL, ours);
    assert_int_equal(stat(bundle, &st), 0);
    assert_true(st.st_size > (off_t)sizeof ours);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_base_comes_first_then_ours),    T(only_certificates_are_copied),
        T(a_bundle_is_refreshed_from_itself), T(what_is_no_base_changes_nothing),
        T(the_systems_roots_are_found),       T(a_place_that_cannot_be_written_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
