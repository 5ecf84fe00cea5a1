#include "roots.h"

#include <dirent.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "reason.h"

static STACK_OF(X509) * of_file; /* filled once, never changed; NULL: no file is to be read */

/* "5ad8a5d6.0" */
static bool is_hash_link(const char *name)
{
    return strlen(name) == 10 && strspn(name, "0123456789abcdef") == 8 && name[8] == '.';
}

static bool has_hash_links(const char *folder)
{
    DIR *dir = opendir(folder);
    bool found = false;
    for (struct dirent *entry; dir && !found && (entry = readdir(dir));) {
        found = is_hash_link(entry->d_name);
    }
    if (dir) {
        closedir(dir);
    }
    return found;
}

/* The file to read, or NULL. Several folders are parted by colons; the first is as good as any to
 * tell whether they are kept with links. */
static const char *file_to_read(void)
{
    const char *named = secure_getenv(X509_get_default_cert_file_env());
    const char *folders = secure_getenv(X509_get_default_cert_dir_env());
    if (named && *named) {
        return named;
    }
    char *first = strdup(folders ? folders : X509_get_default_cert_dir());
    bool linked = first && has_hash_links(strtok(first, ":"));
    free(first);
    return linked ? NULL : X509_get_default_cert_file();
}

/* What cannot be read is no root; a file that is not there is none, as OpenSSL has it. */
static void read_file(void)
{
    const char *path = file_to_read();
    BIO *file = path ? BIO_new_file(path, "r") : NULL;
    of_file = file ? sk_X509_new_null() : NULL;
    for (X509 *x; of_file && (x = PEM_read_bio_X509_AUX(file, NULL, NULL, NULL));) {
        if (sk_X509_push(of_file, x) < 1) {
            X509_free(x);
        }
    }
    BIO_free(file);
    ERR_clear_error();
}

int roots_of_system(SSL_CTX *ssl, struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    X509_STORE *store = SSL_CTX_get_cert_store(ssl);
    pthread_once(&once, read_file);
    for (int i = 0; i < sk_X509_num(of_file); i++) {
        if (X509_STORE_add_cert(store, sk_X509_value(of_file, i)) != 1) {
            return err_set(err, ERR_TLS, "a root certificate of the system is unusable: %s",
                           openssl_reason());
        }
    }
    /* Not SSL_CTX_set_default_verify_paths: that adds a third place, the same folder again as a
     * store URI, and lists the whole of it at every handshake. */
    return SSL_CTX_set_default_verify_dir(ssl) == 1
               ? 0
               : err_set(err, ERR_TLS, "the system's root certificates cannot be found: %s",
                         openssl_reason());
}
