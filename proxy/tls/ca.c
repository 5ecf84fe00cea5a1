/* The local CA as the rest of the program sees it. ca_open reads the folder; where there is none it
 * makes a CA, writes it and reads it back, so that a folder written a moment ago and one written a
 * year ago go through the same checks. Every failure leaves nothing behind but its text. */
#include "ca_parts.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cert.h"
#include "name.h"
#include "reason.h"
#include "why401/base/clock.h"
#include "why401/base/home.h"
#include "why401/base/ip.h"

static time_t now_seconds(void)
{
    return (time_t)(clock_wall_ms() / 1000);
}

void ca_free(struct ca *ca)
{
    if (!ca) {
        return;
    }
    X509_free(ca->root);
    X509_free(ca->intermediate);
    EVP_PKEY_free(ca->key);
    sk_X509_free(ca->chain); /* its certificate was not counted for it */
    NAME_CONSTRAINTS_free(ca->names);
    OPENSSL_cleanse(ca->ticket_keys, sizeof ca->ticket_keys);
    free(ca->path);
    free(ca->pem);
    free(ca);
}

/* The intermediate's constraints when they are there, critical, and permit something of both kinds;
 * anything else could sign for names that are none of our business. */
static NAME_CONSTRAINTS *constraints_of(X509 *x)
{
    int critical = 0;
    NAME_CONSTRAINTS *names = X509_get_ext_d2i(x, NID_name_constraints, &critical, NULL);
    bool dns = false;
    bool ip = false;
    int count = names ? sk_GENERAL_SUBTREE_num(names->permittedSubtrees) : 0;
    for (int i = 0; i < count; i++) {
        int type = sk_GENERAL_SUBTREE_value(names->permittedSubtrees, i)->base->type;
        dns = dns || type == GEN_DNS;
        ip = ip || type == GEN_IPADD;
    }
    if (!dns || !ip || critical != 1) {
        NAME_CONSTRAINTS_free(names);
        return NULL;
    }
    return names;
}

static int check_pair(const struct ca *ca, const char *where, struct err *err)
{
    if (X509_check_private_key(ca->intermediate, ca->key) != 1) {
        return err_set(err, ERR_CA, "%s: intermediate-key.pem is not the key of intermediate.pem",
                       where);
    }
    if (X509_check_ca(ca->root) != 1 || X509_verify(ca->root, X509_get0_pubkey(ca->root)) != 1) {
        return err_set(err, ERR_CA, "%s: ca.pem is not a root certificate", where);
    }
    if (X509_check_ca(ca->intermediate) != 1 ||
        X509_check_issued(ca->root, ca->intermediate) != X509_V_OK ||
        X509_verify(ca->intermediate, X509_get0_pubkey(ca->root)) != 1) {
        return err_set(err, ERR_CA, "%s: intermediate.pem was not signed by ca.pem", where);
    }
    return 0;
}

static int check_dates(struct ca *ca, const char *where, time_t now, struct err *err)
{
    time_t root = cert_time(X509_get0_notAfter(ca->root));
    time_t intermediate = cert_time(X509_get0_notAfter(ca->intermediate));
    char text[CLOCK_TEXT_SIZE];
    ca->expires = root < intermediate ? root : intermediate;
    if (now >= ca->expires) {
        return err_set(
            err, ERR_CA,
            "%s: the local CA expired on %.10s. 'why401 ca rotate' makes a new one, whose "
            "ca.pem clients then have to trust",
            where, clock_text((int64_t)ca->expires * 1000, text));
    }
    time_t from = cert_time(X509_get0_notBefore(ca->intermediate));
    if (now < from) {
        return err_set(err, ERR_CA,
                       "%s: the local CA is not valid before %.10s. Is this machine's clock right?",
                       where, clock_text((int64_t)from * 1000, text));
    }
    return 0;
}

/* Keeps the root in PEM, which the CLI and the demo hand to clients. */
static bool keep_pem(struct ca *ca)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *text = NULL;
    long len = memory && PEM_write_bio_X509(memory, ca->root) ? BIO_get_mem_data(memory, &text) : 0;
    if (len > 0) {
        ca->pem = span_dup(span(text, (size_t)len));
        ca->pem_len = (size_t)len;
    }
    BIO_free(memory);
    return ca->pem != NULL;
}

int ca_complete(struct ca *ca, const char *where, time_t now, struct err *err)
{
    if (check_pair(ca, where, err) != 0 || check_dates(ca, where, now, err) != 0) {
        return -1;
    }
    ca->names = constraints_of(ca->intermediate);
    if (!ca->names) {
        return err_set(err, ERR_CA,
                       "%s: intermediate.pem may sign for any name: its name constraints are "
                       "missing or not critical. why401 did not make it",
                       where);
    }
    ca->chain = sk_X509_new_null();
    if (!ca->chain || sk_X509_push(ca->chain, ca->intermediate) <= 0 || !keep_pem(ca) ||
        RAND_bytes(ca->ticket_keys, sizeof ca->ticket_keys) != 1) {
        return err_set(err, ERR_CA, "%s: the CA could not be set up: %s", where, openssl_reason());
    }
    return 0;
}

/* Makes a CA and saves it, unless another process was faster; its CA serves as well then. */
static int create(const char *dir, struct err *err)
{
    struct ca *ca = calloc(1, sizeof *ca);
    if (!ca) {
        return err_set(err, ERR_MEMORY, "no memory for a CA");
    }
    int result = ca_make(ca, now_seconds(), err);
    if (result == 0) {
        result = ca_save(ca, dir, err);
    }
    ca_free(ca);
    return result < 0 ? -1 : 0;
}

static int load_or_create(struct ca *ca, const char *dir, struct err *err)
{
    int result = ca_load(ca, dir, err);
    if (result == 1) {
        result = create(dir, err) != 0 ? -1 : ca_load(ca, dir, err);
    }
    if (result == 1) {
        return err_set(err, ERR_CA, "%s vanished while it was being opened", dir);
    }
    return result;
}

/* dir, or the default place, without slashes at its end: what is put behind it must not fall
 * inside. */
int ca_folder_path(const char *dir, char path[PATH_MAX], struct err *err)
{
    if (!dir) {
        return ca_default_dir(path, PATH_MAX, err);
    }
    size_t len = strlen(dir);
    while (len > 1 && dir[len - 1] == '/') {
        len--;
    }
    if (len == 0 || len >= PATH_MAX) {
        return err_set(err, ERR_CA, "the path of the CA is empty or longer than %d bytes",
                       PATH_MAX);
    }
    memcpy(path, dir, len);
    path[len] = '\0';
    return 0;
}

/* Loads ca from dir, where `create` is true after making it if there is none. 1: there is none. */
static int open_at(struct ca *ca, const char *dir, bool create, struct err *err)
{
    int result = create ? load_or_create(ca, dir, err) : ca_load(ca, dir, err);
    if (result == 0) {
        result = ca_complete(ca, dir, now_seconds(), err);
    }
    if (result == 0 && asprintf(&ca->path, "%s/" CA_ROOT_FILE, dir) < 0) {
        ca->path = NULL;
        result = err_set(err, ERR_MEMORY, "no memory for a CA");
    }
    return result;
}

static int open_ca(const char *dir, bool create, struct ca **out, struct err *err)
{
    char path[PATH_MAX];
    *out = NULL;
    if (ca_folder_path(dir, path, err) != 0) {
        return -1;
    }
    struct ca *ca = calloc(1, sizeof *ca);
    if (!ca) {
        return err_set(err, ERR_MEMORY, "no memory for a CA");
    }
    int result = open_at(ca, path, create, err);
    if (result == 0) {
        *out = ca;
    } else {
        ca_free(ca);
    }
    return result;
}

struct ca *ca_open(const char *dir, struct err *err)
{
    struct ca *ca;
    open_ca(dir, true, &ca, err);
    return ca;
}

int ca_look(const char *dir, struct ca **ca, struct err *err)
{
    return open_ca(dir, false, ca, err);
}

struct ca *ca_ephemeral(struct err *err)
{
    struct ca *ca = calloc(1, sizeof *ca);
    if (!ca) {
        err_set(err, ERR_MEMORY, "no memory for a CA");
        return NULL;
    }
    time_t now = now_seconds();
    if (ca_make(ca, now, err) == 0 && ca_complete(ca, "the CA in memory", now, err) == 0) {
        return ca;
    }
    ca_free(ca);
    return NULL;
}

const char *ca_root_path(const struct ca *ca)
{
    return ca->path;
}

struct span ca_root_pem(const struct ca *ca)
{
    return span(ca->pem, ca->pem_len);
}

int ca_default_dir(char *path, size_t size, struct err *err)
{
    return home_path(HOME_DATA, "", path, size)
               ? 0
               : err_set(err, ERR_CA,
                         "no place for the local CA: XDG_DATA_HOME and HOME are not set and user "
                         "%ld has no home directory, or its path is too long. Set XDG_DATA_HOME",
                         (long)geteuid());
}

static struct span string_span(const ASN1_STRING *s)
{
    return span((const char *)ASN1_STRING_get0_data(s), (size_t)ASN1_STRING_length(s));
}

/* RFC 5280 §4.2.1.10: the domain itself, or anything to the left of it. */
static bool in_domain(struct span name, struct span domain)
{
    if (name.len < domain.len || !span_ieq(span_from(name, name.len - domain.len), domain)) {
        return false;
    }
    return name.len == domain.len || name.ptr[name.len - domain.len - 1] == '.';
}

static bool in_block(struct ip ip, struct span block)
{
    size_t width = ip.family == 4 ? 4 : 16;
    if (block.len != 2 * width) {
        return false;
    }
    for (size_t i = 0; i < width; i++) {
        if (((unsigned char)block.ptr[i] ^ ip.bytes[i]) & (unsigned char)block.ptr[width + i]) {
            return false;
        }
    }
    return true;
}

bool ca_permits(const struct ca *ca, struct span name)
{
    struct ip ip;
    bool is_ip = ip_parse(name, &ip);
    if (!is_ip && !name_is_dns(name)) {
        return false;
    }
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(ca->names->permittedSubtrees); i++) {
        const GENERAL_NAME *base = sk_GENERAL_SUBTREE_value(ca->names->permittedSubtrees, i)->base;
        if ((is_ip && base->type == GEN_IPADD && in_block(ip, string_span(base->d.iPAddress))) ||
            (!is_ip && base->type == GEN_DNS && in_domain(name, string_span(base->d.dNSName)))) {
            return true;
        }
    }
    return false;
}
