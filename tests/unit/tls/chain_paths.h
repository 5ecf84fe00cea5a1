/* Chains that are wrong, or right, as a whole: constraints, policies, and which path leads where.
 */
#ifndef TESTS_TLS_CHAIN_PATHS_H
#define TESTS_TLS_CHAIN_PATHS_H

#include "chain_cases.h"

static inline void put_subtree(X509 *x, bool permitted, GENERAL_NAME *base, int minimum,
                               int maximum)
{
    NAME_CONSTRAINTS *nc = NAME_CONSTRAINTS_new();
    GENERAL_SUBTREE *tree = GENERAL_SUBTREE_new();
    GENERAL_NAME_free(tree->base);
    tree->base = base;
    if (minimum >= 0) {
        tree->minimum = ASN1_INTEGER_new();
        ASN1_INTEGER_set(tree->minimum, minimum);
    }
    if (maximum >= 0) {
        tree->maximum = ASN1_INTEGER_new();
        ASN1_INTEGER_set(tree->maximum, maximum);
    }
    STACK_OF(GENERAL_SUBTREE) *trees = sk_GENERAL_SUBTREE_new_null();
    sk_GENERAL_SUBTREE_push(trees, tree);
    *(permitted ? &nc->permittedSubtrees : &nc->excludedSubtrees) = trees;
    assert_int_equal(X509_add1_ext_i2d(x, NID_name_constraints, nc, 1, 0), 1);
    NAME_CONSTRAINTS_free(nc);
}

static inline GENERAL_NAME *general(int type, const char *bytes, int len)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *value = type == GEN_IPADD ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new();
    ASN1_STRING_set(value, bytes, len);
    GENERAL_NAME_set0_value(name, type, value);
    return name;
}

static inline GENERAL_NAME *general_organization(const char *org)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    X509_NAME *dn = X509_NAME_new();
    X509_NAME_add_entry_by_NID(dn, NID_organizationName, MBSTRING_UTF8, (const unsigned char *)org,
                               -1, -1, 0);
    GENERAL_NAME_set0_value(name, GEN_DIRNAME, dn);
    return name;
}

static inline void permit_example(X509 *x)
{
    put_subtree(x, true, general_organization("Example"), -1, -1);
}

static inline void exclude_example(X509 *x)
{
    put_subtree(x, false, general_organization("Example"), -1, -1);
}

static inline void a_minimum(X509 *x)
{
    put_subtree(x, true, general(GEN_DNS, "example.com", 11), 1, -1);
}

static inline void a_maximum(X509 *x)
{
    put_subtree(x, true, general(GEN_DNS, "example.com", 11), -1, 5);
}

static inline void holes_in_mask(X509 *x)
{
    put_subtree(x, true, general(GEN_IPADD, "\xc0\x00\x02\x00\xff\x00\xff\x00", 8), -1, -1);
}

static inline void an_address_without_mask(X509 *x)
{
    put_subtree(x, false, general(GEN_IPADD, "\xc0\x00\x02\x07", 4), -1, -1);
}

static inline void a_wildcard_constraint(X509 *x)
{
    put_subtree(x, true, general(GEN_DNS, "*.example.com", 13), -1, -1);
}

static inline void a_nul_constraint(X509 *x)
{
    put_subtree(x, true, general(GEN_DNS, "example.com\0x", 13), -1, -1);
}

static inline void every_name_excluded(X509 *x)
{
    put_subtree(x, false, general(GEN_DNS, "", 0), -1, -1);
}

static inline void nothing_constrained(X509 *x)
{
    chain_extend(x, x, "nameConstraints", "critical,DER:3000");
}

static inline void damaged_constraints(X509 *x)
{
    chain_extend(x, x, "nameConstraints", "critical,DER:3003A00101");
}

#define NC(text) .constraints = "critical," text

static const struct chain_case constraint_cases[] = {
    YES(.what = "a permitted domain", .middle = {NC("permitted;DNS:example.com")}),
    YES(.what = "a permitted domain in capitals", .middle = {NC("permitted;DNS:EXAMPLE.com")}),
    YES(.what = "a permitted name itself", .middle = {NC("permitted;DNS:app.example.com")}),
    YES(.what = "names below a permitted domain", .middle = {NC("permitted;DNS:.example.com")}),
    YES(.what = "one of two permitted domains",
        .middle = {NC("permitted;DNS:example.org,permitted;DNS:example.com")}),
    YES(.what = "another domain excluded", .middle = {NC("excluded;DNS:example.org")}),
    YES(.what = "a longer name excluded", .middle = {NC("excluded;DNS:x.app.example.com")}),
    YES(.what = "a domain that ends alike excluded", .middle = {NC("excluded;DNS:ample.com")}),
    YES(.what = "addresses excluded, a name shown", .middle = {NC("excluded;IP:0.0.0.0/0.0.0.0")}),
    YES(.what = "addresses permitted, a name shown",
        .middle = {NC("permitted;IP:192.0.2.0/255.255.255.0")}),
    YES(.what = "a permitted network", .host = "192.0.2.7", ALT("IP:192.0.2.7"),
        .middle = {NC("permitted;IP:192.0.2.0/255.255.255.0")}),
    YES(.what = "a permitted network of IPv6", .host = "2001:db8::1",
        ALT("IP:2001:db8:0:0:0:0:0:1"),
        .middle = {NC("permitted;IP:2001:db8:0:0:0:0:0:0/ffff:ffff:0:0:0:0:0:0")}),
    YES(.what = "another network excluded", .host = "192.0.2.7", ALT("IP:192.0.2.7"),
        .middle = {NC("excluded;IP:198.51.100.0/255.255.255.0")}),
    YES(.what = "a permitted organization", .leaf = {.org = "Example"},
        .middle = {.before = permit_example}),
    YES(.what = "another organization excluded", .leaf = {.org = "Other"},
        .middle = {.before = exclude_example}),
    YES(.what = "a permitted domain in root and intermediate",
        .middle = {NC("permitted;DNS:example.com")}, .root = {NC("permitted;DNS:com")}),
    YES(.what = "a wildcard inside a permitted domain", ALT("DNS:*.example.com"),
        .middle = {NC("permitted;DNS:example.com")}),
    YES(.what = "a wildcard beside what is excluded", ALT("DNS:*.example.com"),
        .middle = {NC("excluded;DNS:example.org")}),
    NO(.what = "a name outside the permitted domain", .middle = {NC("permitted;DNS:example.org")}),
    NO(.what = "a name outside, a root of one's own", .own = true,
       .middle = {NC("permitted;DNS:example.org")}),
    NO(.what = "a second name outside the permitted domain",
       ALT("DNS:app.example.com,DNS:app.example.org"), .middle = {NC("permitted;DNS:example.com")}),
    NO(.what = "a domain that only ends like the permitted one", .host = "evilexample.com",
       ALT("DNS:evilexample.com"), .middle = {NC("permitted;DNS:example.com")}),
    NO(.what = "the domain itself, where names below are permitted", .host = "example.com",
       ALT("DNS:example.com"), .middle = {NC("permitted;DNS:.example.com")}),
    NO(.what = "an excluded domain", .middle = {NC("excluded;DNS:example.com")}),
    NO(.what = "an excluded domain in capitals", .middle = {NC("excluded;DNS:EXAMPLE.COM")}),
    NO(.what = "an excluded name", .middle = {NC("excluded;DNS:app.example.com")}),
    NO(.what = "a name permitted and excluded",
       .middle = {NC("permitted;DNS:example.com,excluded;DNS:app.example.com")}),
    NO(.what = "every name excluded", .middle = {.before = every_name_excluded}),
    NO(.what = "a wildcard over an excluded name", ALT("DNS:*.example.com"),
       .middle = {NC("excluded;DNS:app.example.com")}),
    NO(.what = "a wildcard over another excluded name", ALT("DNS:*.example.com"),
       .middle = {NC("excluded;DNS:bad.example.com")}),
    NO(.what = "a wildcard over an excluded name, a root of one's own", .own = true,
       ALT("DNS:*.example.com"), .middle = {NC("excluded;DNS:bad.example.com")}),
    NO(.what = "a wildcard in an excluded domain", ALT("DNS:*.example.com"),
       .middle = {NC("excluded;DNS:example.com")}),
    NO(.what = "a wildcard over more than is permitted", ALT("DNS:*.example.com"),
       .middle = {NC("permitted;DNS:app.example.com")}),
    NO(.what = "a root that permits another domain", .root = {NC("permitted;DNS:example.org")}),
    NO(.what = "a root that excludes the domain", .root = {NC("excluded;DNS:example.com")}),
    NO(.what = "an intermediate that permits more than its root",
       .middle = {NC("permitted;DNS:com")}, .root = {NC("permitted;DNS:example.org")}),
    NO(.what = "an address outside the network", .host = "192.0.2.7", ALT("IP:192.0.2.7"),
       .middle = {NC("permitted;IP:198.51.100.0/255.255.255.0")}),
    NO(.what = "an excluded network", .host = "192.0.2.7", ALT("IP:192.0.2.7"),
       .middle = {NC("excluded;IP:192.0.2.0/255.255.255.0")}),
    NO(.what = "an excluded address beside the right name", ALT("DNS:app.example.com,IP:192.0.2.7"),
       .middle = {NC("excluded;IP:192.0.2.0/255.255.255.0")}),
    NO(.what = "an organization outside", .leaf = {.org = "Other"},
       .middle = {.before = permit_example}),
    NO(.what = "an excluded organization", .leaf = {.org = "Example"},
       .middle = {.before = exclude_example}),
    NO(.what = "a mail address outside", ALT("DNS:app.example.com,email:x@example.org"),
       .middle = {NC("permitted;email:example.com")}),
    NO(.what = "an excluded mail domain", ALT("DNS:app.example.com,email:x@example.org"),
       .middle = {NC("excluded;email:example.org")}),
    NO(.what = "an excluded URI", ALT("DNS:app.example.com,URI:https://example.org/"),
       .middle = {NC("excluded;URI:example.org")}),
    NO(.what = "constraints without any", .middle = {.before = nothing_constrained}),
    NO(.what = "constraints that do not parse", .middle = {.before = damaged_constraints}),
    NO(.what = "a constraint with a minimum", .middle = {.before = a_minimum}),
    NO(.what = "a constraint with a maximum", .middle = {.before = a_maximum}),
    NO(.what = "a mask with holes", .middle = {.before = holes_in_mask}),
    NO(.what = "a mask with holes over an address", .host = "192.0.2.7", ALT("IP:192.0.2.7"),
       .middle = {.before = holes_in_mask}),
    NO(.what = "an excluded address without a mask", .middle = {.before = an_address_without_mask}),
    NO(.what = "a wildcard for a constraint", .middle = {.before = a_wildcard_constraint}),
    NO(.what = "a NUL in a constraint", .middle = {.before = a_nul_constraint}),
};

#define POLICIES(text) .more = {"certificatePolicies=" text}

static const struct chain_case policy_cases[] = {
    YES(.what = "one policy all the way", .leaf = {POLICIES("1.2.3.4")},
        .middle = {.more = {"certificatePolicies=1.2.3.4",
                            "policyConstraints=critical,requireExplicitPolicy:0"}}),
    YES(.what = "policies that nobody requires", .leaf = {POLICIES("1.2.3.4")},
        .middle = {POLICIES("1.2.3.5")}),
    YES(.what = "any policy in the intermediate", .leaf = {POLICIES("1.2.3.4")},
        .middle = {.more = {"certificatePolicies=2.5.29.32.0",
                            "policyConstraints=critical,requireExplicitPolicy:0"}}),
    YES(.what = "a policy mapped", .leaf = {POLICIES("1.2.3.5")},
        .middle = {.more = {"certificatePolicies=1.2.3.4",
                            "policyMappings=critical,1.2.3.4:1.2.3.5",
                            "policyConstraints=critical,requireExplicitPolicy:0"}}),
    NO(.what = "a policy required and none shown",
       .middle = {.more = {"certificatePolicies=1.2.3.4",
                           "policyConstraints=critical,requireExplicitPolicy:0"}}),
    NO(.what = "a policy required and another shown", .leaf = {POLICIES("1.2.3.5")},
       .middle = {.more = {"certificatePolicies=1.2.3.4",
                           "policyConstraints=critical,requireExplicitPolicy:0"}}),
    NO(.what = "any policy, where any is inhibited", .leaf = {POLICIES("2.5.29.32.0")},
       .middle = {.more = {"certificatePolicies=1.2.3.4", "inhibitAnyPolicy=critical,0",
                           "policyConstraints=critical,requireExplicitPolicy:0"}}),
    NO(.what = "any policy mapped", .leaf = {POLICIES("1.2.3.4")},
       .middle = {.more = {"certificatePolicies=1.2.3.4",
                           "policyMappings=critical,2.5.29.32.0:1.2.3.4",
                           "policyConstraints=critical,requireExplicitPolicy:0"}}),
    NO(.what = "policy constraints that are not critical",
       .middle = {.more = {"certificatePolicies=1.2.3.4",
                           "policyConstraints=requireExplicitPolicy:5"}}),
    NO(.what = "inhibitAnyPolicy that is not critical", .middle = {.more = {"inhibitAnyPolicy=5"}}),
    NO(.what = "the same policy twice", .leaf = {.more = {"certificatePolicies=1.2.3.4,1.2.3.4"}}),
    NO(.what = "policies that do not parse",
       .leaf = {.more = {"certificatePolicies=DER:3003020105"}}),
};

/* Ways to send and trust. certs[] is root, intermediate, leaf. */
static inline void send_nothing(struct chain *c)
{
    chain_trust(c, &c->certs[ROOT]);
}

static inline void trust_nothing(struct chain *c)
{
    chain_send(c, &c->certs[MIDDLE]);
}

static inline void trust_nothing_send_root(struct chain *c)
{
    chain_send(c, &c->certs[MIDDLE]);
    chain_send(c, &c->certs[ROOT]);
}

static inline void send_root_too(struct chain *c)
{
    trust_nothing_send_root(c);
    chain_trust(c, &c->certs[ROOT]);
}

static inline void send_root_first(struct chain *c)
{
    chain_send(c, &c->certs[ROOT]);
    chain_send(c, &c->certs[MIDDLE]);
    chain_trust(c, &c->certs[ROOT]);
}

static inline void send_everything_twice(struct chain *c)
{
    for (int i = 0; i < 2; i++) {
        chain_send(c, &c->certs[LEAF]);
        chain_send(c, &c->certs[ROOT]);
        chain_send(c, &c->certs[MIDDLE]);
    }
    chain_trust(c, &c->certs[ROOT]);
}

static inline void send_strangers(struct chain *c)
{
    for (int i = 0; i < 4; i++) {
        chain_send(c, chain_add(c, (struct make){.cn = "Stranger"}, SPARE, NULL));
    }
    chain_send(c, &c->certs[MIDDLE]);
    chain_trust(c, &c->certs[ROOT]);
}

static inline void trust_middle_only(struct chain *c)
{
    chain_send(c, &c->certs[MIDDLE]);
    chain_trust(c, &c->certs[MIDDLE]);
}

static inline void trust_leaf_only(struct chain *c)
{
    chain_trust(c, &c->certs[LEAF]);
}

static inline void self_signed(struct chain *c)
{
    chain_releaf(c, (struct make){0}, NULL);
    chain_trust(c, &c->certs[ROOT]);
}

static inline void self_signed_trusted(struct chain *c)
{
    chain_releaf(c, (struct make){0}, NULL);
    chain_trust(c, &c->certs[LEAF]);
}

static inline void root_for_a_leaf(struct chain *c)
{
    chain_releaf(c,
                 (struct make){.basic = "critical,CA:TRUE",
                               .usage = "critical,keyCertSign,digitalSignature"},
                 NULL);
    chain_trust(c, &c->certs[LEAF]);
}

static inline void leaf_of_the_root(struct chain *c)
{
    chain_releaf(c, (struct make){0}, &c->certs[ROOT]);
    chain_trust(c, &c->certs[ROOT]);
}

/* A leaf signs another: the oldest mistake there is. */
static inline void leaf_signs(struct chain *c)
{
    struct test_cert *signer = chain_add(c,
                                         (struct make){.cn = "evil.example",
                                                       .alt = "DNS:evil.example",
                                                       .basic = "critical,CA:FALSE",
                                                       .usage = "critical,digitalSignature"},
                                         SPARE, &c->certs[MIDDLE]);
    chain_releaf(c, (struct make){0}, signer);
    chain_send(c, signer);
    chain_send(c, &c->certs[MIDDLE]);
    chain_trust(c, &c->certs[ROOT]);
}

/* A root of the same name as the trusted one, with another key. */
static inline void namesake_root(struct chain *c)
{
    struct test_cert *fake = chain_add(c, (struct make){.cn = "Root"}, SPARE, NULL);
    chain_releaf(c, (struct make){0}, fake);
    chain_send(c, fake);
    chain_trust(c, &c->certs[ROOT]);
}

/* An intermediate of the right name, with another key and no good signature. */
static inline void namesake_middle(struct chain *c)
{
    struct test_cert *fake = chain_add(c, (struct make){.cn = "Middle"}, SPARE, NULL);
    chain_releaf(c, (struct make){0}, fake);
    chain_send(c, fake);
    chain_send(c, &c->certs[MIDDLE]);
    chain_trust(c, &c->certs[ROOT]);
}

/* Two intermediates of one name and key; `bad` is sent first. */
static inline void beside(struct chain *c, struct make bad, enum role key)
{
    bad.cn = "Middle";
    struct test_cert *other = chain_add(c, bad, key, &c->certs[ROOT]);
    chain_send(c, other);
    chain_send(c, &c->certs[MIDDLE]);
    chain_trust(c, &c->certs[ROOT]);
}

static inline void beside_expired(struct chain *c)
{
    beside(c, (struct make){.from_days = -40, .until_days = -10}, MIDDLE);
}

static inline void beside_no_ca(struct chain *c)
{
    beside(c, (struct make){.basic = "critical,CA:FALSE"}, MIDDLE);
}

static inline void beside_constrained(struct chain *c)
{
    beside(c, (struct make){NC("excluded;DNS:example.com")}, MIDDLE);
}

static inline void beside_clients(struct chain *c)
{
    beside(c, (struct make){.purpose = "clientAuth"}, MIDDLE);
}

static inline void beside_sha1(struct chain *c)
{
    beside(c, (struct make){.digest = "SHA1"}, MIDDLE);
}

static inline void beside_altered(struct chain *c)
{
    beside(c, (struct make){.after = flip_signature}, MIDDLE);
}

static inline void beside_serial_zero(struct chain *c)
{
    beside(c, (struct make){.serial = "0"}, MIDDLE);
}

static inline void beside_other_key(struct chain *c)
{
    test_cert_free(&c->certs[LEAF]);
    struct make plain = {.aki = "issuer", .ski = ""};
    c->certs[LEAF] = chain_cert(&(struct make){0}, LEAF, &c->certs[MIDDLE]);
    beside(c, plain, SPARE);
}

static inline void beside_an_untrusted_root(struct chain *c)
{
    struct test_cert *stranger = chain_add(c, (struct make){.cn = "Stranger"}, SPARE, NULL);
    chain_send(c, chain_add(c, (struct make){.cn = "Middle"}, MIDDLE, stranger));
    chain_send(c, stranger);
    chain_send(c, &c->certs[MIDDLE]);
    chain_trust(c, &c->certs[ROOT]);
}

/* The two intermediates are both bad, each in its own way. */
static inline void both_bad(struct chain *c)
{
    chain_send(c, chain_add(c, (struct make){.cn = "Middle", .purpose = "clientAuth"}, MIDDLE,
                            &c->certs[ROOT]));
    chain_send(
        c, chain_add(c, (struct make){.cn = "Middle", .digest = "SHA1"}, MIDDLE, &c->certs[ROOT]));
    chain_send(c, chain_add(c, (struct make){.cn = "Middle", .basic = "critical,CA:FALSE"}, MIDDLE,
                            &c->certs[ROOT]));
    chain_trust(c, &c->certs[ROOT]);
}

/* The root of a new CA, cross-signed by an old one that clients know. */
static inline void cross(struct chain *c, struct make old, bool know_old, bool know_new)
{
    old.cn = "Old root";
    struct test_cert *root = chain_add(c, old, SPARE, NULL);
    struct test_cert *crossed = chain_add(c, (struct make){.cn = "Root"}, ROOT, root);
    chain_send(c, &c->certs[MIDDLE]);
    chain_send(c, crossed);
    if (know_old) {
        chain_trust(c, root);
    }
    if (know_new) {
        chain_trust(c, &c->certs[ROOT]);
    }
}

static inline void crossed(struct chain *c)
{
    cross(c, (struct make){0}, true, false);
}

static inline void crossed_both_known(struct chain *c)
{
    cross(c, (struct make){0}, true, true);
}

static inline void crossed_old_expired(struct chain *c)
{
    cross(c, (struct make){.from_days = -40, .until_days = -10}, true, true);
}

static inline void crossed_old_expired_alone(struct chain *c)
{
    cross(c, (struct make){.from_days = -40, .until_days = -10}, true, false);
}

static inline void crossed_unknown(struct chain *c)
{
    cross(c, (struct make){0}, false, false);
}

/* Two roots of one name, both trusted; the right one is not the first. */
static inline void two_roots_of_a_name(struct chain *c)
{
    chain_trust(c, chain_add(c, (struct make){.cn = "Root"}, SPARE, NULL));
    chain_send(c, &c->certs[MIDDLE]);
    chain_trust(c, &c->certs[ROOT]);
}

/* Root of one name and key twice: renewed. The old one has expired. */
static inline void renewed_root(struct chain *c)
{
    chain_trust(c, chain_add(c, (struct make){.cn = "Root", .from_days = -40, .until_days = -10},
                             ROOT, NULL));
    chain_send(c, &c->certs[MIDDLE]);
    chain_trust(c, &c->certs[ROOT]);
}

/* Two CAs that signed each other, and no root. */
static inline void a_loop(struct chain *c, bool root)
{
    struct test_cert a = {c->certs[MIDDLE].x, c->certs[MIDDLE].key};
    struct test_cert *b = chain_add(c, (struct make){.cn = "Spare"}, SPARE, &a);
    struct test_cert *a_again = chain_add(c, (struct make){.cn = "Middle"}, MIDDLE, b);
    chain_send(c, a_again);
    chain_send(c, b);
    if (root) {
        chain_send(c, &c->certs[MIDDLE]);
    }
    chain_trust(c, &c->certs[ROOT]);
}

static inline void loop_without_root(struct chain *c)
{
    a_loop(c, false);
}

static inline void loop_with_root(struct chain *c)
{
    a_loop(c, true);
}

/* `count` intermediates, one below the other. */
static inline void line_of(struct chain *c, int count)
{
    struct test_cert *above = &c->certs[ROOT];
    for (int i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "CA %d", i);
        above = chain_add(c, (struct make){.cn = name}, i % 2 ? SPARE : MIDDLE, above);
        chain_send(c, above);
    }
    chain_releaf(c, (struct make){0}, above);
    chain_trust(c, &c->certs[ROOT]);
}

static inline void line_of_8(struct chain *c)
{
    line_of(c, 8);
}

static inline void line_of_9(struct chain *c)
{
    line_of(c, 9);
}

static inline void line_of_20(struct chain *c)
{
    line_of(c, 20);
}

/* A constrained or length-limited CA makes a CA of the same name to get rid of it. */
static inline void same_name(struct chain *c)
{
    struct test_cert *twin = chain_add(c, (struct make){.cn = "Middle"}, SPARE, &c->certs[MIDDLE]);
    chain_releaf(c, (struct make){0}, twin);
    chain_send(c, twin);
    chain_send(c, &c->certs[MIDDLE]);
    chain_trust(c, &c->certs[ROOT]);
}

static inline void deeper(struct chain *c)
{
    struct test_cert *below = chain_add(c, (struct make){.cn = "Below"}, SPARE, &c->certs[MIDDLE]);
    chain_releaf(c, (struct make){0}, below);
    chain_send(c, below);
    chain_send(c, &c->certs[MIDDLE]);
    chain_trust(c, &c->certs[ROOT]);
}

static inline void swap_leaf_signature(struct chain *c)
{
    struct test_cert *stranger = chain_add(c, (struct make){.cn = "Middle"}, SPARE, NULL);
    struct make m = {0};
    test_cert_free(&c->certs[LEAF]);
    c->certs[LEAF] = chain_cert(&m, LEAF, &(struct test_cert){c->certs[MIDDLE].x, stranger->key});
    chain_send(c, &c->certs[MIDDLE]);
    chain_trust(c, &c->certs[ROOT]);
}

static const struct chain_case path_cases[] = {
    YES(.what = "the root sent along", .arrange = send_root_too),
    YES(.what = "the chain out of order", .arrange = send_root_first),
    YES(.what = "everything twice", .arrange = send_everything_twice),
    YES(.what = "strangers in between", .arrange = send_strangers),
    YES(.what = "a leaf of the root itself", .arrange = leaf_of_the_root),
    YES(.what = "a self-signed leaf that the user trusts", .own = true,
        .arrange = self_signed_trusted),
    YES(.what = "a self-signed CA as a leaf that the user trusts", .own = true,
        .arrange = root_for_a_leaf),
    YES(.what = "a deeper chain", .arrange = deeper),
    YES(.what = "a good path beside an expired one", .arrange = beside_expired),
    YES(.what = "a good path beside one without a CA", .arrange = beside_no_ca),
    YES(.what = "a good path beside a constrained one", .arrange = beside_constrained),
    YES(.what = "a good path beside one for clients", .arrange = beside_clients),
    YES(.what = "a good path beside one signed with SHA-1", .arrange = beside_sha1),
    YES(.what = "a good path beside an altered one", .arrange = beside_altered),
    YES(.what = "a good path beside one with serial number 0", .arrange = beside_serial_zero),
    YES(.what = "a good path beside one with another key", .leaf = {.aki = "issuer"},
        .arrange = beside_other_key),
    YES(.what = "a good path beside one to an untrusted root", .arrange = beside_an_untrusted_root),
    YES(.what = "a cross-signed root", .arrange = crossed),
    YES(.what = "a cross-signed root that is known itself", .arrange = crossed_both_known),
    YES(.what = "a root cross-signed by an expired one", .arrange = crossed_old_expired),
    YES(.what = "an expired root whose cross-signed twin is good",
        .root = {.from_days = -40, .until_days = -10}, .arrange = crossed_both_known),
    YES(.what = "two trusted roots of one name", .arrange = two_roots_of_a_name),
    YES(.what = "a renewed root", .arrange = renewed_root),
    YES(.what = "a loop beside the path", .arrange = loop_with_root),
    YES(.what = "8 intermediates", .arrange = line_of_8),
    NO(.what = "9 intermediates", .arrange = line_of_9),
    NO(.what = "20 intermediates", .arrange = line_of_20),
    NO(.what = "the intermediate not sent", .arrange = send_nothing),
    NO(.what = "an unknown root", .arrange = trust_nothing),
    NO(.what = "an unknown root sent along", .arrange = trust_nothing_send_root),
    NO(.what = "only the intermediate trusted", .arrange = trust_middle_only),
    NO(.what = "only the leaf trusted", .arrange = trust_leaf_only),
    NO(.what = "a self-signed leaf", .arrange = self_signed),
    NO(.what = "a self-signed leaf among the system's roots", .arrange = self_signed_trusted),
    NO(.what = "a root of the system's as a leaf", .arrange = root_for_a_leaf),
    NO(.what = "a leaf signed by a leaf", .arrange = leaf_signs),
    NO(.what = "a leaf signed by a leaf, a root of one's own", .own = true, .arrange = leaf_signs),
    NO(.what = "a root of the trusted one's name", .arrange = namesake_root),
    NO(.what = "an intermediate of the right one's name", .arrange = namesake_middle),
    NO(.what = "the right issuer's name and the wrong key", .arrange = swap_leaf_signature),
    NO(.what = "three paths, each bad", .arrange = both_bad),
    NO(.what = "a good path beside a bad one, an expired leaf",
       .leaf = {.from_days = -40, .until_days = -10}, .arrange = beside_constrained),
    NO(.what = "a root cross-signed by an expired one only", .arrange = crossed_old_expired_alone),
    NO(.what = "a root cross-signed by an unknown one only", .arrange = crossed_unknown),
    NO(.what = "a loop", .arrange = loop_without_root),
    NO(.what = "a path longer than the intermediate allows", .arrange = deeper,
       .middle = {.basic = "critical,CA:TRUE,pathlen:0"}),
    NO(.what = "a constrained CA's CA", .arrange = deeper,
       .middle = {NC("permitted;DNS:example.org")}),
    NO(.what = "a constrained CA's CA of the same name", .arrange = same_name,
       .middle = {NC("permitted;DNS:example.org")}),
    NO(.what = "a CA for clients and its CA", .arrange = deeper,
       .middle = {.purpose = "clientAuth"}),
};

#endif
