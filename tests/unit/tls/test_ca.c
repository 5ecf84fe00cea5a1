/* The local CA: its folder, who may touch it, and what its certificates can be used for. */
#include "certs.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "ca_parts.h"
#include "cert.h"
#include "leaf.h"

static char *folder;  /* a temporary one */
static char dir[512]; /* the CA's, inside it */

static int set_up(void **state)
{
    (void)state;
    folder = test_folder();
    snprintf(dir, sizeof dir, "%s/share/why401", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_folder_remove(folder);
    return 0;
}

static struct ca *open_ca(void)
{
    struct err err = {0};
    struct ca *ca = ca_open(dir, &err);
    assert_string_equal(err.text, "");
    assert_non_null(ca);
    return ca;
}

static void assert_refused(const char *part)
{
    struct err err = {0};
    struct ca *ca = ca_open(dir, &err);
    if (!strstr(err.text, part)) {
        print_error("\"%s\" is not in \"%s\"\n", part, err.text);
    }
    assert_null(ca);
    assert_non_null(strstr(err.text, part));
    assert_int_equal(err.code, ERR_CA);
}

static void assert_mode(const char *path, unsigned mode)
{
    struct stat st;
    assert_int_equal(lstat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, mode);
}

static int entries_of(const char *path)
{
    char command[600];
    int count = -1;
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", path);
    FILE *pipe = popen(command, "r");
    assert_int_equal(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    return count;
}

static void the_first_opening_creates_it(void **state)
{
    (void)state;
    static const mode_t umasks[] = {0, 022, 077, 0777};
    for (size_t i = 0; i < 4; i++) {
        snprintf(dir, sizeof dir, "%s/%zu/share/why401///", folder, i);
        mode_t before = umask(umasks[i]);
        struct ca *ca = open_ca();
        umask(before);
        snprintf(dir, sizeof dir, "%s/%zu/share/why401", folder, i);
        assert_mode(test_path(folder, ""), 0700);
        assert_mode(dir, 0700);
        assert_mode(test_path(dir, "ca.pem"), 0644);
        assert_mode(test_path(dir, "intermediate.pem"), 0644);
        assert_mode(test_path(dir, "intermediate-key.pem"), 0600);
        assert_string_equal(ca_root_path(ca), test_path(dir, "ca.pem"));
        assert_int_equal(entries_of(dir), 3);
        char above[600];
        snprintf(above, sizeof above, "%s/%zu/share", folder, i);
        assert_int_equal(entries_of(above), 1);
        ca_free(ca);
    }
}

static void it_is_the_same_when_opened_again(void **state)
{
    (void)state;
    struct ca *first = open_ca();
    struct ca *second = open_ca();
    assert_int_equal(ca_root_pem(first).len, ca_root_pem(second).len);
    assert_memory_equal(ca_root_pem(first).ptr, ca_root_pem(second).ptr, ca_root_pem(first).len);
    assert_int_equal(X509_cmp(first->intermediate, second->intermediate), 0);
    /* What ca_root_pem gives is what the file holds. */
    char file[4096];
    FILE *pem = fopen(ca_root_path(first), "r");
    size_t len = fread(file, 1, sizeof file, pem);
    fclose(pem);
    assert_true(span_eq(span(file, len), ca_root_pem(first)));
    ca_free(first);
    ca_free(second);
}

static void the_roots_key_is_nowhere(void **state)
{
    (void)state;
    struct ca *ca = open_ca();
    assert_int_not_equal(X509_check_private_key(ca->root, ca->key), 1);
    assert_int_equal(X509_check_private_key(ca->intermediate, ca->key), 1);
    ca_free(ca);
    char command[700];
    snprintf(command, sizeof command, "test $(cat '%s'/* | grep -c 'BEGIN.*PRIVATE') = 1", dir);
    assert_int_equal(system(command), 0);
}

static void an_open_key_is_refused(void **state)
{
    (void)state;
    ca_free(open_ca());
    const char *key = test_path(dir, "intermediate-key.pem");
    static const mode_t modes[] = {0644, 0640, 0604, 0620, 0610};
    for (size_t i = 0; i < 5; i++) {
        chmod(key, modes[i]);
        assert_refused("intermediate-key.pem is open to other users (mode 06");
        assert_refused("chmod go-rwx '");
    }
    chmod(key, 0400);
    ca_free(open_ca());
}

static void an_open_folder_or_certificate_is_refused(void **state)
{
    (void)state;
    ca_free(open_ca());
    chmod(dir, 0755);
    assert_refused("why401 is open to other users (mode 0755)");
    chmod(dir, 0700);
    chmod(test_path(dir, "ca.pem"), 0664);
    assert_refused("ca.pem is open to other users (mode 0664)");
    assert_refused("chmod go-w '");
    chmod(test_path(dir, "ca.pem"), 0600);
    ca_free(open_ca());
}

static void what_belongs_to_somebody_else_is_refused(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        skip();
    }
    ca_free(open_ca());
    assert_int_equal(chown(test_path(dir, "intermediate-key.pem"), 65534, 65534), 0);
    assert_refused(
        "intermediate-key.pem belongs to user 65534, not to the user who runs why401 (0)");
    assert_int_equal(chown(test_path(dir, "intermediate-key.pem"), 0, 0), 0);
    assert_int_equal(chown(dir, 65534, 65534), 0);
    assert_refused("belongs to user 65534");
}

static void links_and_other_things_are_refused(void **state)
{
    (void)state;
    ca_free(open_ca());
    char moved[600];
    snprintf(moved, sizeof moved, "%s/elsewhere.pem", folder);
    assert_int_equal(rename(test_path(dir, "intermediate-key.pem"), moved), 0);
    assert_int_equal(symlink(moved, test_path(dir, "intermediate-key.pem")), 0);
    assert_refused("intermediate-key.pem cannot be opened: it is a symbolic link");
    unlink(test_path(dir, "intermediate-key.pem"));
    assert_int_equal(mkfifo(test_path(dir, "intermediate-key.pem"), 0600), 0);
    assert_refused("intermediate-key.pem is not a regular file");
    unlink(test_path(dir, "intermediate-key.pem"));
    assert_refused("holds no complete CA: intermediate-key.pem is missing");
    assert_int_equal(rename(moved, test_path(dir, "intermediate-key.pem")), 0);
    ca_free(open_ca());

    snprintf(moved, sizeof moved, "%s/real", folder);
    assert_int_equal(rename(dir, moved), 0);
    assert_int_equal(symlink(moved, dir), 0);
    assert_refused("is a symbolic link, not a folder");
    unlink(dir);
    fclose(fopen(dir, "w"));
    assert_refused("is a file, not a folder");
    unlink(dir);
    /* An empty folder is as good as none; one with something else in it is not ours. */
    mkdir(dir, 0700);
    fclose(fopen(test_path(dir, "else"), "w"));
    assert_refused("ca.pem is missing");
    unlink(test_path(dir, "else"));
    chmod(dir, 0755);
    ca_free(open_ca());
}

static void copy(const char *from, const char *to)
{
    char command[1300];
    snprintf(command, sizeof command, "cp '%s' '%s'", from, to);
    assert_int_equal(system(command), 0);
}

static void certificates_that_do_not_belong_together_are_refused(void **state)
{
    (void)state;
    char mine[512];
    char other[512];
    snprintf(mine, sizeof mine, "%s/a", folder);
    snprintf(other, sizeof other, "%s/b", folder);
    strcpy(dir, other);
    ca_free(open_ca());
    strcpy(dir, mine);
    ca_free(open_ca());

    copy(test_path(other, "ca.pem"), test_path(mine, "ca.pem"));
    assert_refused("intermediate.pem was not signed by ca.pem");
    copy(test_path(other, "intermediate.pem"), test_path(mine, "intermediate.pem"));
    assert_refused("intermediate-key.pem is not the key of intermediate.pem");
    copy(test_path(other, "intermediate-key.pem"), test_path(mine, "intermediate-key.pem"));
    ca_free(open_ca());
    copy(test_path(mine, "intermediate.pem"), test_path(mine, "ca.pem"));
    assert_refused("ca.pem is not a root certificate");
    copy("/dev/null", test_path(mine, "ca.pem"));
    assert_refused("ca.pem holds no certificate in PEM");
    copy(test_path(other, "ca.pem"), test_path(mine, "ca.pem"));
    copy("/dev/null", test_path(mine, "intermediate-key.pem"));
    assert_refused("intermediate-key.pem holds no private key in PEM");
}

static void a_ca_that_could_sign_for_anything_is_refused(void **state)
{
    (void)state;
    ca_free(open_ca());
    struct test_cert root = test_cert_make((struct test_spec){.name = "free root", .ca = true});
    struct test_cert middle =
        test_cert_make((struct test_spec){.name = "free", .ca = true, .issuer = &root});
    const struct test_cert *roots[] = {&root};
    const struct test_cert *middles[] = {&middle};
    test_cert_write(test_path(dir, "ca.pem"), NULL, roots, 1);
    test_cert_write(test_path(dir, "intermediate.pem"), test_path(dir, "intermediate-key.pem"),
                    middles, 1);
    assert_refused("intermediate.pem may sign for any name");
    test_cert_free(&root);
    test_cert_free(&middle);
}

static void an_expired_ca_says_how_to_renew(void **state)
{
    (void)state;
    struct err err = {0};
    struct ca *ca = calloc(1, sizeof *ca);
    time_t now = time(NULL);
    assert_int_equal(ca_make(ca, now - 731 * DAY_SECONDS, &err), 0);
    assert_int_equal(ca_complete(ca, "/somewhere", now, &err), -1);
    assert_non_null(strstr(err.text, "/somewhere: the local CA expired on 20"));
    assert_non_null(strstr(err.text, "'why401 ca rotate' makes a new one"));
    ca_free(ca);
    ca = calloc(1, sizeof *ca);
    assert_int_equal(ca_make(ca, now + 3 * DAY_SECONDS, &err), 0);
    assert_int_equal(ca_complete(ca, "/somewhere", now, &err), -1);
    assert_non_null(strstr(err.text, "Is this machine's clock right?"));
    ca_free(ca);
}

static void processes_that_start_together_end_with_one_ca(void **state)
{
    (void)state;
    enum { PROCESSES = 6 };
    int gate[2];
    int results[2];
    assert_int_equal(pipe(gate), 0);
    assert_int_equal(pipe(results), 0);
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            char c;
            close(gate[1]);
            (void)!read(gate[0], &c, 1); /* until the parent closes its end */
            struct ca *ca = ca_open(dir, NULL);
            unsigned char digest[32] = {0};
            if (ca) {
                X509_digest(ca->intermediate, EVP_sha256(), digest, NULL);
            }
            _exit(write(results[1], digest, sizeof digest) == sizeof digest ? 0 : 1);
        }
    }
    close(gate[0]);
    close(gate[1]);
    unsigned char digests[PROCESSES][32];
    for (int i = 0; i < PROCESSES; i++) {
        assert_int_equal(read(results[0], digests[i], 32), 32);
        assert_memory_equal(digests[i], digests[0], 32);
        int status;
        wait(&status);
        assert_int_equal(status, 0);
    }
    close(results[0]);
    close(results[1]);
    assert_memory_not_equal(digests[0], "\0\0\0\0\0\0\0\0", 8);
    char above[600];
    snprintf(above, sizeof above, "%s/share", folder);
    assert_int_equal(entries_of(above), 1);
}

static void a_place_that_cannot_be_written_is_named(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/proc/nowhere/why401");
    assert_refused("/proc/nowhere cannot be created: ");
    dir[0] = '\0';
    assert_refused("the path of the CA is empty");
}

static void an_ephemeral_ca_has_no_files(void **state)
{
    (void)state;
    struct err err = {0};
    struct ca *ca = ca_ephemeral(&err);
    assert_non_null(ca);
    assert_null(ca_root_path(ca));
    assert_true(span_starts(ca_root_pem(ca), SPAN("-----BEGIN CERTIFICATE-----\n")));
    assert_true(ca_permits(ca, SPAN("app.bitgo.com")));
    ca_free(ca);
    ca_free(NULL);
}

static void the_default_place_follows_xdg(void **state)
{
    (void)state;
    struct err err = {0};
    char path[512];
    setenv("HOME", "/home/x", 1);
    setenv("XDG_DATA_HOME", "/data", 1);
    assert_int_equal(ca_default_dir(path, sizeof path, &err), 0);
    assert_string_equal(path, "/data/why401");
    setenv("XDG_DATA_HOME", "relative", 1);
    assert_int_equal(ca_default_dir(path, sizeof path, &err), 0);
    assert_string_equal(path, "/home/x/.local/share/why401");
    unsetenv("XDG_DATA_HOME");
    assert_int_equal(ca_default_dir(path, sizeof path, &err), 0);
    assert_string_equal(path, "/home/x/.local/share/why401");
    unsetenv("HOME");
    assert_int_equal(ca_default_dir(path, sizeof path, &err), 0);
    assert_true(span_ends(span_of(path), SPAN("/.local/share/why401")));
    assert_int_equal(ca_default_dir(path, 8, &err), -1);
    /* ca_open(NULL) goes there. */
    setenv("XDG_DATA_HOME", folder, 1);
    struct ca *ca = ca_open(NULL, &err);
    assert_string_equal(ca_root_path(ca), test_path(folder, "why401/ca.pem"));
    ca_free(ca);
}

static void it_permits_what_its_certificate_says(void **state)
{
    (void)state;
    static const char *const good[] = {
        "localhost", "a.localhost", "LOCALHOST", "bitgo.com", "App.BitGo.com",
        "127.0.0.1", "127.9.8.7",   "::1",       "0:0::1",    "bitgo-staging.com"};
    static const char *const bad[] = {"",
                                      "example.com",
                                      "xbitgo.com",
                                      "bitgo.com.",
                                      "bitgo.co",
                                      ".bitgo.com",
                                      "128.0.0.1",
                                      "::2",
                                      "*.bitgo.com",
                                      "a b.bitgo.com",
                                      "::ffff:10.0.0.1",
                                      "10.0.0.1",
                                      "com",
                                      "localhost.example"};
    struct ca *ca = ca_ephemeral(NULL);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(ca_permits(ca, span_of(good[i])));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(ca_permits(ca, span_of(bad[i])));
    }
    ca_free(ca);
}

/* What OpenSSL says to a leaf for these names, signed with the intermediate's key. */
static int verify_leaf(const struct ca *ca, const char *alt, const char *purpose,
                       unsigned long flags)
{
    struct test_cert issuer = {ca->intermediate, ca->key};
    struct test_cert leaf = test_cert_make(
        (struct test_spec){.name = "leaf", .issuer = &issuer, .alt = alt, .purpose = purpose});
    X509_STORE *store = X509_STORE_new();
    X509_STORE_add_cert(store, ca->root);
    X509_STORE_CTX *check = X509_STORE_CTX_new();
    X509_STORE_CTX_init(check, store, leaf.x, ca->chain);
    X509_STORE_CTX_set_flags(check, flags);
    X509_VERIFY_PARAM_set_purpose(X509_STORE_CTX_get0_param(check), strstr(purpose, "client")
                                                                        ? X509_PURPOSE_SSL_CLIENT
                                                                        : X509_PURPOSE_SSL_SERVER);
    X509_verify_cert(check);
    int result = X509_STORE_CTX_get_error(check);
    X509_STORE_CTX_free(check);
    X509_STORE_free(store);
    test_cert_free(&leaf);
    return result;
}

static void a_stolen_key_is_of_little_use(void **state)
{
    (void)state;
    struct ca *ca = open_ca();
    assert_int_equal(verify_leaf(ca, "DNS:app.bitgo.com,IP:127.0.0.1", "serverAuth", 0), X509_V_OK);
    static const char *const names[] = {"DNS:example.com",
                                        "DNS:app.bitgo.com,DNS:example.com",
                                        "DNS:evilbitgo.com",
                                        "IP:10.0.0.1",
                                        "IP:::2",
                                        "DNS:com"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(verify_leaf(ca, names[i], "serverAuth", 0),
                         X509_V_ERR_PERMITTED_VIOLATION);
    }
    assert_int_equal(verify_leaf(ca, "DNS:app.bitgo.com", "clientAuth", 0),
                     X509_V_ERR_INVALID_PURPOSE);
    ca_free(ca);
}

static void a_stolen_key_makes_no_second_ca(void **state)
{
    (void)state;
    struct ca *ca = open_ca();
    struct test_cert middle = {ca->intermediate, ca->key};
    struct test_cert deeper =
        test_cert_make((struct test_spec){.name = "deeper", .ca = true, .issuer = &middle});
    struct test_cert leaf = test_cert_make(
        (struct test_spec){.name = "x", .issuer = &deeper, .alt = "DNS:app.bitgo.com"});
    X509_STORE *store = X509_STORE_new();
    X509_STORE_add_cert(store, ca->root);
    STACK_OF(X509) *chain = sk_X509_new_null();
    sk_X509_push(chain, deeper.x);
    sk_X509_push(chain, ca->intermediate);
    X509_STORE_CTX *check = X509_STORE_CTX_new();
    X509_STORE_CTX_init(check, store, leaf.x, chain);
    X509_verify_cert(check);
    assert_int_equal(X509_STORE_CTX_get_error(check), X509_V_ERR_PATH_LENGTH_EXCEEDED);
    X509_STORE_CTX_free(check);
    sk_X509_free(chain);
    X509_STORE_free(store);
    test_cert_free(&leaf);
    test_cert_free(&deeper);
    ca_free(ca);
}

/* Some clients (Python from 3.13 on) verify with X509_V_FLAG_X509_STRICT. */
static void our_leaves_pass_the_strict_rules(void **state)
{
    (void)state;
    struct err err = {0};
    struct ca *ca = open_ca();
    struct leaves leaves;
    leaves_init(&leaves);
    const struct leaf *leaf = leaves_get(&leaves, ca, SPAN(""), time(NULL), &err);
    X509_STORE *store = X509_STORE_new();
    X509_STORE_add_cert(store, ca->root);
    X509_STORE_CTX *check = X509_STORE_CTX_new();
    X509_STORE_CTX_init(check, store, leaf->cert, ca->chain);
    X509_STORE_CTX_set_flags(check, X509_V_FLAG_X509_STRICT | X509_V_FLAG_POLICY_CHECK);
    X509_STORE_CTX_set_purpose(check, X509_PURPOSE_SSL_SERVER);
    X509_verify_cert(check);
    assert_string_equal(X509_verify_cert_error_string(X509_STORE_CTX_get_error(check)), "ok");
    assert_int_equal(X509_check_host(leaf->cert, "localhost", 0, 0, NULL), 1);
    assert_int_equal(X509_check_ip_asc(leaf->cert, "127.0.0.1", 0), 1);
    assert_int_equal(X509_check_ip_asc(leaf->cert, "::1", 0), 1);
    X509_STORE_CTX_free(check);
    X509_STORE_free(store);
    leaves_release(&leaves);
    ca_free(ca);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(the_first_opening_creates_it),
        T(it_is_the_same_when_opened_again),
        T(the_roots_key_is_nowhere),
        T(an_open_key_is_refused),
        T(an_open_folder_or_certificate_is_refused),
        T(what_belongs_to_somebody_else_is_refused),
        T(links_and_other_things_are_refused),
        T(certificates_that_do_not_belong_together_are_refused),
        T(a_ca_that_could_sign_for_anything_is_refused),
        T(an_expired_ca_says_how_to_renew),
        T(processes_that_start_together_end_with_one_ca),
        T(a_place_that_cannot_be_written_is_named),
        T(an_ephemeral_ca_has_no_files),
        T(the_default_place_follows_xdg),
        T(it_permits_what_its_certificate_says),
        T(a_stolen_key_is_of_little_use),
        T(a_stolen_key_makes_no_second_ca),
        T(our_leaves_pass_the_strict_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
