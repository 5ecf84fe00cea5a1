/* Redaction: no canary survives, whatever is around it and however it is escaped. In two ways:
 *
 * "raw" and then any bytes: a token is put among them as it is; its shape alone must give it away.
 * "made" and then any bytes: they choose a structure, byte by byte. A canary under a secret name,
 * as JSON, a form, header lines, XML, a dump; then up to four wrappings around that, each with
 * escapes of its own kind (JSON in JSON, \u0061, %41, %2541, &quot;). What comes out is unescaped
 * by this file's own loop, all kinds at once and then in the order in which the wrappings were
 * made, and the canary may be in no level of it. */
#include <jansson.h>

#include "fuzz.h"
#include "why401/observe/redact.h"

#define CANARY "Kanari7Q4mZw"
#define TOKEN  "v2x5555555555555555555555555555555555555555555555555555555555555555"
#define LEVELS 12 /* of unescaping what came out */

/* The bytes that choose. */
static struct span choices;

/* The escapes of the wrappings made until now, by the character that they begin with. */
static char wrappings[2 * LEVELS + 1];

static void made_with(char kind)
{
    size_t count = strlen(wrappings);
    wrappings[count] = kind;
    wrappings[count + 1] = '\0';
}

static size_t choose(size_t n)
{
    if (choices.len == 0) {
        return 0;
    }
    size_t chosen = (unsigned char)choices.ptr[0] % n;
    choices = span_from(choices, 1);
    return chosen;
}

static const char *word(const char *const *words, size_t count)
{
    return words[choose(count)];
}

static void add_name(struct str *out)
{
    static const char *const names[] = {"password",      "walletPassphrase",
                                        "otp",           "access_token",
                                        "accessToken",   "prv",
                                        "encryptedPrv",  "x-api-key",
                                        "client_secret", "Passphrase",
                                        "PASSWORD",      "newPassword",
                                        "token",         "seed",
                                        "mnemonic",      "recovery_key",
                                        "userPrv",       "private.key",
                                        "sessionId",     "refresh_token",
                                        "authorization", "x-bitgo-otp",
                                        "passcode",      "pwd"};
    str_add(out, span_of(word(names, sizeof names / sizeof *names)));
}

/* The canary, perhaps in a longer value; never with what would end the value in its form. */
static void add_value(struct str *out)
{
    static const char *const before[] = {"", "a", "x.", "1-", "Z_"};
    static const char *const behind[] = {"", "z", "-9", ".", "_"};
    if (choose(4) == 3) {
        str_add(out, SPAN(TOKEN));
        return;
    }
    str_add(out, span_of(word(before, 5)));
    str_add(out, SPAN(CANARY));
    str_add(out, span_of(word(behind, 5)));
}

/* Runs of text that hold no secret and no structure. */
static void add_noise(struct str *out)
{
    static const char *const noise[] = {
        "",      " ",        "x",      "1",      "hello world", "error 401: ",
        "a.b.c", "\xc3\xa9", "(see ",  "wallet", "2NEe8GWc4",   "\r\n",
        "0x1f",  "- ",       "token ", "ok.\n",  "\t",          "/api/v2",
        "[1] ",  "null ",    "~",      "!?",     "*",           "#"};
    str_add(out, span_of(word(noise, sizeof noise / sizeof *noise)));
}

/* Each %N becomes the name, each %V the value. */
static void add_form(struct str *out, const char *form)
{
    for (; *form; form++) {
        if (form[0] == '%' && form[1] == 'N') {
            add_name(out);
            form++;
        } else if (form[0] == '%' && form[1] == 'V') {
            add_value(out);
            form++;
        } else {
            str_add_c(out, *form);
        }
    }
}

static void add_core(struct str *out)
{
    static const char *const forms[] = {
        "{\"%N\":\"%V\"}",
        "{\"a\":1,\"%N\" : \"%V\",\"b\":[]}",
        "a=1&%N=%V&b=2",
        "%N=%V",
        "Host: h\r\n%N: %V\r\nAccept: *\r\n",
        "<%N>%V</%N>",
        "[\"%N\",\"%V\"]",
        "{\"name\":\"%N\",\"value\":\"%V\"}",
        "{\"%N\":{\"x\":[\"%V\"]},\"y\":1}",
        "{\"%N\":[\"%V\",\"%V\"]}",
        "{ %N: '%V', b: 1 }",
        "'%N' => '%V',",
        "level=info %N=\"%V\" user=bob",
        "Authorization: Bearer %V\r\nHost: h\r\n",
        "{\"headers\":{\"Authorization\":\"Bearer %V\"}}",
        "https://bob:%V@app.bitgo.com/api/v2/user/me",
        "/p?a=1&%N=%V&b=2",
        "Cookie: a=b; sid=%V\r\n",
        "--b\r\nContent-Disposition: form-data; name=\"%N\"\r\n\r\n%V\r\n--b--",
        "<input name=\"%N\" value=\"%V\">",
        "-H 'Authorization: Bearer %V'",
        "a=1&%N[0]=%V&b=2",
        "{\"%N (a)\":\"%V\",\"b\":1}",
        "{\"value\":\"%V\",\"name\":\"%N\"}",
        "{\"name\":\"%N\",\"type\":\"x\",\"value\":\"%V\"}",
        "--b\r\nContent-Disposition: form-data; name=%N\r\nX: y\r\n\r\nz\n--%V\r\n--b--",
        "<%N a=\"1\"><![CDATA[%V]]></%N>",
        "Location: //bob:%V@app.bitgo.com/\r\n",
        "CONNECT bob:%V@app.bitgo.com:443 HTTP/1.1\r\n",
    };
    add_form(out, word(forms, sizeof forms / sizeof *forms));
}

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* As JSON.stringify does; one in `rare` of the others is written as \u00XX, too. */
static void add_json_string(struct str *out, struct span text, size_t rare)
{
    made_with('\\');
    str_add_c(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < ' ' || (c < 0x80 && rare && choose(rare + 1) == rare)) {
            str_addf(out, choose(2) ? "\\u%04x" : "\\u%04X", c);
        } else if (c == '"' || c == '\\') {
            str_addf(out, "\\%c", c);
        } else {
            str_add_c(out, (char)c);
        }
    }
    str_add_c(out, '"');
}

/* As encodeURIComponent does, and one in `rare` of the others; `twice` as proxies do. */
static void add_percent(struct str *out, struct span text, size_t rare, bool twice)
{
    made_with('%');
    if (twice) {
        made_with('%');
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (!is_plain((char)c) || (rare && choose(rare + 1) == rare)) {
            str_addf(out, choose(2) ? "%%%s%02x" : "%%%s%02X", twice ? "25" : "", c);
        } else {
            str_add_c(out, (char)c);
        }
    }
}

/* Any character may be an entity, and of the backslashes all, some or none. */
static void add_entities(struct str *out, struct span text, size_t rare)
{
    made_with('&');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"') {
            str_add(out, choose(2) ? SPAN("&quot;") : SPAN("&#34;"));
        } else if (strchr("<>&'", c) || (rare && c < 0x80 && choose(rare + 1) == rare)) {
            str_addf(out, choose(2) ? "&#%u;" : "&#x%x;", c);
        } else {
            str_add_c(out, (char)c);
        }
    }
}

static void wrap(struct str *out, struct span text)
{
    size_t rare = choose(8);
    switch (choose(8)) {
    case 0:
        str_add(out, SPAN("{\"body\":"));
        add_json_string(out, text, rare);
        str_add(out, SPAN(",\"c\":3}"));
        break;
    case 1:
        str_add(out, SPAN("k="));
        add_percent(out, text, rare, false);
        str_add(out, SPAN("&l=1"));
        break;
    case 2:
        str_add(out, SPAN("<td>"));
        add_entities(out, text, rare);
        str_add(out, SPAN("</td>"));
        break;
    case 3:
        str_add(out, SPAN("[\"t\","));
        add_json_string(out, text, rare);
        str_add(out, SPAN("]"));
        break;
    case 4:
        str_add(out, SPAN("/p?next="));
        add_percent(out, text, rare, true);
        break;
    case 5:
        add_json_string(out, text, rare);
        break;
    case 6:
        str_add(out, SPAN("{\"data\":{\"raw\":"));
        add_json_string(out, text, rare);
        str_add(out, SPAN("}}"));
        break;
    default:
        add_noise(out);
        str_add_c(out, '\n');
        str_add(out, text);
        str_add_c(out, '\n');
        add_noise(out);
        break;
    }
}

static int hex(char c)
{
    return c >= '0' && c <= '9'                 ? c - '0'
           : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                : -1;
}

/* One level of escapes of those kinds undone, simply. Returns the new length. */
static size_t undo_level(const char *in, size_t len, char *out, const char *kinds)
{
    size_t n = 0;
    for (size_t i = 0; i < len;) {
        unsigned code = 0;
        int used = 0;
        if (!in[i] || !strchr(kinds, in[i])) {
            used = 0;
        } else if (in[i] == '%' && i + 2 < len && hex(in[i + 1]) >= 0 && hex(in[i + 2]) >= 0) {
            code = (unsigned)(hex(in[i + 1]) * 16 + hex(in[i + 2]));
            used = 3;
        } else if (in[i] == '\\' && i + 5 < len && in[i + 1] == 'u') {
            char digits[5] = {in[i + 2], in[i + 3], in[i + 4], in[i + 5], 0};
            used = sscanf(digits, "%4x", &code) == 1 ? 6 : 0;
        } else if (in[i] == '\\' && i + 1 < len) {
            code = (unsigned char)in[i + 1];
            used = 2;
        } else if (len - i >= 6 && memcmp(in + i, "&quot;", 6) == 0) {
            code = '"';
            used = 6;
        } else if (in[i] == '&') {
            char text[12] = {0};
            memcpy(text, in + i, len - i < 11 ? len - i : 11);
            used = sscanf(text, "&#%u;", &code) == 1 || sscanf(text, "&#x%x;", &code) == 1
                       ? (int)(strcspn(text, ";") + 1)
                       : 0;
        }
        out[n++] = used ? (char)code : in[i];
        i += used ? (size_t)used : 1;
    }
    return n;
}

static bool holds_canary(struct span text)
{
    return span_find(text, SPAN(CANARY)) >= 0 || span_find(text, SPAN("555555555555")) >= 0;
}

/* The level at which the canary shows, or -1. Level n is what undoing kinds[n - 1] makes of the one
 * before. */
static int canary_level(struct span text, const char *const kinds[], int levels)
{
    char *level = malloc(text.len + 1);
    CHECK(level);
    if (text.len) {
        memcpy(level, text.ptr, text.len);
    }
    size_t len = text.len;
    int shows = holds_canary(text) ? 0 : -1;
    for (int i = 0; i < levels && shows < 0; i++) {
        char *next = malloc(len + 1);
        CHECK(next);
        len = undo_level(level, len, next, kinds[i]);
        free(level);
        level = next;
        shows = holds_canary(span(level, len)) ? i + 1 : -1;
    }
    free(level);
    return shows;
}

static int canary_level_at_once(struct span text)
{
    const char *kinds[LEVELS];
    for (int i = 0; i < LEVELS; i++) {
        kinds[i] = "%\\&";
    }
    return canary_level(text, kinds, LEVELS);
}

/* The wrapping that was made last is undone first. */
static int canary_level_in_order(struct span text)
{
    const char *kinds[sizeof wrappings];
    int levels = 0;
    for (size_t i = strlen(wrappings); i-- > 0;) {
        kinds[levels++] = wrappings[i] == '%' ? "%" : wrappings[i] == '&' ? "&" : "\\";
    }
    return canary_level(text, kinds, levels);
}

static void check_output(const char *what, struct span from, struct span out)
{
    int at_once = canary_level_at_once(out);
    int level = at_once < 0 ? canary_level_in_order(out) : at_once;
    if (level >= 0) {
        fprintf(stderr,
                "does not hold: %s hides the canary, at level %d%s of\n%.*s\n-- from --\n%.*s\n",
                what, level, at_once < 0 ? " in order" : "", SPAN_ARG(out), SPAN_ARG(from));
        abort();
    }
}

static void check_text(struct span text)
{
    struct str out;
    struct span exact = fuzz_exact(text);
    str_init(&out, 16u << 20);
    redact_text(&out, exact);
    CHECK(!out.failed && out.len <= 11 * text.len + 16);
    check_output("redact_text", text, str_span(&out));
    str_clear(&out);
    redact_target(&out, exact);
    check_output("redact_target", text, str_span(&out));
    str_release(&out);
    fuzz_free(exact);
}

static void check_json(struct span text)
{
    json_t *value = json_loadb(text.ptr, text.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    json_t *redacted = redact_json(value);
    CHECK(!value || redacted);
    char *dump = redacted ? json_dumps(redacted, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
    if (dump) {
        check_output("redact_json", text, span_of(dump));
    }
    free(dump);
    json_decref(redacted);
    json_decref(value);
}

static void check_field(struct span text)
{
    static const char *const names[] = {"X-Request", "Location", "Cookie", "Authorization",
                                        "x-auth-token"};
    struct str out;
    str_init(&out, 16u << 20);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        str_clear(&out);
        redact_field(&out, span_of(names[i]), text);
        check_output(names[i], text, str_span(&out));
    }
    str_release(&out);
}

static void made(void)
{
    struct str text;
    struct str wrapped;
    str_init(&text, 4u << 20);
    add_noise(&text);
    str_add_c(&text, '\n');
    size_t times = choose(5);
    if (choose(2)) {
        str_clear(&text);
    }
    add_core(&text);
    for (size_t i = 0; i < times; i++) {
        str_init(&wrapped, 4u << 20);
        wrap(&wrapped, str_span(&text));
        str_release(&text);
        text = wrapped;
    }
    if (!text.failed && text.len < 65536) {
        check_text(str_span(&text));
        check_json(str_span(&text));
        check_field(str_span(&text));
    }
    str_release(&text);
}

static void raw(struct span bytes)
{
    if (bytes.len < 1 || canary_level_at_once(bytes) >= 0) {
        return;
    }
    struct str text;
    size_t at = (unsigned char)bytes.ptr[0];
    struct span rest = span_from(bytes, 1);
    str_init(&text, 1u << 20);
    str_add(&text, span_first(rest, at));
    str_add(&text, SPAN(TOKEN));
    str_add(&text, span_from(rest, at));
    check_text(str_span(&text));
    str_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span in = fuzz_span(bytes, size);
    struct span kind = fuzz_line(&in);
    wrappings[0] = '\0';
    if (span_eq(kind, SPAN("raw"))) {
        raw(in);
    } else {
        choices = in;
        made();
    }
    return 0;
}
