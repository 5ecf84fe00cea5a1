/* Handshakes and the local CA without memory: they work or fail with an error, and bytes that went
 * through are the right ones. */
#include "fault.h"
#include "local.h"

static void shaking(void)
{
    struct pair p = {.step = SIZE_MAX / 2};
    buf_init(&p.client.out, 65536);
    buf_init(&p.client.plain, 65536);
    buf_init(&p.server.out, 65536);
    buf_init(&p.server.plain, 65536);
    fault_begin();
    p.client.tls = tls_client(local.connecting, SPAN("app.bitgo.com"), &p.client.out);
    p.server.tls = tls_server(local.accepting, span(NULL, 0), &p.server.out);
    if (p.client.tls && p.server.tls) {
        tls_start(p.client.tls);
        tls_start(p.server.tls);
        pair_run(&p);
        if (tls_state(p.client.tls) == TLS_OPEN && tls_state(p.server.tls) == TLS_OPEN &&
            tls_write(p.client.tls, SPAN("GET / HTTP/1.1\r\n\r\n")) == 0) {
            pair_run(&p);
        }
    }
    bool failed = fault_end();
    bool open = p.client.tls && p.server.tls && tls_state(p.client.tls) == TLS_OPEN &&
                tls_state(p.server.tls) == TLS_OPEN;
    struct span got = buf_peek(&p.server.plain);
    assert_true(failed || (open && got.len == 18));
    assert_true(got.len == 0 || span_eq(got, SPAN("GET / HTTP/1.1\r\n\r\n")));
    pair_close(&p);
}

static void a_handshake_works_or_fails(void **state)
{
    (void)state;
    fault_every(shaking, 1500);
}

static void making(void)
{
    struct err err = {0};
    fault_begin();
    struct ca *ca = ca_ephemeral(&err);
    bool failed = fault_end();
    if (!ca) {
        assert_true(failed);
        assert_true(err.code == ERR_MEMORY || err.code == ERR_CA);
        return;
    }
    assert_true(ca_permits(ca, SPAN("localhost")));
    assert_false(ca_permits(ca, SPAN("example.com")));
    ca_free(ca);
}

static void a_ca_is_made_or_not(void **state)
{
    (void)state;
    fault_every(making, 100);
}

static void opening(void)
{
    struct err err = {0};
    fault_begin();
    struct ca *ca = ca_open(test_path(local.folder, "ca"), &err);
    bool failed = fault_end();
    assert_true(ca || failed);
    if (!ca && err.code != ERR_MEMORY && err.code != ERR_CA) {
        fail_msg("%d: %s", err.code, err.text);
    }
    ca_free(ca);
}

static void a_ca_is_opened_or_not(void **state)
{
    (void)state;
    fault_every(opening, 300);
}

/* A CA is written whole: whoever comes after finds one that works, or makes it. */
static void founding(void)
{
    struct err err = {0};
    char *folder = test_folder();
    fault_begin();
    struct ca *ca = ca_open(test_path(folder, "new"), &err);
    bool failed = fault_end();
    assert_true(ca || failed);
    ca_free(ca);
    ca = ca_open(test_path(folder, "new"), &err);
    if (!ca) {
        fail_msg("%s", err.text);
    }
    ca_free(ca);
    test_folder_remove(folder);
}

static void a_new_ca_is_written_whole(void **state)
{
    (void)state;
    fault_every(founding, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handshake_works_or_fails),
        cmocka_unit_test(a_ca_is_made_or_not),
        cmocka_unit_test(a_ca_is_opened_or_not),
        cmocka_unit_test(a_new_ca_is_written_whole),
    };
    return cmocka_run_group_tests(tests, local_set_up, local_tear_down);
}
