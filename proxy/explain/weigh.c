/* Weighing: what else is known about an exchange speaks for a match that holds, or against it. Each
 * such thing moves the confidence by one step; they are added up first, so their order does not
 * matter. */
#include <stdlib.h>

#include "rule.h"
#include "template.h"

static int read_by(struct weight *w, const json_t *value, struct reader *r)
{
    const json_t *by = json_object_get(value, "by");
    if (!json_is_integer(by) || llabs(json_integer_value(by)) != 1) {
        reader_enter(r, "by");
        return reader_fail(r, by, "1 or -1");
    }
    w->by = (int)json_integer_value(by);
    return 0;
}

static int read_weight(struct weight *w, const json_t *value, struct reader *r)
{
    static const char *const keys[] = {"when", "by", "say", NULL};
    if (reader_object(r, value, keys) != 0) {
        return -1;
    }
    size_t mark = reader_enter(r, "when");
    if (condition_read(&w->when, json_object_get(value, "when"), r) != 0) {
        return -1;
    }
    reader_leave(r, mark);
    if (read_by(w, value, r) != 0) {
        return -1;
    }
    const json_t *say = json_object_get(value, "say");
    mark = reader_enter(r, "say");
    if (reader_text(r, say, READER_TEXT_MOST, &w->say) != 0 || template_check(say, r) != 0) {
        return -1;
    }
    reader_leave(r, mark);
    return 0;
}

int weights_read(struct match *m, const json_t *match, struct reader *r)
{
    const json_t *list = json_object_get(match, "weigh");
    if (!list) {
        return 0;
    }
    size_t mark = reader_enter(r, "weigh");
    if (reader_list(r, list, "weight") != 0) {
        return -1;
    }
    m->weights = arena_alloc(r->arena, json_array_size(list) * sizeof *m->weights);
    if (!m->weights) {
        return reader_no_room(r);
    }
    for (; m->weight_count < json_array_size(list); m->weight_count++) {
        size_t item = reader_enter_item(r, m->weight_count);
        if (read_weight(&m->weights[m->weight_count], json_array_get(list, m->weight_count), r) !=
            0) {
            return -1;
        }
        reader_leave(r, item);
    }
    reader_leave(r, mark);
    return 0;
}

enum confidence match_weighed(const struct match *m, struct subject *s)
{
    int sum = (int)m->confidence;
    for (size_t i = 0; i < m->weight_count; i++) {
        sum += condition_holds(&m->weights[i].when, s) ? m->weights[i].by : 0;
    }
    if (sum < CONFIDENCE_POSSIBLE) {
        return 0;
    }
    return sum > CONFIDENCE_CERTAIN ? CONFIDENCE_CERTAIN : (enum confidence)sum;
}
