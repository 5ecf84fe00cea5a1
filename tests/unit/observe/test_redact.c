/* Canaries: a secret is planted in every place and wrapping that we can think of, and must be gone,
 * while what stands around it must still be there. */
#include "bip39.h"
#include "redacting.h"

static struct str out;

static int open_out(void **state)
{
    (void)state;
    str_init(&out, 1 << 20);
    return 0;
}

static int release_out(void **state)
{
    (void)state;
    str_release(&out);
    return 0;
}

static void test_names(void **state)
{
    (void)state;
    static const char *const secret[] = {"Authorization",
                                         "authorization",
                                         "Proxy-Authorization",
                                         "Cookie",
                                         "Set-Cookie",
                                         "token",
                                         "access_token",
                                         "accessToken",
                                         "ACCESS-TOKEN",
                                         "refresh_token",
                                         "id_token",
                                         "encryptedToken",
                                         "password",
                                         "passphrase",
                                         "walletPassphrase",
                                         "wallet_passphrase",
                                         "newPassword",
                                         "oldPassword",
                                         "newWalletPassphrase",
                                         "otp",
                                         "x-bitgo-otp",
                                         "prv",
                                         "xprv",
                                         "encryptedPrv",
                                         "encryptedXprv",
                                         "encryptedECDHXprv",
                                         "userPrv",
                                         "user.prv",
                                         "privateKey",
                                         "private_key",
                                         "secret",
                                         "clientSecret",
                                         "client_secret",
                                         "seed",
                                         "mnemonic",
                                         "recoveryKey",
                                         "x-api-key",
                                         "apiKey",
                                         "x-auth-token",
                                         "webhookSecret",
                                         "passwordConfirmation",
                                         "sessionId",
                                         "originalPasscodeEncryptionKey",
                                         "sid",
                                         "reducedEncryptedPrv",
                                         "X-Amz-Security-Token"};
    static const char *const harmless[] = {"",
                                           "id",
                                           "label",
                                           "hmac",
                                           "timestamp",
                                           "tokenName",
                                           "token_id",
                                           "coin",
                                           "wallet",
                                           "tokenIds",
                                           "requestId",
                                           "passthrough",
                                           "scope",
                                           "duration",
                                           "ipRestrict",
                                           "enableTokens",
                                           "address",
                                           "Auth-Timestamp",
                                           "BitGo-Auth-Version",
                                           "pub",
                                           "xpub",
                                           "key"};
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
        if (!redact_is_secret_name(span_of(secret[i]))) {
            fail_msg("%s is not taken for a secret", secret[i]);
        }
    }
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        if (redact_is_secret_name(span_of(harmless[i]))) {
            fail_msg("%s is taken for a secret", harmless[i]);
        }
    }
}

static void test_fields(void **state)
{
    (void)state;
    check_field("Access-Control-Allow-Credentials", "true", "true");
    check_field("Authorization", "Bearer " CANARY, "Bearer [redacted]");
    check_field("authorization", "bearer   " CANARY " more", "bearer   [redacted]");
    check_field("Authorization", CANARY, "[redacted]");
    check_field("Authorization", "Bearer", "Bearer");
    check_field("Authorization", "", "");
    check_field("Proxy-Authorization", "Basic Y2FuYXJ5", "Basic [redacted]");
    check_field("Cookie", "a=1; sid=" CANARY ";b=\"x;y\"",
                "a=[redacted]; sid=[redacted]; b=[redacted]; [redacted]");
    check_field("Set-Cookie", "sid=" CANARY "; Path=/; HttpOnly; Max-Age=10",
                "sid=[redacted]; Path=/; HttpOnly; Max-Age=10");
    check_field("X-BitGo-OTP", "000000", "[redacted]");
    check_field("x-api-key", CANARY, "[redacted]");
    check_field("HMAC", "b6bf98a3", "b6bf98a3");
    check_field("User-Agent", "BitGoJS-api/1.86.0", "BitGoJS-api/1.86.0");
    check_field("Location", "https://me:" CANARY "@h/p?access_token=" CANARY "&a=b",
                "https://[redacted]@h/p?access_token=[redacted]&a=b");
    check_field("WWW-Authenticate", "Bearer realm=\"api\", error=\"invalid_token\"",
                "Bearer realm=\"api\", error=\"invalid_token\"");
}

static void test_targets(void **state)
{
    (void)state;
    check_target("/api/v2/tbaseeth:xsgd/wallet/59cd72485007a239fb00282ed480da1f?limit=25&prevId=p",
                 "/api/v2/tbaseeth:xsgd/wallet/59cd72485007a239fb00282ed480da1f?limit=25&prevId=p");
    check_target("/p?access_token=" CANARY "&limit=1", "/p?access_token=[redacted]&limit=1");
    check_target("/p?Token=" CANARY "<x>\"'y&limit=1", "/p?Token=[redacted]&limit=1");
    check_target("/p?access%5Ftoken=" CANARY "%26x&limit=1",
                 "/p?access%5Ftoken=[redacted]&limit=1");
    check_target("/p?%2570assword=" CANARY "%2526x&l=1", "/p?%2570assword=[redacted]&l=1");
    check_target("/p?user[token]=" CANARY "&user%5Botp%5D=1&x", "/p?user[token]=[redacted]&"
                                                                "user%5Botp%5D=[redacted]&x");
    check_target("http://u:" CANARY "@localhost/p", "http://[redacted]@localhost/p");
    check_target("/p?next=https%3A%2F%2Fh%2F%3Ftoken%3D" CANARY "%26a%3Db",
                 "/p?next=https%3A%2F%2Fh%2F%3Ftoken%3D[redacted]%26a%3Db");
    check_target("/p?", "/p?");
    check_target("*", "*");
    check_target("", "");
}

static void test_json_text(void **state)
{
    (void)state;
    check("{\"password\":\"" CANARY "\",\"a\":1}", "{\"password\":\"[redacted]\",\"a\":1}");
    check("{ \"otp\" : 123456 , \"a\":1}", "{ \"otp\" : [redacted] , \"a\":1}");
    check("{\"needsOTP\":true,\"otp\":null}", "{\"needsOTP\":true,\"otp\":null}");
    check("{\"token\":[\"" CANARY "\",{\"a\":\"]\"}],\"b\":2}", "{\"token\":[redacted],\"b\":2}");
    check("{\"seed\":{\"x\":{\"y\":\"" CANARY "}\"}},\"b\":2}", "{\"seed\":[redacted],\"b\":2}");
    check("{\"prv\":\"a\\\"" CANARY "\\n\",\"b\":2}", "{\"prv\":\"[redacted]\",\"b\":2}");
    check("{\"pass\\u0077ord\":\"a\\\"" CANARY "\",\"b\":2}",
          "{\"pass\\u0077ord\":\"[redacted]\",\"b\":2}");
    check("{\"authorization\":\"Bearer " CANARY "\"}", "{\"authorization\":\"Bearer [redacted]\"}");
    check("[\"Authorization\",\"Bearer " CANARY "\",\"Host\",\"h\"]",
          "[\"Authorization\",\"Bearer [redacted]\",\"Host\",\"h\"]");
    check("{\"name\":\"x-api-key\",\"value\":\"" CANARY "\"}",
          "{\"name\":\"x-api-key\",\"value\":\"[redacted]\"}");
    check("{\"missing\":[\"otp\",\"password\"],\"a\":\"b\"}",
          "{\"missing\":[\"otp\",\"password\"],\"a\":\"b\"}");
    check("{'password': 'it's " CANARY "', 'a': 1}", "{'password': '[redacted]', 'a': 1}");
}

/* A few KB of gzip can be a MiB in which each percent sign is escaped ninety times. Its levels
 * would all be in memory at once, so it is hidden as it is; one that somebody may have written is
 * not. */
static void test_a_large_text_has_few_levels(void **state)
{
    static const size_t levels[] = {6, 90};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct str text;
        str_init(&text, 1 << 20);
        str_add(&text, SPAN("password=" CANARY "\n"));
        while (text.len < 1000000) {
            str_add_c(&text, '%');
            for (size_t k = 0; k < levels[i]; k++) {
                str_add(&text, SPAN("25"));
            }
            str_add(&text, SPAN("41 "));
        }
        str_release(&out);
        str_init(&out, 1 << 21);
        redact_text(&out, str_span(&text));
        assert_true(span_find(str_span(&out), SPAN(CANARY)) < 0);
        assert_int_equal(out.len > 100000, levels[i] == 6);
        str_release(&text);
    }
}

static void test_nested_text(void **state)
{
    (void)state;
    check("{\"body\":\"{\\\"password\\\":\\\"a\\\\\\\"" CANARY "\\\",\\\"b\\\":2}\"}",
          "{\"body\":\"{\\\"password\\\":\\\"[redacted]\\\",\\\"b\\\":2}\"}");
    check("\"{\\\"a\\\":\\\"{\\\\\\\"otp\\\\\\\":\\\\\\\"" CANARY "\\\\\\\"}\\\"}\"",
          "\"{\\\"a\\\":\\\"{\\\\\\\"otp\\\\\\\":\\\\\\\"[redacted]\\\\\\\"}\\\"}\"");
    check("{\"a\":\"{\\u0022password\\u0022:\\u0022" CANARY " x\\u0022,\\u0022b\\u0022:1}\"}",
          "{\"a\":\"{\\u0022password\\u0022:\\u0022[redacted]\\u0022,\\u0022b\\u0022:1}\"}");
    check("a=1&json={\"password\":\"" CANARY "\"}&b=2",
          "a=1&json={\"password\":\"[redacted]\"}&b=2");
    check("a=1&json=%7B%22password%22%3A%22" CANARY "%20x%22%7D&b=2",
          "a=1&json=%7B%22password%22%3A%22[redacted]%22%7D&b=2");
    check("a=%257B%2522otp%2522%253A%2522" CANARY "%2522%257D",
          "a=%257B%2522otp%2522%253A%2522[redacted]%2522%257D");
    check("{\"form\":\"a=1&walletPassphrase=" CANARY "+x%26y&b=2\",\"c\":3}",
          "{\"form\":\"a=1&walletPassphrase=[redacted]&b=2\",\"c\":3}");
    check("&quot;password&quot;:&quot;" CANARY " x&quot;,",
          "&quot;password&quot;:&quot;[redacted]&quot;,");
    check("<password>" CANARY " &amp; x</password><a>b</a>",
          "<password>[redacted]</password><a>b</a>");
    check("<input name=\"otp\" value=\"" CANARY "\" id=\"a\">",
          "<input name=\"otp\" value=\"[redacted]\" id=\"a\">");
    check("<input name=\"otp\" value=\"" CANARY "\">\n\nmore",
          "<input name=\"otp\" value=\"[redacted]\">\n\nmore");
    check("&#x3\\u0063;otp&#x3e;" CANARY "&lt;/otp>", "&#x3\\u0063;otp&#x3e;[redacted]&lt;/otp>");
    check("--b\r\nContent-Disposition: form-data; name=\"prv\"\r\n\r\n" CANARY "\r\nmore\r\n--b",
          "--b\r\nContent-Disposition: form-data; name=\"prv\"\r\n\r\n[redacted]\n--b");
}

static void test_lines_and_sentences(void **state)
{
    (void)state;
    check("IP-restricted token: 1.2.3.4 is not on the list",
          "IP-restricted token: 1.2.3.4 is not on the list");
    check("{\"accessTokens\":[{\"id\":\"59cd\"}]}", "{\"accessTokens\":[{\"id\":\"59cd\"}]}");
    check("Authorization: Bearer " CANARY "\r\nHost: h",
          "Authorization: Bearer [redacted]\r\nHost: h");
    check("Cookie: a=b; c=" CANARY "\nHost: h", "Cookie: [redacted]\nHost: h");
    check("password: correct horse " CANARY "\nx: y", "password: [redacted]\nx: y");
    check("mnemonic=abandon abandon canary about", "mnemonic=[redacted]");
    check("level=info token=" CANARY " user=bob", "level=info token=[redacted] user=bob");
    check("sent bearer " CANARY ", got 401", "sent bearer [redacted], got 401");
    check("Basic dXNlcjpjYW5hcnk= refused", "Basic [redacted] refused");
    check("Invalid value for 'password': expected string, got '" CANARY "'.",
          "Invalid value for 'password': [redacted]'.");
    static const char *const untouched[] = {
        "No access token",
        "Access token lacks required scope for this action",
        "incorrect otp",
        "password error - ccm: tag doesn't match",
        "Attempt to use IP-restricted token from an unauthorized IP address",
        "To enable tbaseeth:xsgd for your account, contact support@bitgo.com",
        "The Authorization field has the scheme Bearer but no token behind it.",
        "Basic authentication is not what BitGo expects.",
        "token-tokens-erc20-access#401-unauthorized-no-access-token",
        "the transfer 6bf98a33e50670143e28d6bd728efee647bcb2718eca67431d1ab8b3610dbacf is pending",
        "address 0x52908400098527886E0F7030069857D2E4169EE7",
        "address 2NEe8GWc4xMVBBzSXqMBMhQ9HX6FSuFDsDa",
    };
    for (size_t i = 0; i < sizeof untouched / sizeof *untouched; i++) {
        check(untouched[i], untouched[i]);
    }
}

static void test_shapes(void **state)
{
    (void)state;
#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    check("see v2x" HEX64 ".", "see [redacted].");
    check("seev2x" HEX64, "see[redacted]");
    check("id czp5n58rrtuf6g4imv2xmsqf2", "id czp5n58rrtuf6g4imv2xmsqf2");
    check("id c9v2xmn58rrtuf6g4imnsqf2p.", "id c9v2xmn58rrtuf6g4imnsqf2p.");
    check("%76%32x" HEX64 "&a", "[redacted]&a");
    check("token " HEX64 " unknown", "token [redacted] unknown");
    check("/accesstoken/" HEX64, "/accesstoken/[redacted]");
    check("key xprvA1b2C3d4E5f6G7h8J9k1 end", "key [redacted] end");
    check("a.eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln z", "a.[redacted] z");
    check("x -----BEGIN EC PRIVATE KEY-----\\nMHcC\\n-----END EC PRIVATE KEY-----\\n y",
          "x [redacted]\\n y");
    check("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
          "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----");
    check("postgres://bob:" CANARY "@db/x", "postgres://[redacted]@db/x");
    check("https://h/a@b", "https://h/a@b");
    check("listening on https://localhost:8401", "listening on https://localhost:8401");
}

static void test_recovery_phrases(void **state)
{
    (void)state;
#define ELEVEN "legal winner thank year wave sausage worth useful legal winner thank"
    check("write down: " ELEVEN " yellow. The end", "write down: [redacted]. The end");
    check("[\"abandon\",\n      \"ability\",\n      \"able\",\n      \"about\",\n      \"above\",\n"
          "      \"absent\",\n      \"absorb\",\n      \"abstract\",\n      \"absurd\",\n"
          "      \"abuse\",\n      \"access\",\n      \"zoo\"]",
          "[\"[redacted]\"]");
    check("1. Legal\n2. Winner\n3. Thank\n4. Year\n5. Wave\n6. Sausage\n7. Worth\n8. Useful\n"
          "9. Legal\n10. Winner\n11. Thank\n12. Yellow\n.",
          "1. [redacted]\n.");
    check("data=legal%20winner%20thank%20year%20wave%20sausage%20worth%20useful%20legal%20winner%20"
          "thank%20yellow&a=1",
          "data=[redacted]&a=1");
    check_target("/x?q=legal+winner+thank+year+wave+sausage+worth+useful+legal+winner+thank+yellow",
                 "/x?q=[redacted]");
    check("{\"x\":\"{\\\"y\\\":\\\"" ELEVEN " yellow\\\"}\"}",
          "{\"x\":\"{\\\"y\\\":\\\"[redacted]\\\"}\"}");
    check("cut: legal winner thank year wave sausage worth use", "cut: [redacted]");
    /* What is none. */
    check(ELEVEN ".", ELEVEN ".");
    check(ELEVEN " yellows.", ELEVEN " yellows.");
    check("cut: legal winner thank year wave sausage use",
          "cut: legal winner thank year wave sausage use");
#define SCOPES                                                                                     \
    "\"wallet_view_all\",\"wallet_spend_all\",\"wallet_manage_all\",\"wallet_approve_all\""
    check("{\"scope\":[" SCOPES "]}", "{\"scope\":[" SCOPES "]}");
}

/* As BIP 39 has it: four letters tell a word. */
static void test_the_list_of_words(void **state)
{
    (void)state;
    assert_string_equal(bip39_words[0], "abandon");
    for (size_t i = 1; i < BIP39_COUNT; i++) {
        size_t len = strlen(bip39_words[i]);
        assert_true(strncmp(bip39_words[i - 1], bip39_words[i], 4) < 0);
        assert_true(len >= BIP39_SHORTEST && len <= BIP39_LONGEST);
    }
    assert_string_equal(bip39_words[BIP39_COUNT - 1], "zoo");
}

static void test_cut_texts(void **state)
{
    (void)state;
    check("{\"a\":1,\"password\":\"" CANARY, "{\"a\":1,\"password\":\"[redacted]");
    check("{\"otp\":\"", "{\"otp\":\"");
    check("{\"token\":[\"" CANARY "\",\"x", "{\"token\":[redacted]");
    check("{\"x\":\"{\\\"otp\\\":\\\"" CANARY, "{\"x\":\"{\\\"otp\\\":\\\"[redacted]");
    check("see v2x012", "see [redacted]");
    check("seev2x012", "see[redacted]");
    check("see eyJhbGci", "see [redacted]");
    check("see xprvA1b2", "see [redacted]");
    check("-----BEGIN PRIVATE KEY-----\nMIIB", "[redacted]");
    check("-----BEGIN PRIV", "[redacted]");
    check("a=1&password=" CANARY "%2", "a=1&password=[redacted]");
    check("<otp>" CANARY, "<otp>[redacted]");
}

/* Escapes `in` once more as `how` says: j JSON string, p percent, h HTML, u \u escapes for all but
 * letters and digits; s as HTML, but some of the backslashes stay. */
static void wrap(struct str *to, struct span in, char how)
{
    str_add(to, how == 'j' ? SPAN("{\"body\":\"") : how == 'p' ? SPAN("a=1&body=") : SPAN("<b>"));
    for (size_t i = 0; i < in.len; i++) {
        char c = in.ptr[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        bool stays = c == '\\' ? how == 's' && i % 3 : how == 'j' && c != '"';
        if (plain || stays) {
            str_add_c(to, c);
        } else {
            str_addf(to,
                     how == 'j'   ? "\\%c"
                     : how == 'p' ? "%%%02X"
                     : how == 'u' ? "\\u%04x"
                                  : "&#%d;",
                     (unsigned char)c);
        }
    }
    str_add(to, how == 'j' ? SPAN("\",\"z\":1}") : how == 'p' ? SPAN("&z=1") : SPAN("</b>"));
}

/* Every secret inside every combination of three wrappings, whole and cut at many places: of the
 * canary, whose letters no wrapping changes, not even five may be seen. */
static void test_every_nesting(void **state)
{
    (void)state;
    static const char *const secrets[] = {
        "{\"password\":\"x\\\"CANARY7Q4m\",\"b\":2}",
        "{\"a\":[{\"encryptedPrv\":\"{\\\"iv\\\":\\\"CANARY7Q4m\\\"}\"}]}",
        "{\"otp\" : CANARY7Q4m , \"b\":2}",
        "{\"token\":{\"v\":\"}CANARY7Q4m\"}}",
        "a=1&access_token=CANARY7Q4m&b=2",
        "a=1&user[password]=x;CANARY7Q4m&b=2",
        "Authorization: Bearer CANARY7Q4m\r\nHost: h",
        "Cookie: a=b; c=CANARY7Q4m\r\nHost: h",
        "[\"Cookie\", \"a=CANARY7Q4m\"]",
        "see v2x0123456789CANARY7Q4m",
        "-----BEGIN PRIVATE KEY-----\nCANARY7Q4m\n-----END PRIVATE KEY-----\n",
        "https://user:CANARY7Q4m@host/",
        "sent 'Bearer CANARY7Q4m'",
        "<walletPassphrase>CANARY7Q4m</walletPassphrase>",
    };
    static const char hows[] = "-jphus";
    struct str texts[4];
    for (size_t i = 0; i < 4; i++) {
        str_init(&texts[i], 1 << 20);
    }
    for (size_t s = 0; s < sizeof secrets / sizeof *secrets; s++) {
        for (unsigned mix = 0; mix < 6 * 6 * 6; mix++) {
            str_clear(&texts[0]);
            str_add(&texts[0], span_of(secrets[s]));
            unsigned digits = mix;
            for (size_t level = 1; level < 4; level++, digits /= 6) {
                char how = hows[digits % 6];
                str_clear(&texts[level]);
                if (how == '-') {
                    str_add(&texts[level], str_span(&texts[level - 1]));
                } else {
                    wrap(&texts[level], str_span(&texts[level - 1]), how);
                }
            }
            struct span text = str_span(&texts[3]);
            ptrdiff_t at = span_find(text, SPAN("CANARY7Q4m"));
            assert_true(at >= 0);
            /* Whole, then cut within the canary and behind it. */
            for (size_t cut = 0; cut < 14; cut++) {
                size_t len = cut == 0 ? text.len : (size_t)at + 4 + cut;
                str_clear(&out);
                redact_text(&out, span_first(text, len));
                if (strstr(str_cstr(&out), "CANAR") || strstr(str_cstr(&out), "7Q4m")) {
                    fail_msg("mix %u shows a secret:\n%.*s\n%s", mix, (int)text.len, text.ptr,
                             str_cstr(&out));
                }
                assert_false(out.failed);
            }
        }
    }
    for (size_t i = 0; i < 4; i++) {
        str_release(&texts[i]);
    }
}

static void test_redacting_twice_changes_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"password\":\"[redacted]\",\"a\":1}",
        "{\"otp\":[redacted],\"a\":1}",
        "a=1&token=[redacted]&b=2",
        "Authorization: Bearer [redacted]",
        "password: [redacted]\nx",
        "https://[redacted]@h/",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        check(texts[i], texts[i]);
    }
}

static void test_what_cannot_be_searched_is_hidden(void **state)
{
    (void)state;
    struct str text;
    str_init(&text, 1 << 20);
    str_add(&text, SPAN("a="));
    for (int i = 0; i < 100; i++) {
        str_add(&text, i ? SPAN("25") : SPAN("%25"));
    }
    str_add(&text, SPAN("41"));
    check(str_cstr(&text), "[redacted]");
    str_release(&text);
}

static void test_json_values(void **state)
{
    (void)state;
    check_json("{\"a\":{\"b\":[{\"otp\":123456,\"needsOTP\":true}]},\"prv\":{\"x\":1},\"n\":1.5}",
               "{\"a\":{\"b\":[{\"otp\":\"[redacted]\",\"needsOTP\":true}]},\"prv\":\"[redacted]\","
               "\"n\":1.5}");
    check_json(
        "{\"headers\":{\"authorization\":\"Bearer " CANARY "\",\"cookie\":\"a=" CANARY "\"}}",
        "{\"headers\":{\"authorization\":\"Bearer [redacted]\",\"cookie\":\"a=[redacted]\"}}");
    check_json("{\"body\":\"{\\\"password\\\":\\\"" CANARY "\\\"}\"}",
               "{\"body\":\"{\\\"password\\\":\\\"[redacted]\\\"}\"}");
    check_json("[\"x-api-key\",\"" CANARY "\",\"Host\",\"h\"]",
               "[\"x-api-key\",\"[redacted]\",\"Host\",\"h\"]");
    check_json("{\"value\":\"" CANARY "\",\"name\":\"token\"}",
               "{\"value\":\"[redacted]\",\"name\":\"token\"}");
    check_json("{\"v2x0123456789\":1}", "{\"[redacted]\":1}");
    check_json("\"v2x0123456789\"", "\"[redacted]\"");
    check_json("null", "null");
    /* Sentences, lists of what is missing, and coins name nothing. */
    check_json("{\"errors\":[\"invalid token\",\"wallet 59cd not found\"]}",
               "{\"errors\":[\"invalid token\",\"wallet 59cd not found\"]}");
    check_json("{\"required\":[\"label\",\"otp\",\"duration\"]}",
               "{\"required\":[\"label\",\"otp\",\"duration\"]}");
    check_json("[\"Host\",\"h\",\"Authorization\",\"Bearer " CANARY "\"]",
               "[\"Host\",\"h\",\"Authorization\",\"Bearer [redacted]\"]");
    check_json("{\"name\":\"Basic Attention Token\",\"value\":\"1.25\"}",
               "{\"name\":\"Basic Attention Token\",\"value\":\"1.25\"}");
    check_json("{\"accessTokens\":[{\"id\":\"59cd\",\"token\":\"" CANARY "\"}]}",
               "{\"accessTokens\":[{\"id\":\"59cd\",\"token\":\"[redacted]\"}]}");
}

static void test_deep_json_is_cut(void **state)
{
    (void)state;
    struct str text;
    str_init(&text, 4096);
    for (int i = 0; i < 100; i++) {
        str_add_c(&text, '[');
    }
    str_add(&text, SPAN("\"" CANARY "\""));
    for (int i = 0; i < 100; i++) {
        str_add_c(&text, ']');
    }
    json_t *value = json_loads(str_cstr(&text), 0, NULL);
    json_t *copy = redact_json(value);
    char *got = json_dumps(copy, JSON_COMPACT);
    assert_non_null(strstr(got, "\"[cut]\""));
    assert_null(strstr(got, CANARY));
    free(got);
    json_decref(copy);
    json_decref(value);
    str_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_targets),
        cmocka_unit_test(test_json_text),
        cmocka_unit_test_setup_teardown(test_a_large_text_has_few_levels, open_out, release_out),
        cmocka_unit_test(test_nested_text),
        cmocka_unit_test(test_lines_and_sentences),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_recovery_phrases),
        cmocka_unit_test(test_the_list_of_words),
        cmocka_unit_test(test_cut_texts),
        cmocka_unit_test_setup_teardown(test_every_nesting, open_out, release_out),
        cmocka_unit_test(test_redacting_twice_changes_nothing),
        cmocka_unit_test(test_what_cannot_be_searched_is_hidden),
        cmocka_unit_test(test_json_values),
        cmocka_unit_test(test_deep_json_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
