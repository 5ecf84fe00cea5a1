/* Every list is a prefix tree in one array, whose first one is the list for all. Two ways lead to
 * the others: a prefix tree from a client's network to the index of its list, and a hash table from
 * a token's fingerprint to the index of its list. Both give 0 for "none", which is the list for
 * all, so that falling back needs no code. */
#include "why401/inspect/allowlist.h"

#include <stdlib.h>

#include "prefix_tree.h"

#define FOR_ALL    0
#define LISTS_MOST (1u << 20)

struct token_entry {
    uint64_t fingerprint; /* as a number: half of a SHA-256's half, so it is its own hash */
    uint32_t list;        /* index of its list; 0: this entry is free */
};

struct allowlist {
    struct prefix_tree *lists;  /* allowed blocks; lists[FOR_ALL] is the one for all */
    uint32_t list_count;        /* lists in use */
    uint32_t list_cap;          /* lists of storage */
    struct prefix_tree clients; /* from client networks to their lists */
    struct token_entry *tokens; /* open addressing, never more than half full */
    uint32_t token_count;       /* entries in use */
    uint32_t token_cap;         /* entries, a power of two, or 0 */
};

/* The index of a fresh, empty list, or 0 when there is none to be had (or it is the first one). */
static uint32_t add_list(struct allowlist *list)
{
    if (list->list_count == list->list_cap) {
        uint32_t cap = list->list_cap ? list->list_cap * 2 : 4;
        struct prefix_tree *lists =
            cap <= LISTS_MOST ? realloc(list->lists, cap * sizeof *lists) : NULL;
        if (!lists) {
            return 0;
        }
        list->lists = lists;
        list->list_cap = cap;
    }
    list->lists[list->list_count] = (struct prefix_tree){0};
    return list->list_count++;
}

struct allowlist *allowlist_new(void)
{
    struct allowlist *list = calloc(1, sizeof *list);
    if (list) {
        add_list(list);
        if (list->list_count == 0) {
            free(list);
            list = NULL;
        }
    }
    return list;
}

void allowlist_free(struct allowlist *list)
{
    if (list) {
        for (uint32_t i = 0; i < list->list_count; i++) {
            prefix_tree_release(&list->lists[i]);
        }
        free(list->lists);
        prefix_tree_release(&list->clients);
        free(list->tokens);
        free(list);
    }
}

static int add_block(struct allowlist *list, uint32_t index, const struct cidr *block)
{
    uint32_t *slot = prefix_tree_slot(&list->lists[index], block);
    if (!slot) {
        return -1;
    }
    *slot = 1;
    return 0;
}

int allowlist_add(struct allowlist *list, const struct cidr *block)
{
    return add_block(list, FOR_ALL, block);
}

int allowlist_add_client(struct allowlist *list, const struct cidr *client,
                         const struct cidr *block)
{
    uint32_t *slot = prefix_tree_slot(&list->clients, client);
    if (slot && *slot == 0) {
        *slot = add_list(list);
    }
    return slot && *slot ? add_block(list, *slot, block) : -1;
}

/* Reads 16 hex digits. */
static bool read_fingerprint(const char *text, uint64_t *out)
{
    struct span s = span_of(text);
    if (s.len != FINGERPRINT_SIZE - 1 || !span_is_hex(s, false)) {
        return false;
    }
    *out = strtoull(text, NULL, 16);
    return true;
}

/* The entry of that fingerprint, or the free one where it belongs. The table is not full. */
static struct token_entry *entry_of(struct token_entry *entries, uint32_t cap, uint64_t fingerprint)
{
    uint32_t at = (uint32_t)fingerprint & (cap - 1);
    while (entries[at].list && entries[at].fingerprint != fingerprint) {
        at = (at + 1) & (cap - 1);
    }
    return &entries[at];
}

static bool grow_tokens(struct allowlist *list)
{
    uint32_t cap = list->token_cap ? list->token_cap * 2 : 16;
    struct token_entry *entries = calloc(cap, sizeof *entries);
    if (!entries) {
        return false;
    }
    for (uint32_t i = 0; i < list->token_cap; i++) {
        if (list->tokens[i].list) {
            *entry_of(entries, cap, list->tokens[i].fingerprint) = list->tokens[i];
        }
    }
    free(list->tokens);
    list->tokens = entries;
    list->token_cap = cap;
    return true;
}

int allowlist_add_token(struct allowlist *list, const char *fingerprint, const struct cidr *block)
{
    uint64_t number;
    if (!read_fingerprint(fingerprint, &number)) {
        return -1;
    }
    if (list->token_count * 2 >= list->token_cap && !grow_tokens(list)) {
        return -1;
    }
    struct token_entry *entry = entry_of(list->tokens, list->token_cap, number);
    if (entry->list == 0) {
        *entry = (struct token_entry){.fingerprint = number, .list = add_list(list)};
        if (entry->list == 0) {
            return -1;
        }
        list->token_count++;
    }
    return add_block(list, entry->list, block);
}

static uint32_t list_of_token(const struct allowlist *list, const char *fingerprint)
{
    uint64_t number;
    if (list->token_count == 0 || !read_fingerprint(fingerprint, &number)) {
        return FOR_ALL;
    }
    return entry_of(list->tokens, list->token_cap, number)->list;
}

static uint32_t deciding(const struct allowlist *list, const char *fingerprint, struct ip peer)
{
    uint32_t index = list_of_token(list, fingerprint);
    return index == FOR_ALL ? prefix_tree_find(&list->clients, peer) : index;
}

const char *allowlist_key(const struct allowlist *list, const char *fingerprint, struct ip peer)
{
    return list_of_token(list, fingerprint) != FOR_ALL         ? "source_ip.tokens"
           : prefix_tree_find(&list->clients, peer) != FOR_ALL ? "source_ip.clients"
                                                               : "source_ip.allow";
}

enum source_verdict allowlist_judge(const struct allowlist *list, const char *fingerprint,
                                    struct ip peer, struct ip source)
{
    const struct prefix_tree *blocks = &list->lists[deciding(list, fingerprint, peer)];
    if (blocks->count == 0) {
        return SOURCE_NO_LIST;
    }
    return prefix_tree_find(blocks, source) ? SOURCE_ALLOWED : SOURCE_DENIED;
}
