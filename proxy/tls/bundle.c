/* A bundle is written in one go: the base is read as a whole, its certificates are copied one by
 * one, a line that says whose certificate follows is put behind them, and then ours. That line is
 * also where a bundle that is read again as a base ends, so the same bundle can be refreshed from
 * itself without collecting the roots of every CA there ever was. */
#include "why401/tls/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "why401/base/file.h"
#include "why401/base/str.h"

#define OURS "# The root certificate of the why401 on this machine\n"

static const char begin[] = "-----BEGIN ";
static const char end[] = "-----END ";
static const char dashes[] = "-----";

const char *bundle_system_roots(void)
{
    static const char *const places[] = {
        "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Arch, Alpine */
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, RHEL */
        "/etc/pki/tls/certs/ca-bundle.crt",                  /* older ones of those */
        "/etc/ssl/ca-bundle.pem",                            /* openSUSE */
        "/etc/ssl/certs/ca-bundle.crt",                      /* NixOS */
        "/etc/ssl/cert.pem",                                 /* macOS, BSD */
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (access(places[i], R_OK) == 0) {
            return places[i];
        }
    }
    return NULL;
}

static int read_base(const char *path, struct str *text, struct err *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not make us wait */
    struct stat st;
    if (file < 0 || fstat(file, &st) != 0) {
        int reason = errno;
        if (file >= 0) {
            close(file);
        }
        return err_set(err, ERR_SYSTEM, "%s cannot be opened: %s", path, strerror(reason));
    }
    int result = 0;
    int reason = 0;
    if (!S_ISREG(st.st_mode)) {
        result = err_set(err, ERR_SYSTEM, "%s is not a file of certificates", path);
    } else if ((reason = file_read_rest(file, text)) != 0) {
        result = err_set(err, ERR_SYSTEM, "%s cannot be read: %s", path, strerror(reason));
    }
    close(file);
    return result;
}

/* Moves *rest behind the next PEM block, which *block then is, and *label its label; false when
 * there is none any more. */
static bool next_block(struct span *rest, struct span *block, struct span *label)
{
    ptrdiff_t at = span_find(*rest, span_of(begin));
    if (at < 0) {
        return false;
    }
    struct span from = span_from(*rest, (size_t)at);
    struct span name = span_from(from, sizeof begin - 1);
    ptrdiff_t label_len = span_find(name, span_of(dashes));
    ptrdiff_t last = span_find(from, span_of(end));
    if (label_len < 0 || last < 0) {
        return false;
    }
    /* The closing line repeats the label: as long as the opening one without its "BEGIN". */
    size_t len = (size_t)last + sizeof end - 1 + (size_t)label_len + sizeof dashes - 1;
    *label = span_first(name, (size_t)label_len);
    *block = span_first(from, len);
    *rest = span_from(from, len);
    return true;
}

/* Adds the certificates in base, but not ours. Returns how many. */
static size_t copy_certificates(struct span base, struct str *out)
{
    ptrdiff_t ours = span_find(base, SPAN(OURS));
    struct span rest = ours >= 0 ? span_first(base, (size_t)ours) : base;
    struct span block;
    struct span label;
    size_t count = 0;
    while (next_block(&rest, &block, &label)) {
        if (span_ends(label, SPAN("CERTIFICATE"))) {
            str_add(out, block);
            str_add_c(out, '\n');
            count++;
        }
    }
    return count;
}

/* Copies and writes what read_base has read. */
static int write_bundle(const char *path, const char *base_file, struct span base,
                        struct span ca_pem, struct err *err)
{
    struct str out;
    str_init(&out, 2 * base.len + ca_pem.len + sizeof OURS);
    int result = 0;
    if (copy_certificates(base, &out) == 0) {
        result = err_set(err, ERR_SYSTEM, "%s holds no certificate in PEM", base_file);
    }
    str_add(&out, SPAN(OURS));
    str_add(&out, ca_pem);
    if (result == 0) {
        result = file_replace(path, &out, err);
    }
    str_release(&out);
    return result;
}

int bundle_write(const char *path, const char *base_file, struct span ca_pem, struct err *err)
{
    const char *from = base_file ? base_file : bundle_system_roots();
    if (!from) {
        return err_set(err, ERR_SYSTEM,
                       "no file with the system's root certificates was found. Install the "
                       "package ca-certificates, or name such a file in SSL_CERT_FILE");
    }
    struct str base;
    str_init(&base, BUNDLE_MOST);
    int result = read_base(from, &base, err);
    if (result == 0) {
        result = write_bundle(path, from, str_span(&base), ca_pem, err);
    }
    str_release(&base);
    return result;
}
