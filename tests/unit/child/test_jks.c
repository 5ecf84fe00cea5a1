/* The trust store for Java, read back field by field. */
#include "testing.h"

#include <openssl/evp.h>

#include "jks.h"

#define PEM(base64) "-----BEGIN CERTIFICATE-----\n" base64 "\n-----END CERTIFICATE-----\n"
#define TWO         PEM("T25lIGNlcnRpZmlj\nYXRl") "between\n" PEM("VHdv")

static uint64_t number(struct span *rest, size_t bytes)
{
    uint64_t value = 0;
    assert_true(rest->len >= bytes);
    for (size_t i = 0; i < bytes; i++) {
        value = value << 8 | (unsigned char)rest->ptr[i];
    }
    *rest = span_from(*rest, bytes);
    return value;
}

static struct span bytes(struct span *rest, size_t length)
{
    struct span found = span_first(*rest, length);
    assert_int_equal(found.len, length);
    *rest = span_from(*rest, length);
    return found;
}

static void assert_entry(struct span *rest, struct span alias, struct span certificate)
{
    assert_int_equal(number(rest, 4), 2);
    assert_true(span_eq(bytes(rest, number(rest, 2)), alias));
    assert_int_equal(number(rest, 8), 0);
    assert_true(span_eq(bytes(rest, number(rest, 2)), SPAN("X.509")));
    assert_true(span_eq(bytes(rest, number(rest, 4)), certificate));
}

static void test_what_is_in_it(void **state)
{
    struct str store;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size;
    struct str hashed;
    (void)state;
    str_init(&store, 1000);
    str_init(&hashed, 1000);
    assert_int_equal(jks_write(&store, SPAN(TWO)), 0);
    struct span rest = str_span(&store);
    assert_int_equal(number(&rest, 4), 0xfeedfeed);
    assert_int_equal(number(&rest, 4), 2);
    assert_int_equal(number(&rest, 4), 2);
    assert_entry(&rest, SPAN("why401-0001"), SPAN("One certificate"));
    assert_entry(&rest, SPAN("why401-0002"), SPAN("Two"));
    assert_int_equal(rest.len, 20);
    str_add(&hashed, SPAN("\0c\0h\0a\0n\0g\0e\0i\0tMighty Aphrodite"));
    str_add(&hashed, span_first(str_span(&store), store.len - 20));
    assert_int_equal(EVP_Digest(hashed.ptr, hashed.len, digest, &size, EVP_sha1(), NULL), 1);
    assert_true(span_eq(rest, span((const char *)digest, size)));
    str_release(&store);
    str_release(&hashed);
}

static void refused(const char *pem, size_t limit)
{
    struct str store;
    str_init(&store, limit);
    assert_int_equal(jks_write(&store, span_of(pem)), -1);
    str_release(&store);
}

static void test_what_makes_none(void **state)
{
    (void)state;
    refused("", 1000);
    refused("-----BEGIN CERTIFICATE-----\nT25l", 1000);
    refused(PEM("no*base64"), 1000);
    refused(PEM(""), 1000);
    refused(TWO, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_in_it),
        cmocka_unit_test(test_what_makes_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
