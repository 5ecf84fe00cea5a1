/* Packs of rules. A pack is changed by making its successor beside it: the list of rules with the
 * new ones, the index and the phrases over it. Only when all of that is there does it take the old
 * one's place, so a broken file leaves the pack as it was. */
#include "pack.h"

#include <stdlib.h>

#include "embedded.h"
#include "folder.h"

#define RULES_MOST 20000 /* rules of a pack, and files of a folder */

/* Rules in the making. Those from `fresh` on belong to the list, the others to the pack. */
struct rule_list {
    struct rule **rules;
    size_t count;
    size_t room;
};

static const struct rule *find(struct rule *const *rules, size_t count, const char *id, size_t *at)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rules[i]->id, id) == 0) {
            *at = i;
            return rules[i];
        }
    }
    return NULL;
}

static int list_add(struct rule_list *list, struct rule *rule)
{
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 32;
        struct rule **rules = reallocarray(list->rules, room, sizeof(struct rule *));
        if (!rules) {
            return -1;
        }
        list->rules = rules;
        list->room = room;
    }
    list->rules[list->count++] = rule;
    return 0;
}

static void list_free(struct rule_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        rule_free(list->rules[i]);
    }
    free(list->rules);
}

/* Reads one rule into the list of new ones, in which its id must be the only one. */
static int list_read(struct rule_list *list, const char *file, struct span text, struct err *err)
{
    size_t at;
    struct rule *rule = rule_read(file, text, err);
    if (!rule) {
        return -1;
    }
    const struct rule *same = find(list->rules, list->count, rule->id, &at);
    if (same) {
        err_set(err, ERR_RULE, "%s: id: found \"%s\", which %s has too, expected an id of its own",
                file, rule->id, same->file);
    } else if (list->count == RULES_MOST || list_add(list, rule) != 0) {
        err_set(err, ERR_MEMORY, "%s: no room for one rule more", file);
    } else {
        return 0;
    }
    rule_free(rule);
    return -1;
}

/* The rules of a pack with the new ones: each takes the place of its namesake, or comes behind the
 * others. */
static int merge(const struct rulepack *pack, const struct rule_list *fresh, struct rule_list *all)
{
    size_t at;
    for (size_t i = 0; i < pack->count; i++) {
        if (list_add(all, pack->rules[i]) != 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < fresh->count; i++) {
        if (find(pack->rules, pack->count, fresh->rules[i]->id, &at)) {
            all->rules[at] = fresh->rules[i];
        } else if (all->count == RULES_MOST || list_add(all, fresh->rules[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

/* Frees those rules of the pack that `all` has replaced. */
static void free_replaced(struct rulepack *pack, const struct rule_list *all)
{
    for (size_t i = 0; i < pack->count; i++) {
        if (all->rules[i] != pack->rules[i]) {
            rule_free(pack->rules[i]);
        }
    }
}

/* Puts the new rules into the pack, all or none. They then belong to it; otherwise still to
 * `fresh`. */
static int adopt(struct rulepack *pack, const struct rule_list *fresh, struct err *err)
{
    struct rule_list all = {0};
    struct index index = {0};
    struct phrasebook phrases = {0};
    if (merge(pack, fresh, &all) != 0 || index_init(&index, all.rules, all.count) != 0 ||
        phrasebook_init(&phrases, all.rules, all.count) != 0) {
        index_release(&index);
        free(all.rules);
        return err_set(err, ERR_MEMORY, "no memory for the rules, or more than %d of them",
                       RULES_MOST);
    }
    free_replaced(pack, &all);
    free(pack->rules);
    index_release(&pack->index);
    phrasebook_release(&pack->phrases);
    pack->rules = all.rules;
    pack->count = all.count;
    pack->index = index;
    pack->phrases = phrases;
    return 0;
}

struct rulepack *rulepack_builtin(struct err *err)
{
    struct rule_list fresh = {0};
    struct rulepack *pack = calloc(1, sizeof *pack);
    if (!pack) {
        err_set(err, ERR_MEMORY, "no memory for the rules");
        return NULL;
    }
    atomic_init(&pack->holders, 1);
    for (size_t i = 0; i < embedded_rule_count; i++) {
        const struct embedded_rule *e = &embedded_rules[i];
        if (list_read(&fresh, e->file, span((const char *)e->bytes, e->len), err) != 0) {
            list_free(&fresh);
            rulepack_drop(pack);
            return NULL;
        }
    }
    if (adopt(pack, &fresh, err) != 0) {
        list_free(&fresh);
        rulepack_drop(pack);
        return NULL;
    }
    free(fresh.rules);
    return pack;
}

/* --- rules of the user's own --- */

/* Puts the rules that were read into the pack, unless reading them went wrong. */
static int finish(struct rulepack *pack, struct rule_list *fresh, int rc, struct err *err)
{
    if (rc == 0 && adopt(pack, fresh, err) == 0) {
        pack->given += fresh->count;
        free(fresh->rules);
        return 0;
    }
    list_free(fresh);
    return -1;
}

size_t rulepack_given(const struct rulepack *pack)
{
    return pack->given;
}

static int take_text(void *ctx, const char *path, struct span text, struct err *err)
{
    return list_read(ctx, path, text, err);
}

int rulepack_add_dir(struct rulepack *pack, const char *dir, struct err *err)
{
    struct rule_list fresh = {0};
    int rc = folder_read(dir, take_text, &fresh, err);
    return finish(pack, &fresh, rc, err);
}

int rulepack_add_file(struct rulepack *pack, const char *path, struct err *err)
{
    struct rule_list fresh = {0};
    int rc = folder_read_file(path, take_text, &fresh, err);
    if (rc == 0 && fresh.count == 0) {
        rc = err_set(err, ERR_FILE, "%s: found no regular file, expected a rule", path);
    }
    return finish(pack, &fresh, rc, err);
}

void rulepack_hold(struct rulepack *pack)
{
    atomic_fetch_add_explicit(&pack->holders, 1, memory_order_relaxed);
}

void rulepack_drop(struct rulepack *pack)
{
    if (pack && atomic_fetch_sub_explicit(&pack->holders, 1, memory_order_acq_rel) == 1) {
        for (size_t i = 0; i < pack->count; i++) {
            rule_free(pack->rules[i]);
        }
        free(pack->rules);
        index_release(&pack->index);
        phrasebook_release(&pack->phrases);
        free(pack);
    }
}

size_t rulepack_size(const struct rulepack *pack)
{
    return pack->count;
}

const struct rule *rulepack_at(const struct rulepack *pack, size_t i)
{
    return pack->rules[i];
}

const struct rule *rulepack_find(const struct rulepack *pack, struct span id)
{
    for (size_t i = 0; i < pack->count; i++) {
        if (span_eq(span_of(pack->rules[i]->id), id)) {
            return pack->rules[i];
        }
    }
    return NULL;
}

const struct rule *rulepack_named(const struct rulepack *pack, struct span name)
{
    const struct rule *rule = rulepack_find(pack, name);
    for (size_t i = 0; !rule && i < pack->count; i++) {
        struct span rest = span_of(pack->rules[i]->id);
        struct span source;
        span_cut(&rest, '#', &source);
        rule = rest.len && span_eq(rest, name) ? pack->rules[i] : NULL;
    }
    return rule;
}
