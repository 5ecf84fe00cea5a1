"""Readers of our own for what went upstream: one that takes nothing but the grammar of RFC 9112, and lenient ones, each
with habits of servers that were attacked by them. Every reader gives the requests it finds in some bytes."""
import dataclasses
import re

TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
LINE = re.compile(rb"(" + TOKEN + rb") ([\x21-\x7e]+) HTTP/1\.1\r\n")
FIELD = re.compile(rb"(" + TOKEN + rb"):[ \t]*([\t \x21-\x7e\x80-\xff]*?)[ \t]*\r\n")
CHUNK = re.compile(rb"([0-9A-Fa-f]{1,15})\r\n")


class Bad(Exception):
    """No request by this reader's rules."""


class Short(Exception):
    """The beginning of a request, and the rest has not come."""


@dataclasses.dataclass(frozen=True)
class Request:
    method: bytes
    target: bytes
    body: bytes
    fields: tuple = dataclasses.field(default=(), compare=False)


def match(pattern, data, at):
    found = pattern.match(data, at)
    if found is None:
        if b"\r\n" in data[at:]:
            raise Bad(data[at:at + 60])
        raise Short()
    return found


def strict_chunks(data, at):
    body = b""
    while True:
        size = match(CHUNK, data, at)
        length = int(size[1], 16)
        at = size.end()
        if length == 0:
            break
        if len(data) < at + length + 2:
            raise Short()
        if data[at + length:at + length + 2] != b"\r\n":
            raise Bad("chunk end")
        body += data[at:at + length]
        at += length + 2
    while data[at:at + 2] != b"\r\n":
        at = match(FIELD, data, at).end()
    return body, at + 2


def strict_one(data, at=0):
    """The request at `at` and where it ends."""
    line = match(LINE, data, at)
    at = line.end()
    fields = []
    while data[at:at + 2] != b"\r\n":
        found = match(FIELD, data, at)
        fields.append((found[1].lower(), found[2]))
        at = found.end()
    at += 2
    lengths = [value for name, value in fields if name == b"content-length"]
    codings = [value for name, value in fields if name == b"transfer-encoding"]
    if len(lengths) + len(codings) > 1 or sum(name == b"host" for name, _ in fields) != 1:
        raise Bad("framing or Host")
    body = b""
    if codings:
        if codings[0] != b"chunked":
            raise Bad("coding")
        body, at = strict_chunks(data, at)
    elif lengths:
        if not re.fullmatch(rb"\d{1,18}", lengths[0]):
            raise Bad("length")
        length = int(lengths[0])
        if len(data) < at + length:
            raise Short()
        body, at = data[at:at + length], at + length
    return Request(line[1], line[2], body, tuple(fields)), at


def strict(data):
    found, at = [], 0
    while at < len(data):
        request, at = strict_one(data, at)
        found.append(request)
    return found


@dataclasses.dataclass(frozen=True)
class Habits:
    """What a lenient reader does."""

    name: str
    line_end: bytes = rb"\r?\n"
    first_length: bool = True  # of two lengths the first, not the last
    coding_wins: bool = True  # over a length
    dashes: bytes = b"-"  # characters of a name that it reads as "-"
    coding: bytes = rb"chunked"  # what in a Transfer-Encoding means chunked


LENIENT = [
    Habits("LF ends a line"),
    Habits("CR ends a line", line_end=rb"\r\n|\r|\n"),
    Habits("the length wins", coding_wins=False),
    Habits("the last length wins", first_length=False),
    Habits("names as in CGI", dashes=b"-_. ~!+*"),
    Habits("only exact codings", coding=rb"^chunked$"),
    Habits("control characters are blanks", line_end=rb"[\x00\x0b\x0c]*\r?\n"),
]


def lenient_fields(lines, habits):
    """[(name, value)] of header lines, folds joined."""
    fields = []
    for line in lines:
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1][1] += b" " + line.strip()
            continue
        name, _, value = line.partition(b":")
        name = bytes(b"-"[0] if byte in habits.dashes else byte for byte in name.strip(b" \t\x00\x0b\x0c").lower())
        fields.append([name, value.strip(b" \t\x00\x0b\x0c")])
    return fields


def lenient_body(data, fields, habits):
    """The body at the start of data and the rest."""
    lengths = [value for name, value in fields if name == b"content-length"]
    coded = any(name == b"transfer-encoding" and re.search(habits.coding, value.lower()) for name, value in fields)
    if coded and (habits.coding_wins or not lengths):
        body = b""
        while True:
            size, _, data = data.partition(b"\n")
            length = int(re.match(rb"\s*(?:0x)?([0-9a-fA-F]*)", size)[1] or b"0", 16)
            if length == 0:
                break
            body += data[:length]
            data = re.sub(rb"^\r?\n", b"", data[length:])
        while True:
            line, _, data = data.partition(b"\n")
            if not line.strip(b"\r"):
                return body, data
    if lengths:
        digits = re.search(rb"\d+", lengths[0 if habits.first_length else -1])
        length = int(digits[0]) if digits else 0
        return data[:length], data[length:]
    return b"", data


def lenient(data, habits):
    found = []
    while data.strip(b"\r\n"):
        data = data.lstrip(b"\r\n")
        lines = []
        while data:
            end = re.search(habits.line_end, data)
            line, data = (data[:end.start()], data[end.end():]) if end else (data, b"")
            if not line:
                break
            lines.append(line)
        parts = lines[0].split()
        fields = lenient_fields(lines[1:], habits)
        body, data = lenient_body(data, fields, habits)
        found.append(Request(parts[0], parts[1] if len(parts) > 1 else b"", body))
    return found
