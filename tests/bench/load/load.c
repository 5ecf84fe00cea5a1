/* The load generator of the bench: HTTP/1.1 on TLS, in one thread.
 *
 *   load --port N --name HOST --ca FILE --request FILE [--connections N] [--active N] [--requests
 * N]
 *        [--rate N] [--expect STATUS] [--fresh] [--resume] [--tunnel HOST:PORT]
 *
 * It runs in three steps, so that whoever measures the server can look at it in between. It opens
 * the connections, sends one request on each and prints "ready"; when a line comes on standard
 * input it sends the requests and prints one line of JSON; it holds the connections until standard
 * input ends. Without --rate each connection asks as soon as it has its answer (at most --active of
 * them at a time, in turn); with it requests are due at a steady pace, whether or not those before
 * are answered, and latency counts from then (an open loop). */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>

#include "crowd.h"

#define ACTIVE_AT_START 64

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_result(struct crowd *crowd, double cpu)
{
    printf("{\"requests\": %llu, \"failed\": %llu, \"unexpected\": %llu, \"opened\": %llu, "
           "\"resumed\": %llu, \"bytes\": %llu, \"seconds\": %.6f, \"load_cpu\": %.3f, ",
           (unsigned long long)crowd->answered, (unsigned long long)crowd->failed,
           (unsigned long long)crowd->unexpected, (unsigned long long)crowd->opened,
           (unsigned long long)crowd->resumed, (unsigned long long)crowd->bytes,
           (double)(crowd->end - crowd->begin) / 1e9, cpu);
    printf("\"p50_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, \"max_us\": %.1f}\n",
           crowd_percentile(crowd, 0.5), crowd_percentile(crowd, 0.99),
           crowd_percentile(crowd, 0.999), crowd_percentile(crowd, 1));
}

/* The beginning */

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct target *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    SSL_SESSION_free(t->session);
    t->session = session;
    return 1;
}

/* TLS 1.3 and P-256, as the client; nothing is resumed unless that is wanted. */
static SSL_CTX *make_tls(struct target *t, const char *ca)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
    if (!tls || !SSL_CTX_load_verify_file(tls, ca) || !SSL_CTX_set1_groups_list(tls, "P-256") ||
        !SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION)) {
        ERR_print_errors_fp(stderr);
        die("TLS cannot be set up with the root certificates in %s", ca);
    }
    SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_OFF);
    if (t->resume) {
        SSL_CTX_set_app_data(tls, t);
        SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_sess_set_new_cb(tls, keep_session);
    }
    return tls;
}

static void read_request(struct target *t, const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t room = 4 << 20;
    char *bytes = malloc(room);
    if (!file || !bytes) {
        die("%s: %s", path, strerror(errno));
    }
    t->request = bytes;
    t->request_length = fread(bytes, 1, room, file);
    fclose(file);
    if (t->request_length == 0 || t->request_length == room) {
        die("%s: empty, or larger than 4 MiB", path);
    }
}

static unsigned number(const char *text)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*end || end == text || value > 100000000) {
        die("'%s' is no number from 0 to 100000000", text);
    }
    return (unsigned)value;
}

static void await_line(void)
{
    int c;
    while ((c = getchar()) != EOF && c != '\n') {
        ;
    }
}

/* Opens everything, says so, and measures. */
static void measure(struct crowd *crowd, unsigned requests)
{
    unsigned rate = crowd->rate;
    crowd->rate = 0;
    crowd_run(crowd, crowd->connections, ACTIVE_AT_START);
    if (crowd->failed || crowd->unexpected) {
        die("%llu of the first requests failed, %llu had an unexpected status",
            (unsigned long long)crowd->failed, (unsigned long long)crowd->unexpected);
    }
    puts("ready");
    await_line();
    crowd->rate = rate;
    double cpu = cpu_seconds();
    if (requests) {
        crowd_run(crowd, requests, crowd->active_max ? crowd->active_max : crowd->connections);
        print_result(crowd, cpu_seconds() - cpu);
    }
    await_line();
    crowd_close(crowd);
}

static const char *read_options(struct crowd *crowd, unsigned *requests, int argc, char **argv)
{
    static const struct option rows[] = {
        {"port", 1, NULL, 'p'},     {"name", 1, NULL, 'n'},        {"ca", 1, NULL, 'c'},
        {"request", 1, NULL, 'f'},  {"connections", 1, NULL, 'C'}, {"active", 1, NULL, 'a'},
        {"requests", 1, NULL, 'r'}, {"rate", 1, NULL, 'q'},        {"expect", 1, NULL, 'e'},
        {"tunnel", 1, NULL, 't'},   {"fresh", 0, NULL, 'F'},       {"resume", 0, NULL, 'R'},
        {NULL, 0, NULL, 0},
    };
    const char *ca = NULL;
    for (int key; (key = getopt_long(argc, argv, "", rows, NULL)) != -1;) {
        switch (key) {
        case 'p':
            crowd->target.port = (uint16_t)number(optarg);
            break;
        case 'n':
            crowd->target.name = optarg;
            break;
        case 'c':
            ca = optarg;
            break;
        case 'f':
            read_request(&crowd->target, optarg);
            break;
        case 'C':
            crowd->connections = number(optarg);
            break;
        case 'a':
            crowd->active_max = number(optarg);
            break;
        case 'r':
            *requests = number(optarg);
            break;
        case 'q':
            crowd->rate = number(optarg);
            break;
        case 'e':
            crowd->expect = (int)number(optarg);
            break;
        case 't':
            crowd->target.tunnel = optarg;
            break;
        case 'F':
            crowd->target.fresh = true;
            break;
        case 'R':
            crowd->target.resume = true;
            break;
        default:
            exit(2);
        }
    }
    if (!crowd->target.port || !crowd->target.name || !ca || !crowd->target.request ||
        !crowd->connections) {
        die("--port, --name, --ca, --request and --connections are needed");
    }
    return ca;
}

int main(int argc, char **argv)
{
    struct crowd crowd = {.expect = 200, .connections = 1};
    unsigned requests = 0;
    const char *ca = read_options(&crowd, &requests, argc, argv);
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGPIPE, SIG_IGN);
    crowd.target.tls = make_tls(&crowd.target, ca);
    crowd_init(&crowd);
    measure(&crowd, requests);
    return 0;
}
