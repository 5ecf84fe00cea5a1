/* The SDK puts its customRootURI in front of every path, as it is: with a slash at its end it makes
 * //api/…, with a path of its own /some/path/api/…. A gateway may well take both away on the way to
 * BitGo, but the SDK has signed the path with them in it, so BitGo cannot verify the HMAC. */
#include "path_form.h"

#include "signing.h"
#include "token.h"

#define SHOWN_MOST 60

static const struct span roots[] = {
    {"/api/", 5}, {"/oauth/", 7}, {"/express/", 9}, /* BitGo Express only */
};

static bool begins_at_root(struct span path)
{
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        if (span_starts(path, roots[i])) {
            return true;
        }
    }
    return false;
}

struct span path_without_prefix(struct span path)
{
    while (span_starts(path, SPAN("//"))) {
        path = span_from(path, 1);
    }
    if (begins_at_root(path)) {
        return span(NULL, 0);
    }
    ptrdiff_t api = span_find(path, SPAN("/api/"));
    ptrdiff_t at = api >= 0 ? api : span_find(path, SPAN("/oauth/"));
    return at > 0 ? span_from(path, (size_t)at) : span(NULL, 0);
}

static void judge_slashes(struct exchange *x, bool is_signed)
{
    struct span path = x->target.path;
    if (span_find(path, SPAN("//")) < 0) {
        return;
    }
    exchange_find(
        x, "path.double-slash", is_signed ? SEVERITY_PROBLEM : SEVERITY_WARNING,
        "The path has two slashes in a row%s%s.",
        span_starts(path, SPAN("//"))
            ? " at its beginning, as a customRootURI with a slash at its end makes it"
            : ", as a part that was left empty makes it",
        is_signed ? "; the path is a part of what the HMAC signs, so BitGo cannot verify it" : "");
}

static void judge_prefix(struct exchange *x, bool is_signed)
{
    struct span path = x->target.path;
    struct span rest = path_without_prefix(path);
    if (!rest.len) {
        return;
    }
    struct span prefix = span_first(path, path.len - rest.len);
    bool shown = prefix.len <= SHOWN_MOST && !token_like(prefix);
    exchange_find(
        x, "path.prefix", is_signed ? SEVERITY_PROBLEM : SEVERITY_WARNING,
        "The path begins with %.*s in front of BitGo's own, as a customRootURI with a path "
        "makes it%s.",
        SPAN_ARG(shown ? prefix : SPAN("something")),
        is_signed ? "; the path is a part of what the HMAC signs, so BitGo cannot verify it"
                  : "; BitGo's paths begin with /api/ or /oauth/");
}

void inspect_path_form(struct exchange *x)
{
    bool is_signed = request_is_signed(&x->request.head);
    judge_slashes(x, is_signed);
    judge_prefix(x, is_signed);
}
