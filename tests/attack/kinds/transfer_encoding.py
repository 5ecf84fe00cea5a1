"""Transfer-Encoding that is something else than "chunked", repeated, folded, in HTTP/1.0, or a look-alike."""
from case import CHUNKS, CODING, LENGTH, Case, field, head, shown

KIND = "transfer-encoding"

VALUES = [b"chunked, chunked", b"chunked,chunked", b"identity, chunked", b"identity,chunked", b"gzip, chunked",
          b"deflate, chunked", b"compress, chunked", b"chunked, identity", b"chunked, gzip", b"chunked,identity", b",chunked",
          b"chunked,", b", chunked", b"chunked ,", b",", b"xchunked", b"chunkedx", b"x-chunked", b"x chunked", b"chunked x",
          b"chunked;x=1", b"chunked; q=0", b"chunked;", b'"chunked"', b"'chunked'", b"(chunked)", b"[chunked]", b"<chunked>",
          b"chunked\x0b", b"\x0bchunked", b"\x0cchunked", b"chunked\x0c", b"\x00chunked", b"chunked\x00", b"chu\x00nked",
          b"\xa0chunked", b"chunked\xa0", b"\xc2\xa0chunked", b"\xef\xbb\xbfchunked", b"chunked\x85", b"identity", b"none",
          b"gzip", b"", b"  ", b"chunke", b"chunk", b"hunked", b"chunked:", b":chunked", b"=chunked", b"{chunked}",
          b"chun\xe2\x84\xaaed", b"c hunked", b"chun ked", b"chun\tked", b"trailers", b"close", b"chunked\x1b[0m", b"chunked\x7f",
          b"chunked/1.0", b"chunked\\", b"\\chunked", b"%63hunked", b"chunked#", b"chunked -", b"+chunked", b"*", b"0"]

NAMES = [b"Transfer_Encoding", b"Transfer.Encoding", b"Transfer~Encoding", b"Transfer!Encoding", b"Transfer*Encoding",
         b"Transfer+Encoding", b"Transfer^Encoding", b"Transfer'Encoding", b"Transfer`Encoding", b"Transfer|Encoding",
         b"Transfer#Encoding", b"Transfer$Encoding", b"Transfer%Encoding", b"Transfer&Encoding", b"transfer_encoding",
         b"Transfer Encoding", b"Transfer\tEncoding", b"Transfer-Encoding\x0b", b"Transfer-Encoding\x0c",
         b"Transfer-Encoding\x00", b"Transfer-Encoding\x1f", b"Transfer-Encoding\xa0", b"Transfer\x0bEncoding",
         b"\x0bTransfer-Encoding", b"\x00Transfer-Encoding", b"\xef\xbb\xbfTransfer-Encoding", b'"Transfer-Encoding"',
         b"Transfer-Encoding;", b"Transfer-Encoding,", b"Transfer-Encoding=", b"(Transfer-Encoding)", b"Transfer/Encoding",
         b"Transfer\xe2\x80\x90Encoding", b"Transfer-Encoding\\", b"Transfer-Encoding@", b"[Transfer-Encoding]"]

PAIRS = [(b"chunked", b"chunked"), (b"chunked", b"identity"), (b"identity", b"chunked"), (b"chunked", b"gzip"),
         (b"gzip", b"chunked"), (b"chunked", b""), (b"", b"chunked"), (b"chunked", b"x"), (b"x", b"chunked")]


def cases():
    for value in VALUES:
        yield Case(KIND, shown(value), head(field(CODING, value)) + CHUNKS)
        yield Case(KIND, f"{shown(value)} without a space", head(field(CODING, value, before=b"")) + CHUNKS)
        yield Case(KIND, f"{shown(value)} with a length", head(field(CODING, value), field(LENGTH, b"3")) + CHUNKS)
    for name in NAMES:
        yield Case(KIND, f"name {shown(name)}", head(field(name, b"chunked")) + CHUNKS)
        yield Case(KIND, f"name {shown(name)} with a length",
                   head(field(LENGTH, b"%d" % len(CHUNKS)), field(name, b"chunked")) + CHUNKS)
    for first, second in PAIRS:
        for other in (CODING, CODING.lower(), b"TRANSFER-encoding"):
            yield Case(KIND, f"{shown(first)} and {shown(other)} {shown(second)}",
                       head(field(CODING, first), field(other, second)) + CHUNKS)
    for fold in (b"\r\n ", b"\r\n\t", b"\n ", b"\r "):
        yield Case(KIND, f"value behind {shown(fold)}", head(CODING + b":" + fold + b"chunked") + CHUNKS)
        yield Case(KIND, f"value torn by {shown(fold)}", head(CODING + b": chun" + fold + b"ked") + CHUNKS)
        yield Case(KIND, f"field hidden behind {shown(fold)}", head(b"X-A: y" + fold + field(CODING, b"chunked")) + CHUNKS)
    for more in ([], [b"Connection: keep-alive"], [field(LENGTH, b"3")], [b"Connection: close"]):
        for value in (b"chunked", b"identity", b"Chunked"):
            yield Case(KIND, f"{shown(value)} in HTTP/1.0 {shown(b', '.join(more))}",
                       head(field(CODING, value), *more, start=b"POST /x HTTP/1.0") + CHUNKS)
