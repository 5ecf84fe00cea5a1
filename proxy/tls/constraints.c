/* What a CA may sign for. OpenSSL applies the constraints; here they are held to their syntax, and
 * the one comparison is made that it leaves out: a wildcard against a name under it. */
#include "constraints.h"

#include <string.h>

#include "name.h"

static struct span bytes_of(const ASN1_STRING *value)
{
    return span((const char *)ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value));
}

struct span constraints_name(const GENERAL_NAME *name, char text[IP_TEXT_SIZE])
{
    int type;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);
    if (type != GEN_DNS && type != GEN_IPADD) {
        return span(NULL, 0);
    }
    struct span bytes = bytes_of(value);
    if (type == GEN_DNS) {
        return bytes;
    }
    struct ip ip = {.family = bytes.len == 4 ? 4 : 6};
    if (bytes.len != 4 && bytes.len != 16) {
        return span(NULL, 0);
    }
    memcpy(ip.bytes, bytes.ptr, bytes.len);
    return span_of(ip_text(ip, text));
}

/* Address and mask (RFC 4632): ones, then zeros. */
static bool is_subnet(struct span bytes)
{
    bool ended = false;
    if (bytes.len != 8 && bytes.len != 32) {
        return false;
    }
    for (size_t bit = bytes.len * 4; bit < bytes.len * 8; bit++) {
        bool one = ((unsigned char)bytes.ptr[bit / 8] >> (7 - bit % 8)) & 1;
        if (one && ended) {
            return false;
        }
        ended = ended || !one;
    }
    return true;
}

/* Empty: every name. A dot in front is not in the RFC, yet what it means is agreed on: OpenSSL, Go
 * and NSS read it as "names below". */
static bool is_domain(struct span name)
{
    name = span_starts(name, SPAN(".")) ? span_from(name, 1) : name;
    return name.len == 0 || name_is_host(name);
}

static bool are_readable(const STACK_OF(GENERAL_SUBTREE) * trees)
{
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(trees); i++) {
        int type;
        const GENERAL_SUBTREE *tree = sk_GENERAL_SUBTREE_value(trees, i);
        const ASN1_STRING *value = GENERAL_NAME_get0_value(tree->base, &type);
        if (tree->maximum || (tree->minimum && ASN1_INTEGER_get(tree->minimum) != 0) ||
            (type == GEN_DNS && !is_domain(bytes_of(value))) ||
            (type == GEN_IPADD && !is_subnet(bytes_of(value)))) {
            return false;
        }
    }
    return true;
}

bool constraints_readable(const X509 *x)
{
    int found;
    NAME_CONSTRAINTS *nc = X509_get_ext_d2i(x, NID_name_constraints, &found, NULL);
    if (!nc) {
        return found == -1;
    }
    bool some = sk_GENERAL_SUBTREE_num(nc->permittedSubtrees) > 0 ||
                sk_GENERAL_SUBTREE_num(nc->excludedSubtrees) > 0;
    bool good = some && are_readable(nc->permittedSubtrees) && are_readable(nc->excludedSubtrees);
    NAME_CONSTRAINTS_free(nc);
    return good;
}

/* "bad.example.com" or "very.bad.example.com" is within what "*.example.com" may stand for. */
static bool is_covered(struct span excluded, struct span wildcard)
{
    struct span suffix = span_from(wildcard, 1);
    return excluded.len >= suffix.len &&
           span_ieq(span_from(excluded, excluded.len - suffix.len), suffix);
}

static bool excludes(const X509 *ca, struct span wildcard)
{
    NAME_CONSTRAINTS *nc = X509_get_ext_d2i(ca, NID_name_constraints, NULL, NULL);
    bool found = false;
    for (int i = 0; nc && i < sk_GENERAL_SUBTREE_num(nc->excludedSubtrees) && !found; i++) {
        int type;
        const ASN1_STRING *value =
            GENERAL_NAME_get0_value(sk_GENERAL_SUBTREE_value(nc->excludedSubtrees, i)->base, &type);
        found = type == GEN_DNS && is_covered(bytes_of(value), wildcard);
    }
    NAME_CONSTRAINTS_free(nc);
    return found;
}

static bool any_excludes(const STACK_OF(X509) * chain, struct span wildcard)
{
    for (int i = 1; i < sk_X509_num(chain); i++) {
        if (excludes(sk_X509_value(chain, i), wildcard)) {
            return true;
        }
    }
    return false;
}

bool constraints_exclude_wildcards(const STACK_OF(X509) * chain)
{
    GENERAL_NAMES *names =
        X509_get_ext_d2i(sk_X509_value(chain, 0), NID_subject_alt_name, NULL, NULL);
    bool excluded = false;
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && !excluded; i++) {
        char text[IP_TEXT_SIZE];
        struct span name = constraints_name(sk_GENERAL_NAME_value(names, i), text);
        excluded = name.ptr && span_starts(name, SPAN("*.")) && any_excludes(chain, name);
    }
    GENERAL_NAMES_free(names);
    return excluded;
}
