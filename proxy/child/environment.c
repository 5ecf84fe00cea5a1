/* Two passes: the parent's entries that the table does not name are copied, then each row of the
 * table adds its own. */
#include "why401/child/environment.h"

#include <stdio.h>
#include <stdlib.h>

#include "jks.h"
#include "no_proxy.h"
#include "parent.h"
#include "place_parts.h"
#include "why401/child/variables.h"

#define VALUE_MOST 262144  /* bytes of one variable; the system takes half of that */
#define LIST_MOST  1048576 /* bytes of the list for people */

/* A value in two parts, because the first may hold what nobody is to see. */
struct value {
    const char *before; /* the parent's part, NULL: none */
    const char *join;   /* between both */
    struct str ours;
};

static bool wanted(const struct variable *variable, const struct child_environment_options *options)
{
    switch (variable->kind) {
    case VARIABLE_CUSTOM_ROOT:
    case VARIABLE_CUSTOM_NETWORK:
        return options->custom_network != NULL;
    case VARIABLE_HOSTS:
        return options->hosts != NULL;
    case VARIABLE_DROPPED:
        return false;
    default:
        return true;
    }
}

/* Where nothing is asked of the SDK, the parent's own words to it stay. */
static bool drops(const struct variable *variable, struct span name,
                  const struct child_environment_options *options)
{
    bool sdk = variable->kind == VARIABLE_CUSTOM_ROOT || variable->kind == VARIABLE_CUSTOM_NETWORK;
    return span_ieq(name, span_of(variable->name)) && (!sdk || wanted(variable, options));
}

static bool is_dropped(const char *entry, const struct child_environment_options *options)
{
    for (size_t i = 0; i < variables_count; i++) {
        if (drops(&variables[i], parent_name(entry), options)) {
            return true;
        }
    }
    return false;
}

/* The row sets a variable of exactly this name, so its loss need not be told. */
static bool is_set(struct span name, const struct child_environment_options *options)
{
    for (size_t i = 0; i < variables_count; i++) {
        if (span_eq(name, span_of(variables[i].name)) && wanted(&variables[i], options)) {
            return true;
        }
    }
    return false;
}

static void write_certificates(struct str *out, const struct variable *variable,
                               const struct child_environment_options *options)
{
    char path[PATH_MAX];
    const char *own = parent_value(options->parent, variable->name);
    if (variable->kind == VARIABLE_CA_ADDED && !own) {
        place_path(options->place, "ca.pem", path);
    } else {
        place_bundle(options->place, place_base(options->parent, variable->name), path);
    }
    str_add(out, span_of(path));
}

/* The place's path has nothing in it that would end a quotation. */
static void write_java(struct str *out, const struct child_environment_options *options)
{
    str_addf(out,
             "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=%u "
             "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=%u -Dhttp.nonProxyHosts=",
             options->port, options->port);
    no_proxy_write_java(out, options->parent, options->hosts);
    str_addf(out,
             " '-Djavax.net.ssl.trustStore=%s/truststore.jks' "
             "-Djavax.net.ssl.trustStorePassword=" JKS_PASSWORD,
             child_place_dir(options->place));
}

static void write_value(struct value *value, const struct variable *variable,
                        const struct child_environment_options *options)
{
    const char *dir = child_place_dir(options->place);
    const char *own = parent_value(options->parent, variable->name);
    struct str *ours = &value->ours;
    switch (variable->kind) {
    case VARIABLE_TEXT:
        str_add(ours, span_of(variable->text));
        break;
    case VARIABLE_PROXY:
        str_addf(ours, "http://127.0.0.1:%u", options->port);
        break;
    case VARIABLE_NO_PROXY:
        no_proxy_write(ours, options->parent, options->hosts);
        break;
    case VARIABLE_CA_ADDED:
    case VARIABLE_CA_REPLACED:
        write_certificates(ours, variable, options);
        break;
    case VARIABLE_NODE_OPTIONS:
        value->before = own;
        value->join = " ";
        str_addf(ours, "--require=\"%s/preload.cjs\"", dir);
        break;
    case VARIABLE_JAVA_OPTIONS:
        value->before = own;
        value->join = " ";
        write_java(ours, options);
        break;
    case VARIABLE_PHP_SCAN:
        /* An empty part is the folder that the distribution compiled in. */
        value->before = own ? own : "";
        value->join = ":";
        str_addf(ours, "%s/php", dir);
        break;
    case VARIABLE_WGETRC:
        str_addf(ours, "%s/wgetrc", dir);
        break;
    case VARIABLE_HOSTS:
        str_add(ours, span_of(options->hosts));
        break;
    case VARIABLE_CUSTOM_ROOT:
        str_addf(ours, "https://localhost:%u", options->port);
        break;
    case VARIABLE_CUSTOM_NETWORK:
        str_add(ours, span_of(options->custom_network));
        break;
    case VARIABLE_DROPPED:
        break;
    }
}

/* Room for it was made by child_environment_init. */
static int add(struct child_environment *environment, char *entry)
{
    if (!entry) {
        return -1;
    }
    environment->variables[environment->count++] = entry;
    return 0;
}

static int add_kept(struct child_environment *environment,
                    const struct child_environment_options *options)
{
    for (char *const *entry = options->parent; *entry; entry++) {
        struct span name = parent_name(*entry);
        if (!is_dropped(*entry, options)) {
            if (add(environment, span_dup(span_of(*entry))) != 0) {
                return -1;
            }
        } else if (!is_set(name, options)) {
            str_addf(&environment->list, "%.*s (dropped)\n", SPAN_ARG(name));
        }
    }
    return 0;
}

static int add_ours(struct child_environment *environment, const struct variable *variable,
                    const struct child_environment_options *options)
{
    struct str entry;
    struct value value = {.join = ""};
    str_init(&value.ours, VALUE_MOST);
    str_init(&entry, VALUE_MOST);
    write_value(&value, variable, options);
    str_addf(&entry, "%s=%s%s%s", variable->name, value.before ? value.before : "",
             value.before ? value.join : "", str_cstr(&value.ours));
    str_addf(&environment->list, "%s=%s%s%s\n", variable->name,
             value.before && value.before[0] ? "…" : "", value.before ? value.join : "",
             str_cstr(&value.ours));
    bool good = !value.ours.failed && !entry.failed;
    int result = good ? add(environment, span_dup(str_span(&entry))) : -1;
    str_release(&value.ours);
    str_release(&entry);
    return result;
}

static int fill(struct child_environment *environment,
                const struct child_environment_options *options)
{
    if (add_kept(environment, options) != 0) {
        return -1;
    }
    for (size_t i = 0; i < variables_count; i++) {
        if (wanted(&variables[i], options) && add_ours(environment, &variables[i], options) != 0) {
            return -1;
        }
    }
    return environment->list.failed ? -1 : 0;
}

int child_environment_init(struct child_environment *environment,
                           const struct child_environment_options *options, struct err *err)
{
    size_t most = variables_count + 1;
    for (char *const *entry = options->parent; *entry; entry++) {
        most++;
    }
    *environment = (struct child_environment){.variables = calloc(most, sizeof(char *))};
    str_init(&environment->list, LIST_MOST);
    if (!environment->variables || fill(environment, options) != 0) {
        child_environment_release(environment);
        return err_set(err, ERR_MEMORY, "no memory for the variables of the command");
    }
    return 0;
}

void child_environment_release(struct child_environment *environment)
{
    for (size_t i = 0; environment->variables && i < environment->count; i++) {
        free(environment->variables[i]);
    }
    free(environment->variables);
    str_release(&environment->list);
    *environment = (struct child_environment){0};
}
