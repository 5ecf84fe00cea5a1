/* Who made a failing answer. BitGo answers with a JSON object that has an error (or, in some
 * services, a code with a message); BitGo Express adds its version to what it passes on. A page in
 * HTML, or an answer without BitGo's shape from a server that is known to stand between, is a
 * middlebox's. */
#include "answered.h"
#include "why401/exchange/body.h"

#define DECODED_MOST (256UL * 1024)

/* Names in a Server field of what stands in front of others. */
static const char *const middleboxes[] = {
    "cloudflare", "CloudFront", "awselb",   "AkamaiGHost",
    "Varnish",    "Fastly",     "imperva",  "BigIP",
    "squid",      "Zscaler",    "BlueCoat", "nginx",
    "openresty",  "envoy",      "HAProxy",  "Microsoft-Azure-Application-Gateway",
};

static const char *middlebox_of(const struct http_head *head)
{
    struct span server = http_value(head, SPAN("Server"));
    for (size_t i = 0; i < sizeof middleboxes / sizeof *middleboxes; i++) {
        if (span_istarts(server, span_of(middleboxes[i]))) {
            return middleboxes[i];
        }
    }
    return NULL;
}

static bool is_html(const struct http_head *head, struct span text)
{
    while (text.len && memchr(" \t\r\n", text.ptr[0], 4)) {
        text = span_from(text, 1);
    }
    return span_istarts(http_value(head, SPAN("Content-Type")), SPAN("text/html")) ||
           span_istarts(text, SPAN("<html")) || span_istarts(text, SPAN("<!doctype html"));
}

/* Nearly every answer shows it by its error, and need not be parsed. */
static bool has_bitgos_shape(struct span text)
{
    if (body_scan(text, SPAN("error")).len) {
        return true;
    }
    json_t *body = body_json(text);
    bool has = json_object_get(body, "error") || json_object_get(body, "errorName") ||
               (json_object_get(body, "code") && json_object_get(body, "message"));
    json_decref(body);
    return has;
}

static bool is_express(struct span text)
{
    json_t *body = span_find(text, SPAN("bitgoExpressVersion")) >= 0 ? body_json(text) : NULL;
    bool is = json_object_get(body, "bitgoExpressVersion");
    json_decref(body);
    return is;
}

static void judge_body(struct exchange *x, struct span text)
{
    const struct http_head *head = &x->response.head;
    const char *server = middlebox_of(head);
    if (is_html(head, text)) {
        exchange_find(
            x, "maker.middlebox", SEVERITY_NOTE,
            "The answer is an HTML page%s%s and not BitGo's JSON, so something between here "
            "and BitGo made it.",
            server ? " from a server named " : "", server ? server : "");
    } else if (server && !has_bitgos_shape(text)) {
        exchange_find(
            x, "maker.middlebox", SEVERITY_NOTE,
            "The answer has no error as BitGo writes it, and comes from a server named %s, so "
            "something between here and BitGo probably made it.",
            server);
    }
    if (is_express(text)) {
        exchange_find(
            x, "maker.express", SEVERITY_NOTE,
            "The answer was written by BitGo Express, which turns many of BitGo's statuses "
            "into 400.");
    }
}

void inspect_maker(struct exchange *x)
{
    struct str text;
    if (span_eq(x->request.head.method, SPAN("HEAD"))) {
        return;
    }
    str_init(&text, DECODED_MOST);
    body_text(&x->response, &text);
    judge_body(x, str_span(&text));
    str_release(&text);
}
