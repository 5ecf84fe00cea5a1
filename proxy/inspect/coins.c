/* Coins are looked up in the text of rules/bitgo/coins.tsv itself, which is sorted by the bytes of
 * the names: binary search over bytes, moving to line starts, with no allocation and nothing to set
 * up. Lines that begin with '#' sort before every name and have no tab, so they are never a hit.
 *
 * A name that the table does not have may be a token newer than the table: then its chain, the text
 * before ':', decides; and a Go account's coin is the coin behind "ofc". */
#include "coins_data.h"
#include "why401/inspect/environment.h"

#define NAME_MOST 96

struct row {
    struct span name;
    struct span network;
    struct span family;
};

/* A row that the table does not have is all empty. */
static const struct row no_row = {0};

static struct span line_at(size_t start)
{
    struct span rest = span((const char *)coins_data + start, coins_data_size - start);
    struct span line;
    span_cut(&rest, '\n', &line);
    return line;
}

static size_t line_start(size_t at)
{
    while (at > 0 && coins_data[at - 1] != '\n') {
        at--;
    }
    return at;
}

static struct row read_row(struct span line)
{
    struct row row;
    span_cut(&line, '\t', &row.name);
    span_cut(&line, '\t', &row.network);
    span_cut(&line, '\t', &row.family);
    return row;
}

/* As strcmp does for C strings. */
static int compare(struct span a, struct span b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common ? memcmp(a.ptr, b.ptr, common) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* The first row whose name is not less than `name`; no_row behind the last. */
static struct row first_from(struct span name)
{
    size_t low = 0; /* both are line starts, or the end */
    size_t high = coins_data_size;
    while (low < high) {
        size_t start = line_start(low + (high - low) / 2);
        struct span line = line_at(start);
        if (compare(read_row(line).name, name) < 0) {
            low = start + line.len + 1;
        } else {
            high = start;
        }
    }
    return low < coins_data_size ? read_row(line_at(low)) : no_row;
}

static struct row find(struct span name)
{
    struct row row = first_from(name);
    return span_eq(row.name, name) ? row : no_row;
}

/* The row of the chain of "chain:token". Some chains are no coin by themselves (erc721, thorchain):
 * the first of their tokens tells the network then, and no family, because that one may differ. */
static struct row find_chain(struct span name)
{
    ptrdiff_t colon = span_find(name, SPAN(":"));
    if (colon <= 0) {
        return no_row;
    }
    struct row row = find(span_first(name, (size_t)colon));
    if (!row.name.len) {
        struct span prefix = span_first(name, (size_t)colon + 1);
        row = first_from(prefix);
        row = span_starts(row.name, prefix) ? row : no_row;
        row.family = span(NULL, 0);
    }
    return row;
}

static struct row find_ofc(struct span name)
{
    struct row row = no_row;
    if (span_starts(name, SPAN("ofc")) && name.len > 3) {
        struct span coin = span_from(name, 3);
        row = find(coin);
        row = row.name.len ? row : find_chain(coin);
    }
    if (row.name.len || span_eq(name, SPAN("ofc"))) {
        row.family = SPAN("ofc");
    }
    return row;
}

/* Copies coin with %3A as ':'; empty when it is too long for any coin. */
static struct span unescape(struct span coin, char name[NAME_MOST])
{
    size_t len = 0;
    while (coin.len && len < NAME_MOST) {
        size_t step = span_istarts(coin, SPAN("%3A")) ? 3 : 1;
        name[len++] = step == 3 ? ':' : coin.ptr[0];
        coin = span_from(coin, step);
    }
    return span(name, coin.len ? 0 : len);
}

static struct row search(struct span name)
{
    struct row row = find(name);
    if (!row.name.len) {
        row = find_chain(name);
    }
    if (!row.name.len) {
        row = find_ofc(name);
    }
    return row; /* points into the table, not into name */
}

/* A client mostly stays with a coin, and each request asks for it more than once. */
static struct row look_up(struct span coin)
{
    static _Thread_local char last[NAME_MOST];
    static _Thread_local size_t last_len;
    static _Thread_local struct row last_row;
    char buffer[NAME_MOST];
    struct span name = unescape(coin, buffer);
    if (name.len != last_len || memcmp(name.ptr, last, name.len) != 0) {
        last_row = search(name);
        last_len = name.len;
        memcpy(last, name.ptr, name.len);
    }
    return last_row;
}

enum network network_of_coin(struct span coin)
{
    struct span network = look_up(coin).network;
    if (span_eq(network, SPAN("mainnet"))) {
        return NETWORK_MAIN;
    }
    return span_eq(network, SPAN("testnet")) ? NETWORK_TEST : NETWORK_UNKNOWN;
}

struct span family_of_coin(struct span coin)
{
    return look_up(coin).family;
}

const char *network_name(enum network n)
{
    static const char *const names[] = {"unknown", "mainnet", "testnet"};
    return names[n];
}
