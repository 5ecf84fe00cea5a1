#include "why401/inspect/passport.h"

#include "path_form.h"
#include "signing.h"

/* The same words as the finding's, without its full stop, since advice follows. It may be missing
 * when there were too many or no memory. */
static int refuse(const struct exchange *x, struct err *err)
{
    char text[IP_TEXT_SIZE];
    const struct finding *finding = exchange_finding(x, "source-ip.denied");
    if (!finding) {
        finding = exchange_finding(x, "source-ip.partly");
    }
    if (finding && finding->evidence.len) {
        struct span words = span_first(finding->evidence, finding->evidence.len - 1);
        return err_set(err, ERR_SOURCE_DENIED, "%.*s", SPAN_ARG(words));
    }
    return err_set(err, ERR_SOURCE_DENIED, "%s is not on the allowlist",
                   ip_text(x->source.ip, text));
}

static void ask_desk(struct exchange *x, struct passport_desk *desk)
{
    struct passports *p = x->token.fingerprint[0] ? passport_desk_take(desk) : NULL;
    if (p) {
        inspect_passport(x, p);
        passports_drop(p);
    }
}

const struct finding *inspect_urgent(const struct exchange *x)
{
    for (size_t i = 0; i < x->finding_count; i++) {
        const struct finding *f = &x->findings[i];
        if (f->severity >= SEVERITY_WARNING && span_starts(span_of(f->id), SPAN("token."))) {
            return f;
        }
    }
    return NULL;
}

int inspect_request(struct exchange *x, const struct inspect_options *options, struct err *err)
{
    inspect_bearer(x);
    inspect_source(x, options);
    inspect_environment(x, environment_of(x));
    inspect_signature(x);
    inspect_path_form(x);
    if (options->desk) {
        ask_desk(x, options->desk);
    }
    if (options->enforce && x->source.verdict == SOURCE_DENIED) {
        return refuse(x, err);
    }
    return inspect_guard(x, options, err);
}
