/* Minting: a fresh P-256 key, the name as a GENERAL_NAME, the CA's signature. It takes a fraction
 * of a millisecond, so it is done in the handshake. A leaf is replaced when two thirds of the time
 * it has left at its birth are over; near the end of the CA's own life that happens more and more
 * often, and after it not at all: the handshake then fails and says so. */
#include "leaf.h"

#include <stdlib.h>
#include <string.h>

#include "ca_parts.h"
#include "cert.h"
#include "name.h"
#include "reason.h"

#define LOCAL_NAME SPAN("localhost")

void leaves_init(struct leaves *l)
{
    *l = (struct leaves){0};
    list_init(&l->recent);
}

static void leaf_free(struct leaf *leaf)
{
    X509_free(leaf->cert);
    EVP_PKEY_free(leaf->key);
    free(leaf);
}

static void drop(struct leaves *l, struct leaf *leaf)
{
    list_remove(&leaf->node);
    leaf_free(leaf);
    l->count--;
}

void leaves_release(struct leaves *l)
{
    while (!list_empty(&l->recent)) {
        leaf_free(LIST_ITEM(list_pop(&l->recent), struct leaf, node));
        l->count--;
    }
}

/* The leaf for localhost is also the one for clients that connect to an address and send no SNI. */
static GENERAL_NAMES *names_for(struct span name)
{
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    bool done = names && cert_push_dns(names, name);
    if (done && span_eq(name, LOCAL_NAME)) {
        done = cert_push_ip(names, (struct ip){.family = 4, .bytes = {127, 0, 0, 1}}) &&
               cert_push_ip(names, (struct ip){.family = 6, .bytes = {[15] = 1}});
    }
    if (!done) {
        GENERAL_NAMES_free(names);
        return NULL;
    }
    return names;
}

/* The subject is an organization and no common name: a client that read names from there would have
 * one more thing to be wrong about, and with a subject that is not empty subjectAltName need not be
 * critical. */
static X509 *mint_cert(const struct ca *ca, EVP_PKEY *key, GENERAL_NAMES *names, time_t now,
                       time_t until)
{
    X509 *x = cert_new(key, "why401 on this machine", NULL, now - DAY_SECONDS, until);
    if (x && cert_add_ca(x, -1) && cert_add_usage(x, CERT_DIGITAL_SIGNATURE) &&
        cert_add_server_auth(x) && cert_add_names(x, names) &&
        cert_sign(x, ca->intermediate, ca->key)) {
        return x;
    }
    X509_free(x);
    return NULL;
}

static struct leaf *mint(const struct ca *ca, struct span name, time_t now, struct err *err)
{
    if (now >= ca->expires) {
        err_set(err, ERR_CA, "the local CA has expired: no certificate for %.*s", SPAN_ARG(name));
        return NULL;
    }
    time_t until = now + (time_t)(LEAF_DAYS - 1) * DAY_SECONDS;
    until = until < ca->expires ? until : ca->expires;
    struct leaf *leaf = calloc(1, sizeof *leaf + name.len + 1);
    GENERAL_NAMES *names = names_for(name);
    if (leaf && names) {
        memcpy(leaf->name, name.ptr, name.len);
        leaf->renew = now + (until - now) * 2 / 3;
        leaf->key = cert_key();
        leaf->cert = leaf->key ? mint_cert(ca, leaf->key, names, now, until) : NULL;
    }
    GENERAL_NAMES_free(names);
    if (leaf && leaf->cert) {
        return leaf;
    }
    if (leaf) {
        leaf_free(leaf);
    }
    err_set(err, ERR_TLS, "no certificate could be made for %.*s: %s", SPAN_ARG(name),
            openssl_reason());
    return NULL;
}

static struct leaf *find(const struct leaves *l, struct span name)
{
    for (struct list *node = l->recent.next; node != &l->recent; node = node->next) {
        struct leaf *leaf = LIST_ITEM(node, struct leaf, node);
        if (span_eq(span_of(leaf->name), name)) {
            return leaf;
        }
    }
    return NULL;
}

const struct leaf *leaves_get(struct leaves *l, const struct ca *ca, struct span name, time_t now,
                              struct err *err)
{
    char lower[NAME_MOST + 1];
    name = name.len ? name : LOCAL_NAME;
    if (!name_is_dns(name) || !ca_permits(ca, name)) {
        err_set(err, ERR_TLS, "the local CA may not sign for this name");
        return NULL;
    }
    name_lower(name, lower);
    struct leaf *leaf = find(l, span(lower, name.len));
    if (leaf && now < leaf->renew) {
        list_remove(&leaf->node);
        list_push(&l->recent, &leaf->node);
        return leaf;
    }
    struct leaf *fresh = mint(ca, span(lower, name.len), now, err);
    if (!fresh) {
        return NULL;
    }
    if (leaf) {
        drop(l, leaf);
    } else if (l->count == LEAVES_MOST) {
        drop(l, LIST_ITEM(l->recent.next, struct leaf, node));
    }
    list_push(&l->recent, &fresh->node);
    l->count++;
    l->minted++;
    return fresh;
}
