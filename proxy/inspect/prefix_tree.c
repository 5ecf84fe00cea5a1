/* One array holds all nodes, twelve bytes each, linked by index: little memory, few cache lines,
 * and one free. Nodes are only ever added. Index 0 is a root, so as a child it means "none". */
#include "prefix_tree.h"

#include <stdlib.h>

#define ROOTS      2
#define NODES_MOST (1u << 24)

void prefix_tree_release(struct prefix_tree *t)
{
    free(t->nodes);
    *t = (struct prefix_tree){0};
}

static uint32_t root_of(uint8_t family)
{
    return family == 4 ? 0 : 1;
}

static unsigned bit_of(const struct ip *ip, unsigned bit)
{
    return (ip->bytes[bit / 8] >> (7 - bit % 8)) & 1u;
}

static bool grow(struct prefix_tree *t)
{
    uint32_t cap = t->cap ? t->cap * 2 : 64;
    if (cap > NODES_MOST) {
        return false;
    }
    struct prefix_node *nodes = realloc(t->nodes, cap * sizeof *nodes);
    if (!nodes) {
        return false;
    }
    t->nodes = nodes;
    t->cap = cap;
    return true;
}

/* The index of a fresh node, 0 when there is none to be had. */
static uint32_t add_node(struct prefix_tree *t)
{
    if (t->count == t->cap && !grow(t)) {
        return 0;
    }
    t->nodes[t->count] = (struct prefix_node){0};
    return t->count++;
}

static bool add_roots(struct prefix_tree *t)
{
    while (t->count < ROOTS) {
        if (t->count == t->cap && !grow(t)) {
            return false;
        }
        add_node(t);
    }
    return true;
}

uint32_t *prefix_tree_slot(struct prefix_tree *t, const struct cidr *block)
{
    unsigned bits = block->ip.family == 4 ? 32 : 128;
    if (block->ip.family == 0 || block->prefix > bits || !add_roots(t)) {
        return NULL;
    }
    uint32_t at = root_of(block->ip.family);
    for (unsigned bit = 0; bit < block->prefix; bit++) {
        unsigned side = bit_of(&block->ip, bit);
        uint32_t next = t->nodes[at].child[side];
        if (next == 0) {
            next = add_node(t);
            if (next == 0) {
                return NULL;
            }
            t->nodes[at].child[side] = next;
        }
        at = next;
    }
    return &t->nodes[at].value;
}

uint32_t prefix_tree_find(const struct prefix_tree *t, struct ip ip)
{
    if (t->count == 0 || ip.family == 0) {
        return 0;
    }
    unsigned bits = ip.family == 4 ? 32 : 128;
    uint32_t at = root_of(ip.family);
    uint32_t found = t->nodes[at].value;
    for (unsigned bit = 0; bit < bits; bit++) {
        at = t->nodes[at].child[bit_of(&ip, bit)];
        if (at == 0) {
            break;
        }
        if (t->nodes[at].value) {
            found = t->nodes[at].value;
        }
    }
    return found;
}
