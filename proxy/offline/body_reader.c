/* A response body alone. JSON bodies of some services name their status; otherwise it is a guess,
 * which the explanation admits. An HTML page has its status in its title, as a rule. */
#include "made.h"
#include "readers.h"
#include "why401/exchange/body.h"

static int status_of(const json_t *json)
{
    static const char *const keys[] = {"status", "statusCode", "code"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        json_int_t value = json_integer_value(json_object_get(json, keys[i]));
        if (value >= 400 && value <= 599) {
            return (int)value;
        }
    }
    return 0;
}

/* "<title>502 Bad Gateway</title>" */
static int status_of_page(struct span page)
{
    uint64_t status;
    ptrdiff_t title = span_ifind(span_first(page, 4096), SPAN("<title>"));
    if (title < 0 || !span_u64(span_first(span_from(page, (size_t)title + 7), 3), &status)) {
        return 0;
    }
    return status >= 400 && status <= 599 ? (int)status : 0;
}

int read_body(struct input *in, struct span bytes, struct err *err)
{
    struct exchange *x = made_new(in, err);
    if (!x) {
        return -1;
    }
    json_t *json = body_json(bytes);
    made_body(&x->response, bytes);
    x->response.head.status = json ? status_of(json) : status_of_page(bytes);
    if (x->response.head.status == 0) {
        made_assume_status(x);
    }
    json_decref(json);
    return 0;
}
