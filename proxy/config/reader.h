/* Reading the JSON file against tables of keys: one table an object, one row a key. */
#ifndef WHY401_CONFIG_READER_H
#define WHY401_CONFIG_READER_H

#include "place.h"
#include "why401/config/config.h"

/* Takes a value into the config. Returns 0, or -1 with *err. */
typedef int take_fn(struct config *c, const struct place *at, json_t *value, struct err *err);

/* The same for a setting that is a text wherever it comes from: file, environment or flag. */
typedef int text_fn(struct config *c, const struct place *at, const char *text, struct err *err);

/* One of the two. */
struct key {
    const char *name;
    take_fn *take;
    text_fn *text; /* NULL where there is `take` */
};

/* Takes the members of an object in the order of the table, whatever their order in the file, so
 * that a row may rely on those above it. An unknown key is refused. */
int read_object(struct config *c, const struct place *at, json_t *value, const struct key *keys,
                size_t count, struct err *err);

/* Refuses a value that is no object, or that has another key than the `count` names. */
int check_keys(const struct place *at, json_t *value, const char *const *names, size_t count,
               struct err *err);

/* Calls `take` for each item. Refuses what is no array, and an empty one with `empty` as the
 * reason. */
int read_array(struct config *c, const struct place *at, json_t *value, take_fn *take,
               const char *empty, struct err *err);

int read_bool(const struct place *at, json_t *value, bool *out, struct err *err);
int read_integer(const struct place *at, json_t *value, uint64_t least, uint64_t most,
                 uint64_t *out, struct err *err);

/* The value as a C string that belongs to the JSON. */
int read_text(const struct place *at, json_t *value, const char **out, struct err *err);

/* A path into the config's arena. In a file a relative one starts from the file's folder. */
int read_path(struct config *c, const struct place *at, const char *text, const char **out,
              struct err *err);

/* The objects of the file, in their own source files. */
int read_upstreams(struct config *c, const struct place *at, json_t *value, struct err *err);
int read_source_ip(struct config *c, const struct place *at, json_t *value, struct err *err);
int read_limits(struct config *c, const struct place *at, json_t *value, struct err *err);
int read_timeouts(struct config *c, const struct place *at, json_t *value, struct err *err);

/* The file's top, and the settings that the environment and flags can give too. */
int read_top(struct config *c, const struct place *at, json_t *value, struct err *err);
int set_env(struct config *c, const struct place *at, const char *text, struct err *err);
int set_listen(struct config *c, const struct place *at, const char *text, struct err *err);
int set_log_json(struct config *c, const struct place *at, const char *text, struct err *err);
int set_har(struct config *c, const struct place *at, const char *text, struct err *err);
int set_upstream_ca(struct config *c, const struct place *at, const char *text, struct err *err);
int set_workers(struct config *c, const struct place *at, const char *text, struct err *err);
int set_ledger(struct config *c, const struct place *at, const char *text, struct err *err);
int set_rules(struct config *c, const struct place *at, const char *text, struct err *err);
int set_tunnel(struct config *c, const struct place *at, const char *text, struct err *err);
int set_upstream_proxy(struct config *c, const struct place *at, const char *text, struct err *err);

/* The address, and port, that stand in for what DNS says; upstreams.c. */
int read_resolve(struct upstream_address *upstream, struct arena *arena, const struct place *at,
                 const char *text, struct err *err);

/* When all layers have spoken: the environment's proxy where nobody named one, and the lists of
 * upstreams and doors. */
int find_network_proxy(struct config *c, struct err *err);
int join_upstreams(struct config *c, struct err *err);

#endif
