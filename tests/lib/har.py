"""HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/) as a checker: which members an object has to
have, of what type, and which others it may have. Custom members begin with an underscore.

    check(json.loads(text))   # raises AssertionError that names the place
"""
import datetime
import math

REQUIRED, OPTIONAL = True, False


def fail(place, problem):
    raise AssertionError(f"{place}: {problem}")


def text(place, value):
    if not isinstance(value, str):
        fail(place, f"a string is expected, found {value!r}")


def filled(place, value):
    text(place, value)
    if not value:
        fail(place, "it is empty")


def true_or_false(place, value):
    if not isinstance(value, bool):
        fail(place, f"true or false is expected, found {value!r}")


def number(least):
    def check_number(place, value):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            fail(place, f"a number is expected, found {value!r}")
        if value < least:
            fail(place, f"at least {least} is expected, found {value}")
    return check_number


def whole(least):
    def check_whole(place, value):
        number(least)(place, value)
        if not isinstance(value, int):
            fail(place, f"an integer is expected, found {value!r}")
    return check_whole


def moment(place, value):
    """ISO 8601 with a time zone."""
    text(place, value)
    try:
        read = datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        fail(place, f"no date: {value!r}")
    if read.tzinfo is None:
        fail(place, f"a date without time zone: {value!r}")


def url(place, value):
    filled(place, value)
    if not value.startswith(("http://", "https://")):
        fail(place, f"an absolute URL is expected, found {value!r}")


def listed(check_item):
    def check_list(place, value):
        if not isinstance(value, list):
            fail(place, f"a list is expected, found {value!r}")
        for index, item in enumerate(value):
            check_item(f"{place}[{index}]", item)
    return check_list


def shaped(**members):
    """An object; a comment is allowed everywhere."""
    known = {"comment": (OPTIONAL, text), **members}

    def check_object(place, value):
        if not isinstance(value, dict):
            fail(place, f"an object is expected, found {value!r}")
        for name, (required, check_member) in known.items():
            if name in value:
                check_member(f"{place}.{name}", value[name])
            elif required:
                fail(place, f"{name} is missing")
        for name in value:
            if name not in known and not name.startswith("_"):
                fail(place, f"there is no member {name} in HAR 1.2")
    return check_object


PAIR = shaped(name=(REQUIRED, text), value=(REQUIRED, text))
COOKIE = shaped(name=(REQUIRED, text), value=(REQUIRED, text), path=(OPTIONAL, text), domain=(OPTIONAL, text),
                expires=(OPTIONAL, moment), httpOnly=(OPTIONAL, true_or_false), secure=(OPTIONAL, true_or_false))
PARAMETER = shaped(name=(REQUIRED, text), value=(OPTIONAL, text), fileName=(OPTIONAL, text),
                   contentType=(OPTIONAL, text))
POST_DATA = shaped(mimeType=(REQUIRED, text), params=(REQUIRED, listed(PARAMETER)), text=(REQUIRED, text))
REQUEST = shaped(method=(REQUIRED, filled), url=(REQUIRED, url), httpVersion=(REQUIRED, filled),
                 cookies=(REQUIRED, listed(COOKIE)), headers=(REQUIRED, listed(PAIR)),
                 queryString=(REQUIRED, listed(PAIR)), postData=(OPTIONAL, POST_DATA),
                 headersSize=(REQUIRED, whole(-1)), bodySize=(REQUIRED, whole(-1)))
CONTENT = shaped(size=(REQUIRED, whole(-1)), compression=(OPTIONAL, whole(-1)), mimeType=(REQUIRED, filled),
                 text=(OPTIONAL, text), encoding=(OPTIONAL, text))
RESPONSE = shaped(status=(REQUIRED, whole(0)), statusText=(REQUIRED, text), httpVersion=(REQUIRED, filled),
                  cookies=(REQUIRED, listed(COOKIE)), headers=(REQUIRED, listed(PAIR)),
                  content=(REQUIRED, CONTENT), redirectURL=(REQUIRED, text), headersSize=(REQUIRED, whole(-1)),
                  bodySize=(REQUIRED, whole(-1)))
TIMINGS = shaped(blocked=(OPTIONAL, number(-1)), dns=(OPTIONAL, number(-1)), connect=(OPTIONAL, number(-1)),
                 send=(REQUIRED, number(0)), wait=(REQUIRED, number(0)), receive=(REQUIRED, number(0)),
                 ssl=(OPTIONAL, number(-1)))
CACHED = shaped(expires=(OPTIONAL, moment), lastAccess=(REQUIRED, moment), eTag=(REQUIRED, text),
                hitCount=(REQUIRED, whole(0)))
CACHE = shaped(beforeRequest=(OPTIONAL, CACHED), afterRequest=(OPTIONAL, CACHED))
ENTRY = shaped(pageref=(OPTIONAL, filled), startedDateTime=(REQUIRED, moment), time=(REQUIRED, number(0)),
               request=(REQUIRED, REQUEST), response=(REQUIRED, RESPONSE), cache=(REQUIRED, CACHE),
               timings=(REQUIRED, TIMINGS), serverIPAddress=(OPTIONAL, filled), connection=(OPTIONAL, filled))
PAGE = shaped(startedDateTime=(REQUIRED, moment), id=(REQUIRED, filled), title=(REQUIRED, text),
              pageTimings=(REQUIRED, shaped(onContentLoad=(OPTIONAL, number(-1)), onLoad=(OPTIONAL, number(-1)))))
PROGRAM = shaped(name=(REQUIRED, filled), version=(REQUIRED, filled))
LOG = shaped(version=(REQUIRED, filled), creator=(REQUIRED, PROGRAM), browser=(OPTIONAL, PROGRAM),
             pages=(OPTIONAL, listed(PAGE)), entries=(REQUIRED, listed(ENTRY)))


def check(har):
    """Checks a HAR and returns its entries."""
    shaped(log=(REQUIRED, LOG))("$", har)
    log = har["log"]
    if log["version"] != "1.2":
        fail("$.log.version", f"1.2 is expected, found {log['version']}")
    pages = {page["id"] for page in log.get("pages", ())}
    for index, entry in enumerate(log["entries"]):
        place = f"$.log.entries[{index}]"
        if entry.get("pageref", None) not in {None, *pages}:
            fail(place, "its page is not in the file")
        parts = [value for name, value in entry["timings"].items() if name not in ("ssl", "comment") and value > 0]
        if abs(sum(parts) - entry["time"]) > 0.01:
            fail(place, f"its timings add up to {sum(parts)}, not to {entry['time']}")
        post = entry["request"].get("postData")
        if post and post["text"] and post["params"]:
            fail(place, "text and params exclude each other")
    return log["entries"]
