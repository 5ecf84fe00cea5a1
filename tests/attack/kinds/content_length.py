"""Content-Length that is malformed, repeated, or only nearly so called."""
from case import CODING, LENGTH, Case, field, head, shown

KIND = "content-length"

MALFORMED = [b"+3", b"-3", b"-0", b"0x3", b"0X3", b"\\x33", b"3 3", b"1 0", b"3,3", b"3, 3", b"3,4", b"3,", b",3", b"3;",
             b"3;q=1", b"3.0", b"3.", b".3", b"3e0", b'"3"', b"'3'", b"(3)", b"[3]", b"", b"  ", b" \t ", b"3\x00", b"\x003",
             b"3\x0b", b"\x0b3", b"3\x0c", b"\x0c3", b"\x853", b"3\x85", b"\xa03", b"3\xa0", b"\xc2\xa03", b"1_0", b"_3",
             b"3_", b"0b11", b"0o3", b"3L", b"3u", b"NaN", b"inf", b"true", b"chunked", b"18446744073709551619",
             b"18446744073709551615", b"9223372036854775808", b"4294967299" * 2, b"1" * 19, b"0" * 30 + b"3",
             b"\xd9\xa3", b"\xef\xbc\x93", b"=3", b":3", b"3:", b"3%20", b"%33", b"3\x7f", b"3\x1b", b"3/3", b"3*1", b"$3"]

PAIRS = [(b"3", b"3"), (b"3", b"4"), (b"4", b"3"), (b"0", b"3"), (b"3", b"0"), (b"", b"3"), (b"3", b""), (b"03", b"3"),
         (b"3", b"+3"), (b"x", b"3"), (b"3", b"x"), (b"3", b"999999")]

NAMES = [b"Content_Length", b"Content.Length", b"Content~Length", b"Content!Length", b"Content*Length", b"Content+Length",
         b"Content^Length", b"Content'Length", b"Content`Length", b"Content|Length", b"Content#Length", b"Content$Length",
         b"Content%Length", b"Content&Length", b"content_length", b"CONTENT_LENGTH", b"Content Length", b"Content\tLength",
         b"Content-Length\x00", b"Content-Length\x0b", b"Content-Length\x0c", b"Content-Length\xa0", b"\x0bContent-Length",
         b"\x00Content-Length", b"Content-Length\x7f", b"Content\x0bLength", b"Content-Length\\", b"\xef\xbb\xbfContent-Length",
         b"Content\xe2\x80\x90Length", b"Content-Length;", b"Content-Length,", b'"Content-Length"', b"Content-Length=",
         b"(Content-Length)", b"Content-Length@", b"Content/Length", b"[Content-Length]"]


def cases():
    for start in (b"POST /x HTTP/1.1", b"GET /x HTTP/1.1"):
        for value in MALFORMED:
            yield Case(KIND, f"{shown(start[:4])} length {shown(value)}", head(field(LENGTH, value), start=start) + b"abc")
        for first, second in PAIRS:
            for other in (LENGTH, LENGTH.lower(), b"CONTENT-length"):
                yield Case(KIND, f"{shown(start[:4])} {shown(first)} and {shown(other)} {shown(second)}",
                           head(field(LENGTH, first), b"X-Between: 1", field(other, second), start=start) + b"abc")
    for name in NAMES:
        yield Case(KIND, f"name {shown(name)}", head(field(name, b"3")) + b"abc")
        yield Case(KIND, f"name {shown(name)} with a length", head(field(LENGTH, b"0"), field(name, b"3")) + b"abc")
        yield Case(KIND, f"name {shown(name)} with chunks", head(field(CODING, b"chunked"), field(name, b"5")) + b"0\r\n\r\n")
