/* Names that try to have a certificate minted which must not be: in ClientHellos made byte by byte,
 * as no TLS library would send them, and as the host of a CONNECT. Whatever the name, what was
 * minted in the end names permitted hosts only. */
#include "local.h"

#include "leaf.h"

struct hello {
    unsigned char bytes[4096];
    size_t len;
};

static void put(struct hello *h, const void *bytes, size_t len)
{
    assert_true(h->len + len <= sizeof h->bytes);
    memcpy(h->bytes + h->len, bytes, len);
    h->len += len;
}

static void put_number(struct hello *h, size_t number, size_t size)
{
    for (size_t i = size; i-- > 0;) {
        put(h, &(unsigned char){(unsigned char)(number >> (8 * i))}, 1);
    }
}

/* Begins a vector with a length of 2 bytes, and ends it. */
static size_t begin(struct hello *h)
{
    put_number(h, 0, 2);
    return h->len;
}

static void end(struct hello *h, size_t start)
{
    h->bytes[start - 2] = (unsigned char)((h->len - start) >> 8);
    h->bytes[start - 1] = (unsigned char)(h->len - start);
}

static void put_server_names(struct hello *h, int type, struct span first, struct span second)
{
    put_number(h, 0, 2);
    size_t extension = begin(h);
    size_t list = begin(h);
    for (int i = 0; i < (second.ptr ? 2 : 1); i++) {
        struct span name = i ? second : first;
        put_number(h, (size_t)type, 1);
        put_number(h, name.len, 2);
        put(h, name.ptr, name.len);
    }
    end(h, list);
    end(h, extension);
}

/* supported_versions and a key share of X25519 for TLS 1.3; groups and signatures for both. */
static void put_other_extensions(struct hello *h, bool tls13)
{
    static const char both[] = "\x00\x0a\x00\x06\x00\x04\x00\x1d\x00\x17"
                               "\x00\x0d\x00\x06\x00\x04\x04\x03\x08\x04";
    static const char only13[] = "\x00\x2b\x00\x03\x02\x03\x04"
                                 "\x00\x33\x00\x26\x00\x24\x00\x1d\x00\x20";
    put(h, both, sizeof both - 1);
    if (tls13) {
        char share[32];
        memset(share, 9, sizeof share);
        put(h, only13, sizeof only13 - 1);
        put(h, share, sizeof share);
    }
}

struct names {
    struct span name;
    struct span second; /* a second name in the list; .ptr NULL: none */
    int type;           /* 0: host_name */
    bool twice;         /* the extension comes again, with `second` in it */
};

static void make_hello(struct hello *h, const struct names *n, bool tls13)
{
    h->len = 0;
    put(h, "\x16\x03\x01", 3);
    size_t record = begin(h);
    put_number(h, 1, 1);
    put_number(h, 0, 1);
    size_t message = begin(h);
    put(h, "\x03\x03", 2);
    put(h, "0123456789abcdef0123456789abcdef", 32);
    put_number(h, 0, 1);
    put(h, "\x00\x04\x13\x01\xc0\x2b\x01\x00", 8);
    size_t extensions = begin(h);
    put_server_names(h, n->type, n->name, n->twice ? span(NULL, 0) : n->second);
    if (n->twice) {
        put_server_names(h, 0, n->second, span(NULL, 0));
    }
    put_other_extensions(h, tls13);
    end(h, extensions);
    end(h, message);
    end(h, record);
}

/* The rule again, written down independently of the code that it judges. */
static bool may_be_minted(const char *name)
{
    static const char *const roots[] = {"localhost", "bitgo.com", "bitgo-test.com", "bitgo-dev.com",
                                        "bitgo-staging.com"};
    size_t len = strlen(name);
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != len || len > 253 ||
        strstr(name, "..") || name[0] == '.' || name[0] == '-' || strstr(name, ".-") ||
        strstr(name, "-.")) {
        return false;
    }
    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        size_t at = len - strlen(roots[i]);
        if (strlen(roots[i]) <= len && strcmp(name + at, roots[i]) == 0 &&
            (at == 0 || name[at - 1] == '.')) {
            return true;
        }
    }
    return false;
}

static void assert_names(const X509 *x)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
    assert_true(sk_GENERAL_NAME_num(names) >= 1);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        int type;
        const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
        const char *text = (const char *)ASN1_STRING_get0_data(value);
        if (type == GEN_IPADD) {
            assert_true(ASN1_STRING_length(value) == 16 || text[0] == 127);
            continue;
        }
        assert_int_equal(type, GEN_DNS);
        assert_int_equal(strlen(text), ASN1_STRING_length(value));
        assert_true(may_be_minted(text));
    }
    GENERAL_NAMES_free(names);
    assert_int_equal(X509_NAME_get_index_by_NID(X509_get_subject_name(x), NID_commonName, -1), -1);
}

/* Every leaf that the context has names permitted hosts, and nothing else. */
static void assert_leaves(void)
{
    struct leaves *leaves = &local.accepting->leaves;
    for (struct list *node = leaves->recent.next; node != &leaves->recent; node = node->next) {
        const struct leaf *leaf = LIST_ITEM(node, struct leaf, node);
        assert_true(may_be_minted(leaf->name));
        assert_names(leaf->cert);
    }
}

/* Shows a server the hello; returns whether it minted. `meant` is the host of a CONNECT. */
static bool mints(const struct hello *h, struct span meant)
{
    struct buf out;
    struct buf plain;
    size_t before = local.accepting->leaves.minted;
    buf_init(&out, 65536);
    buf_init(&plain, 65536);
    struct tls *t = tls_server(local.accepting, meant, &out);
    struct span in = span((const char *)h->bytes, h->len);
    tls_start(t);
    tls_feed(t, &in, &plain);
    bool minted = local.accepting->leaves.minted != before;
    /* No certificate, no ServerHello: an alert at most. */
    assert_true(minted || tls_state(t) != TLS_FAILED || buf_len(&out) <= 7);
    for (const char *c = tls_error(t)->text; *c; c++) {
        assert_true(*c >= ' ' && *c < 0x7f);
    }
    tls_free(t);
    buf_release(&out);
    buf_release(&plain);
    return minted;
}

/* SPAN is no constant in a table. */
#define LIT(text)                                                                                  \
    {                                                                                              \
        "" text, sizeof(text) - 1                                                                  \
    }
#define N(text)                                                                                    \
    {                                                                                              \
        .name = LIT(text)                                                                          \
    }

static const struct names hostile[] = {
    N(""),
    N("."),
    N(".."),
    N("-"),
    N("_"),
    N("*"),
    N(" "),
    N("\0"),
    N("@"),
    N("xn--"),
    N("evil.example"),
    N("app.bitgo.com.evil.example"),
    N("bitgo.com.evil"),
    N("evilbitgo.com"),
    N("evil-bitgo.com"),
    N("bitgo.com@evil"),
    N("evil@bitgo.com"),
    N("evil@app.bitgo.com"),
    N("bitgo.com:443"),
    N("bitgo.com/"),
    N("bitgo.com/evil"),
    N("https://bitgo.com"),
    N("bitgo.com#.evil"),
    N("bitgo.com?x"),
    N("bitgo.com\\.evil"),
    N("bitgo.com%00.evil"),
    N("bitgo.com%2eevil"),
    N("bitgo.com;evil"),
    N("bitgo.com,evil.example"),
    N("bitgo.com,DNS:evil.example"),
    N("evil.example,DNS:bitgo.com"),
    N("bitgo.com\ninjected"),
    N("evil.example\r\nbitgo.com"),
    N("evil.example\0.bitgo.com"),
    N("bitgo.com\0"),
    N("bitgo.com\0.evil.example"),
    N("\0bitgo.com"),
    N("*.bitgo.com"),
    N("*.com"),
    N("*.localhost"),
    N("a*.bitgo.com"),
    N("bitgo.com."),
    N("bitgo.com.."),
    N(".bitgo.com"),
    N("..bitgo.com"),
    N("a..bitgo.com"),
    N("app.bitgo.com."),
    N("localhost."),
    N(".localhost"),
    N("-.bitgo.com"),
    N("-a.bitgo.com"),
    N("a-.bitgo.com"),
    N("_.bitgo.com"),
    N("a_b.bitgo.com"),
    N("_acme-challenge.bitgo.com"),
    N("a b.bitgo.com"),
    N(" app.bitgo.com"),
    N("app.bitgo.com "),
    N("app.bitgo.com\t"),
    N("127.0.0.1"),
    N("127.1"),
    N("2130706433"),
    N("0x7f.0.0.1"),
    N("::1"),
    N("[::1]"),
    N("::ffff:127.0.0.1"),
    N("192.0.2.7"),
    N("localhost.evil.example"),
    N("localhostevil"),
    N("notlocalhost"),
    N("local"),
    N("com"),
    N("bitgo"),
    N("bitgo-prod.com"),
    N("bitgo-test.co"),
    N("bitgo-test.com.co"),
    N("bit\xc2\xad"
      "go.com"),
    N("b\xc4\xb1tgo.com"),
    N("bitgo.c\xd0\xbem"),
    N("app\xe3\x80\x82"
      "bitgo.com"),
    N("app\xef\xbc\x8e"
      "bitgo.com"),
    N("xn--btgo-qpa.com"),
    N("\xff.bitgo.com"),
    N("\x1b[31m.bitgo.com"),
    N("\xe2\x80\xae.bitgo.com"),
    N("'.bitgo.com"),
    N("\".bitgo.com"),
    N("$(id).bitgo.com"),
    N("../bitgo.com"),
    N("%s%n.bitgo.com"),
    N("$.bitgo.com"),
    N("+.bitgo.com"),
    N("~.bitgo.com"),
    N("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bitgo.com"),
    {.name = LIT("app.bitgo.com"), .second = LIT("evil.example")},
    {.name = LIT("evil.example"), .second = LIT("app.bitgo.com")},
    {.name = LIT("app.bitgo.com"), .second = LIT("evil.example"), .twice = true},
    {.name = LIT("evil.example"), .second = LIT("app.bitgo.com"), .twice = true},
    {.name = LIT("evil.example"), .type = 7},
};

static void hostile_names_in_a_hello_mint_nothing(void **state)
{
    (void)state;
    struct hello h;
    for (int tls13 = 0; tls13 < 2; tls13++) {
        for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
            make_hello(&h, &hostile[i], tls13);
            if (mints(&h, span(NULL, 0))) {
                print_error("%zu: \"%.*s\"\n", i, SPAN_ARG(hostile[i].name));
                fail();
            }
            /* Nor does it matter that the CONNECT was for a permitted one. */
            assert_false(mints(&h, SPAN("app.bitgo.com")));
        }
        assert_int_equal(local.accepting->leaves.minted, tls13);
        /* The hellos are good ones: this name gets its leaf. */
        make_hello(&h, &(struct names)N("App.BitGo.com"), tls13);
        assert_int_equal(mints(&h, SPAN("evil.example")), !tls13);
    }
    assert_leaves();
}

static void a_name_may_have_any_length_and_mint_nothing(void **state)
{
    (void)state;
    static char name[2048];
    for (size_t len = 240; len < sizeof name; len += len < 310 ? 1 : 300) {
        struct hello h;
        /* Labels of 50 bytes, and ".bitgo.com" at the end. */
        for (size_t i = 0; i < len; i++) {
            name[i] = (len - i) % 51 == 0 ? '.' : 'a';
        }
        name[0] = 'a';
        memcpy(name + len - 10, ".bitgo.com", 10);
        make_hello(&h, &(struct names){.name = span(name, len)}, len % 2);
        assert_int_equal(mints(&h, span(NULL, 0)), len <= 253);
        assert_false(mints(&h, span(NULL, 0)));
    }
    assert_leaves();
}

static void no_byte_anywhere_in_a_name_opens_another(void **state)
{
    (void)state;
    char name[] = "a.bitgo.com";
    size_t minted = 0;
    struct hello h;
    for (size_t at = 0; at < sizeof name - 1; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char changed[sizeof name];
            memcpy(changed, name, sizeof name);
            changed[at] = (char)byte;
            make_hello(&h, &(struct names){.name = span(changed, sizeof name - 1)}, byte % 2);
            minted += mints(&h, span(NULL, 0));
        }
        assert_leaves();
    }
    /* Another first letter or digit, and nothing else. */
    assert_int_equal(minted, 36);
}

static void hostile_names_of_a_connect_mint_nothing(void **state)
{
    (void)state;
    struct hello h;
    struct err err;
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct names none = {.name = SPAN("ignored"), .type = 7};
        struct span name = hostile[i].name;
        make_hello(&h, &none, i % 2);
        mints(&h, name);
        /* A dot at the end is cut off; what stands for "nobody said" gets localhost. */
        assert_leaves();
        if (name.len > 0 && !hostile[i].second.ptr) {
            assert_null(leaves_get(&local.accepting->leaves, local.ca, name, time(NULL), &err));
        }
    }
    assert_leaves();
}

#define T(name) cmocka_unit_test_setup_teardown(name, local_set_up, local_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(hostile_names_in_a_hello_mint_nothing),
        T(a_name_may_have_any_length_and_mint_nothing),
        T(no_byte_anywhere_in_a_name_opens_another),
        T(hostile_names_of_a_connect_mint_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
