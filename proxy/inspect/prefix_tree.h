/* A binary prefix tree: a number for each CIDR block, found by address. A look-up takes at most one
 * step a bit of the address, however many blocks there are. */
#ifndef WHY401_PREFIX_TREE_H
#define WHY401_PREFIX_TREE_H

#include "why401/base/ip.h"

struct prefix_node {
    uint32_t child[2]; /* by the next bit: index of a node, 0 for none */
    uint32_t value;    /* of the block that ends here, 0 for none */
};

/* Zeroed memory is an empty tree. */
struct prefix_tree {
    struct prefix_node *nodes; /* owned; 0 is IPv4's root, 1 is IPv6's; NULL while empty */
    uint32_t count;            /* nodes in use */
    uint32_t cap;              /* nodes of storage */
};

void prefix_tree_release(struct prefix_tree *t);

/* Where the number of exactly that block is kept, 0 for a new one; valid until the next call. NULL
 * when memory is out, the tree is as large as it may be, or the block is none. */
uint32_t *prefix_tree_slot(struct prefix_tree *t, const struct cidr *block);

/* The number of the longest block that holds ip; 0 when none does. */
uint32_t prefix_tree_find(const struct prefix_tree *t, struct ip ip);

#endif
