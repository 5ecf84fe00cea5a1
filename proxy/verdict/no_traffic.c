/* No call to BitGo came through the proxy: which programs ignore the variables that exec sets, and
 * what to do, by the name of the command as far as that tells something. */
#include "paper.h"
#include "why401/verdict/reports.h"

#define NAME_MOST 64

/* What there is to say about a runtime. */
struct runtime {
    const char *title;
    const char *commands;  /* names between spaces */
    const char *advice[4]; /* ends with NULL when shorter */
};

static const struct runtime runtimes[] = {
    {"Node",
     " node nodejs npm npx yarn pnpm tsx ts-node jest mocha vitest ava corepack ",
     {"superagent, and with it BitGo's SDK and BitGo Express, never reads proxy variables, and "
      "Node before 22.21 (or 24.5) reads none at all. exec covers both with a preload in "
      "NODE_OPTIONS: look whether the program, or a script of package.json, sets NODE_OPTIONS "
      "anew.",
      "Worker threads and child processes that get an environment of their own lose it, too.",
      "Without the preload: set BITGO_CUSTOM_ROOT_URI (exec does) and make the client with env: "
      "'custom'."}},
    {"Python",
     " python pypy pytest py.test pip pipenv poetry uv uvx tox nox ipython gunicorn uvicorn "
     "celery ",
     {"aiohttp reads the variables only with ClientSession(trust_env=True).",
      "urllib3's PoolManager and http.client never do: use requests or httpx, or ProxyManager "
      "and set_tunnel.",
      "requests with session.trust_env = False, and httpx with trust_env=False, do not either.",
      "tox hands only a few variables on: passenv = *_PROXY, *_proxy, SSL_CERT_FILE, "
      "*_CA_BUNDLE."}},
    {"Java",
     " java mvn mvnw gradle gradlew sbt kotlin scala ant jshell ",
     {"Apache HttpClient ignores the system properties unless it is built with "
      "useSystemProperties(); clients on Netty or Jetty want the proxy set in code.",
      "exec sets JAVA_TOOL_OPTIONS; a Gradle or Maven daemon that ran before does not see it: "
      "gradle --no-daemon."}},
    {"PHP",
     " php phpunit composer artisan drush ",
     {"php -n reads no ini file, so not the one of exec, which is what makes streams "
      "(file_get_contents) and curl use the proxy.",
      "A stream context of the program's own has no proxy unless the program sets it. PHP-FPM "
      "and a web server have an environment of their own."}},
    {"Go",
     " go gotestsum ",
     {"Go's default client reads the variables, in static binaries too, but never for "
      "localhost; an http.Transport made in code needs Proxy: http.ProxyFromEnvironment."}},
    {"Ruby and Perl",
     " ruby bundle bundler rake rspec rails perl prove ",
     {"net/http reads the variables unless nil is passed for the proxy, Perl's LWP unless it was "
      "made with env_proxy => 0 (exec sets PERL_LWP_ENV_PROXY)."}},
    {"curl, wget and git",
     " curl wget wget2 git http https xh ",
     {"--noproxy, --no-proxy, a ~/.curlrc or ~/.wgetrc, and http.proxy in git's configuration "
      "come before the variables."}},
    {".NET, Deno, Bun and Rust",
     " dotnet deno bun cargo ",
     {"All read the variables; an HttpClientHandler with UseProxy = false or a client built with "
      "no_proxy() does not."}},
    {"Containers and sudo",
     " docker podman docker-compose nerdctl kubectl sudo su doas ssh env ",
     {"A container does not get the variables, and its 127.0.0.1 is not this machine's: hand "
      "them on with -e, and use --network host. sudo drops them: sudo -E, or exec inside of it."}},
};

#define RUNTIME_COUNT (sizeof runtimes / sizeof *runtimes)

/* The command without folders and version: "/usr/bin/python3.11" is "python". */
static struct span name_of(const char *command)
{
    struct span name = span_of(command);
    for (size_t i = name.len; i > 0; i--) {
        if (name.ptr[i - 1] == '/') {
            name = span_from(name, i);
            break;
        }
    }
    while (name.len && strchr("0123456789.-", name.ptr[name.len - 1])) {
        name.len--;
    }
    return name;
}

static const struct runtime *runtime_of(const char *command)
{
    char word[NAME_MOST + 3];
    struct span name = name_of(command);
    if (name.len == 0 || name.len > NAME_MOST || memchr(name.ptr, ' ', name.len)) {
        return NULL;
    }
    snprintf(word, sizeof word, " %.*s ", SPAN_ARG(name));
    for (size_t i = 0; i < RUNTIME_COUNT; i++) {
        if (strstr(runtimes[i].commands, word)) {
            return &runtimes[i];
        }
    }
    return NULL;
}

/* All of it for the runtime in question, else what matters most. */
static void add_advice(const struct paper *p, const struct runtime *r, bool all)
{
    size_t most = all ? sizeof r->advice / sizeof *r->advice : 1;
    paper_line(p, 2, "", INK_BOLD, span_of(r->title));
    for (size_t i = 0; i < most && r->advice[i]; i++) {
        paper_line(p, 4, "•", INK_PLAIN, span_of(r->advice[i]));
    }
}

/* What holds for all programs. */
static void add_general(const struct paper *p)
{
    static const char *const general[] = {
        "The program made no call to BitGo: a test that was skipped, a recorded answer, a mock.",
        "Something took the variables away (HTTPS_PROXY, https_proxy) or set NO_PROXY for BitGo's "
        "hosts.",
        "The calls were made by a process that ran before: a daemon, a service, a container.",
        "Without proxy variables at all: use https://localhost and this proxy's port as the base "
        "URL ('why401 help run')."};
    paper_line(p, 2, "", INK_BOLD, SPAN("Any program"));
    for (size_t i = 0; i < sizeof general / sizeof *general; i++) {
        paper_line(p, 4, "•", INK_PLAIN, span_of(general[i]));
    }
}

void verdict_no_traffic(const char *command, const struct render *how, struct str *out)
{
    struct paper p = {.out = out, .how = how};
    const struct runtime *known = command ? runtime_of(command) : NULL;
    paper_line(&p, 0, "", INK_BOLD, SPAN("No call to BitGo came through the proxy."));
    paper_line(&p, 0, "", INK_PLAIN,
               SPAN("Some programs ignore the variables that send them through it:"));
    for (size_t i = 0; i < RUNTIME_COUNT; i++) {
        if (!known || known == &runtimes[i]) {
            add_advice(&p, &runtimes[i], known != NULL);
        }
    }
    add_general(&p);
}
