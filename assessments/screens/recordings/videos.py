"""What a video is, by what is in it. It is walked from the first byte to the last and kept as it came.

MP4 and MOV are boxes (ISO/IEC 14496-12 §4.2): a 32-bit size, a 4-letter type, and inside `moov` a track whose handler
is `vide`. WebM is EBML (RFC 8794): an id, a size, and inside `Segment` a track of type 1. Nothing is decoded here: the
file is never opened by the clinic, and is handed out as a download only.
"""

from __future__ import annotations

from collections.abc import Iterator

from assessments.screens.recordings.refusals import Damaged, NotAccepted

BRANDS = {
    *(b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso8", b"mp41", b"mp42", b"avc1", b"dash"),
    *(b"M4V ", b"M4VH", b"MSNV", b"3gp4", b"3gp5", b"3gp6", b"qt  "),
}
LONGEST_FTYP = 256  # bytes; a longer one has room for something else
EBML, SEGMENT, TRACKS, CLUSTER = 0x1A45DFA3, 0x18538067, 0x1654AE6B, 0x1F43B675
DOCTYPE, TRACK_ENTRY, TRACK_TYPE = 0x4282, 0xAE, 0x83
UNKNOWN = -1  # a live recording does not say how long its segment is


class _Broken(ValueError):
    """The file does not add up."""


def video_type(name: str, data: bytes) -> str:
    """`video/mp4`, `video/quicktime` or `video/webm`. Raises NotAccepted, or Damaged when it ends too soon."""
    try:
        if data[4:8] == b"ftyp":
            return _boxed(name, data)
        if data.startswith(EBML.to_bytes(4, "big")):
            return _webm(name, data)
    except _Broken as error:
        raise Damaged(name, "a video") from error
    raise NotAccepted(name)


def _boxed(name: str, data: bytes) -> str:
    brand = data[8:12]
    if brand not in BRANDS:
        raise NotAccepted(name)
    boxes = list(_boxes(data, 0, len(data)))
    if boxes[0][2] > LONGEST_FTYP:
        raise _Broken
    kinds = [kind for kind, _, _ in boxes]
    films = [data[start:end] for kind, start, end in boxes if kind == b"moov"]
    if len(films) != 1 or not {b"mdat", b"moof"} & set(kinds) or not _shows_pictures(films[0]):
        raise _Broken
    return "video/quicktime" if brand == b"qt  " else "video/mp4"


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(type, start of its content, end) of each box from `at`, which must fill the room to `end` exactly."""
    while at < end:
        size, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end or len(kind) < 4:
            raise _Broken
        yield kind, at + head, at + size
        at += size


def _shows_pictures(film: bytes) -> bool:
    """Whether a track of the film holds pictures: moov → trak → mdia → hdlr says `vide`."""
    places = [(0, len(film))]
    for wanted in (b"trak", b"mdia", b"hdlr"):
        places = [
            (start, end)
            for at, stop in places
            for kind, start, end in _boxes(film, at, stop)
            if kind == wanted
        ]
    return any(film[start + 8 : start + 12] == b"vide" for start, _ in places)


def _webm(name: str, data: bytes) -> str:
    (_, start, end), *rest = _elements(data, 0, len(data))
    heads = {id: data[at:stop] for id, at, stop in _elements(data, start, end)}
    if heads.get(DOCTYPE, b"").rstrip(b"\0") != b"webm":
        raise NotAccepted(name)
    if [id for id, _, _ in rest] != [SEGMENT]:
        raise _Broken
    inside = list(_elements(data, rest[0][1], rest[0][2]))
    tracks = [
        data[at:stop] for id, at, stop in inside if id == TRACKS for at, stop in _entries(data, at, stop)
    ]
    if CLUSTER not in [id for id, _, _ in inside] or not any(_is_video_track(one) for one in tracks):
        raise _Broken
    return "video/webm"


def _entries(data: bytes, at: int, end: int) -> list[tuple[int, int]]:
    return [(start, stop) for id, start, stop in _elements(data, at, end) if id == TRACK_ENTRY]


def _is_video_track(entry: bytes) -> bool:
    found = [entry[at:stop] for id, at, stop in _elements(entry, 0, len(entry)) if id == TRACK_TYPE]
    return found == [b"\x01"]


def _elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(id, start of its content, end) of each element; one of unknown length reaches to `end`."""
    while at < end:
        id, at = _number(data, at, end, keep_mark=True)
        size, at = _number(data, at, end, keep_mark=False)
        stop = end if size == UNKNOWN else at + size
        if stop > end:
            raise _Broken
        yield id, at, stop
        at = stop


def _number(data: bytes, at: int, end: int, *, keep_mark: bool) -> tuple[int, int]:
    """An EBML number and where it ends: its first byte's leading zeros say how long it is."""
    if at >= end or data[at] == 0:
        raise _Broken
    length = 9 - data[at].bit_length()
    raw = data[at : at + length]
    if len(raw) < length or at + length > end:
        raise _Broken
    value = int.from_bytes(raw, "big")
    mask = (1 << (7 * length)) - 1
    if not keep_mark:
        value = UNKNOWN if value & mask == mask else value & mask
    return value, at + length
