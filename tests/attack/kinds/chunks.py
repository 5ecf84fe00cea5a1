"""Chunked bodies that go wrong, in their first chunk line, in a later one, or at their end. The first one is
awaited before anything goes upstream, so what is wrong there is refused; what goes wrong later is cut off."""
from case import CUT, REFUSE, Case, head, shown

KIND = "chunks"
CHUNKED = head(b"Transfer-Encoding: chunked")

SIZES = [b"", b"0x3", b"0X3", b"+3", b"-3", b"_3", b"3_", b"1_0", b" 3", b"\t3", b"3 ", b"3\t", b"3 3", b"3,3", b"3.0", b"3h", b"g", b"3g",
         b'"3"', b"'3'", b"\\x3", b"%33", b"1" * 16, b"1" * 17, b"F" * 16, b"8000000000000000", b"FFFFFFFFFFFFFFFF",
         b"10000000000000003", b"0" * 16 + b"3", b"0" * 200 + b"3", b"3\x00", b"\x003", b"3\x0b", b"3\x0c", b"\x0b3", b"3\x85", b"\xa03",
         b"3\xa0", b"\xef\xbc\x93", b"-0", b"+0", b"0x0", b"0x", b"3:a", b"3#a", b"3//", b"3=", b"3&", b"NaN", b"3\\", b"3/*"]

EXTENSIONS = [b";", b";;", b";;a", b";=b", b";a=", b";a b", b";a=b c", b";a,b", b';a="b', b';a=b"', b';a="\\"', b";a\nb", b";a\rb", b";\n", b";\r",
              b";a=\x00", b";\x00", b';a="\r"', b';a="\n"', b';a="\r\n"', b';a="\x00"', b";a=\x0b", b";a=\x7f", b";a\x1b[0m", b";a=b;", b";(a)",
              b" a", b"\ta", b" ;", b"; a = ", b";a==b", b";" + b"a" * 2000, b";a=" + b"b" * 5000, b";a=" + b"\n" * 3, b";@", b';"a"', b";a=(b)"]

# behind CHUNKED
BROKEN = [b"3\nabc\r\n0\r\n\r\n", b"3\rabc\r\n0\r\n\r\n", b"3\r\rabc\r\n0\r\n\r\n", b"3\n\rabc\r\n0\r\n\r\n", b"\r\n3\r\nabc\r\n0\r\n\r\n", b"\n0\r\n\r\n",
          b"3\x00\r\nabc\r\n0\r\n\r\n", b"abc", b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"]

BROKEN_LATER = [b"3\r\nabcd\r\n0\r\n\r\n", b"3\r\nab\r\n0\r\n\r\n", b"3\r\nabc0\r\n\r\n", b"3\r\nabc\n0\r\n\r\n", b"3\r\nabc\r0\r\n\r\n", b"3\r\nabc \r\n0\r\n\r\n",
                b"3\r\nabc\r\r\n0\r\n\r\n", b"3\r\nabc\n\r0\r\n\r\n", b"3\r\nabc\r\n\r\n0\r\n\r\n", b"3\r\nabc\r\n0\n\r\n", b"3\r\nabc\r\n0\r\n\n",
                b"3\r\nabc\r\n0\r\r\n", b"3\r\nabc\r\n0\n\n", b"3\r\nabc\r\n0\r\r", b"3\r\nabc\r\n0\r\nX\r\n\r\n", b"3\r\nabc\r\n00x\r\n\r\n",
                b"3\r\nabc\r\n0 \r\n\r\n", b"3\r\nabc\r\n0;\r\n\r\n", b"3\r\nabc\r\n\r\n", b"3\r\nabc\r\n-0\r\n\r\n", b"0\r\nGET / HTTP/1.1\r\n\r\n",
                b"0\r\n\x00\r\n", b"0\r\n \r\n\r\n"]

# torn by the end of the connection
SHORT = [b"3\r\nabc\r\n0\r\n\r", b"3\r\nabc\r\n0\r\n", b"3\r\nabc\r\n0\r", b"3\r\nabc\r\n0", b"3\r\nabc\r\n", b"3\r\nabc\r", b"3\r\nabc", b"3\r\nab",
         b"3\r\n", b"0\r\n", b"7fffffffffffff\r\nabc"]


def cases():
    for size in SIZES:
        yield Case(KIND, f"size {shown(size)}", CHUNKED + size + b"\r\nabc\r\n0\r\n\r\n", REFUSE)
        yield Case(KIND, f"second size {shown(size)}", CHUNKED + b"1\r\nz\r\n" + size + b"\r\nabc\r\n0\r\n\r\n", CUT)
    for extension in EXTENSIONS:
        yield Case(KIND, f"extension {shown(extension)}", CHUNKED + b"3" + extension + b"\r\nabc\r\n0\r\n\r\n", REFUSE)
        yield Case(KIND, f"second extension {shown(extension)}", CHUNKED + b"1\r\nz\r\n3" + extension + b"\r\nabc\r\n0\r\n\r\n", CUT)
        yield Case(KIND, f"last extension {shown(extension)}", CHUNKED + b"3\r\nabc\r\n0" + extension + b"\r\n\r\n", CUT)
    for body in BROKEN:
        yield Case(KIND, f"body {shown(body)}", CHUNKED + body, REFUSE)
    for body in BROKEN_LATER:
        yield Case(KIND, f"body {shown(body)}", CHUNKED + body, CUT)
    for body in SHORT:
        yield Case(KIND, f"ends behind {shown(body)}", CHUNKED + body, CUT, followed=False)
