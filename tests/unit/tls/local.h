/* A local CA in a folder of its own, and both contexts that go with it: what a group of tests
 * shares.
 */
#ifndef TESTS_TLS_LOCAL_H
#define TESTS_TLS_LOCAL_H

#include "pair.h"

static struct {
    char *folder;
    struct ca *ca;
    struct tls_context *accepting;
    struct tls_context *connecting;
} local;

static inline int local_set_up(void **state)
{
    (void)state;
    struct err err = {0};
    local.folder = test_folder();
    local.ca = ca_open(test_path(local.folder, "ca"), &err);
    assert_string_equal(err.text, "");
    local.accepting = tls_context_accepting(local.ca, &err);
    local.connecting = tls_context_connecting(ca_root_path(local.ca), &err);
    assert_string_equal(err.text, "");
    assert_non_null(local.accepting);
    assert_non_null(local.connecting);
    return 0;
}

static inline int local_tear_down(void **state)
{
    (void)state;
    tls_context_free(local.accepting);
    tls_context_free(local.connecting);
    ca_free(local.ca);
    test_folder_remove(local.folder);
    return 0;
}

#endif
