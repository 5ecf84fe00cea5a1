/* An intrusive, doubly linked, circular list: a node lives inside the thing it links. */
#ifndef WHY401_BASE_LIST_H
#define WHY401_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *prev; /* towards the tail */
    struct list *next; /* towards the head; a head points to itself when empty */
};

/* The struct that holds `node` as its member. */
#define LIST_ITEM(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

static inline void list_init(struct list *head)
{
    head->prev = head->next = head;
}

static inline bool list_empty(const struct list *head)
{
    return head->next == head;
}

/* Links node as the last one of head. */
static inline void list_push(struct list *head, struct list *node)
{
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

/* Unlinks node; safe on a node that was initialised and never linked, and twice. */
static inline void list_remove(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

/* Unlinks and returns the first node of head, which must not be empty. */
static inline struct list *list_pop(struct list *head)
{
    struct list *node = head->next;
    head->next = node->next;
    node->next->prev = head;
    list_init(node);
    return node;
}

#endif
