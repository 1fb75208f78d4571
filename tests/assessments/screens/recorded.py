"""Little photos and videos, made here byte by byte, good ones and bad ones."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image


def photo(format: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **how) -> bytes:
    """A photo with its left half red and its right half blue, so that a turn can be seen."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    out = BytesIO()
    picture.convert(mode).save(out, format, **how)
    return out.getvalue()


def box(kind: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return struct.pack(">I", 8 + len(body)) + kind + body


def film(handler: bytes = b"vide") -> bytes:
    hdlr = box(b"hdlr", b"\0" * 8 + handler + b"\0" * 12)
    return box(b"moov", box(b"mvhd", b"\0" * 100), box(b"trak", box(b"mdia", hdlr)))


def mp4(brand: bytes = b"isom", moov: bytes | None = None, tail: bytes = b"") -> bytes:
    ftyp = box(b"ftyp", brand + b"\0\0\2\0isommp41")
    return ftyp + (film() if moov is None else moov) + box(b"mdat", b"\x17" * 200) + tail


def element(id: int, body: bytes, *, unknown: bool = False) -> bytes:
    head = id.to_bytes((id.bit_length() + 7) // 8, "big")
    return head + (b"\x01" + b"\xff" * 7 if unknown else (len(body) | 1 << 28).to_bytes(4, "big")) + body


def webm(doctype: bytes = b"webm", track: bytes = b"\x01", *, unknown: bool = False, cut: int = 0) -> bytes:
    tracks = element(0x1654AE6B, element(0xAE, element(0x83, track)))
    cluster = element(0x1F43B675, b"\xa3" * 90)
    segment = element(0x18538067, tracks + cluster, unknown=unknown)
    whole = element(0x1A45DFA3, element(0x4282, doctype)) + segment
    return whole[: len(whole) - cut]


def huge_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """A few bytes that say they are 3.6 thousand million pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 10_000)) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
JPEG, PNG, WEBP, GIF = photo(), photo("PNG"), photo("WEBP"), photo("GIF", mode="P")
HEIC = box(b"ftyp", b"heic\0\0\0\0mif1heic") + box(b"mdat", b"\0" * 64)

BAD: dict[str, bytes] = {
    "nothing.jpg": b"",
    "one-byte.jpg": b"\xff",
    "two-bytes.jpg": b"\xff\xd8",
    "only-the-start.jpg": b"\xff\xd8\xff",
    "only-the-start.png": b"\x89PNG\r\n\x1a\n",
    "only-the-start.webp": b"RIFF\0\0\0\0WEBP",
    "cut.jpg": JPEG[: len(JPEG) // 2],
    "cut.png": PNG[: len(PNG) // 2],
    "cut.webp": WEBP[: len(WEBP) // 2],
    "header-only.jpg": JPEG[:40],
    "header-only.png": PNG[:33],
    "noise.jpg": b"\xff\xd8\xff" + bytes(range(256)) * 8,
    "noise.png": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
    "drawing.svg": SVG,
    "drawing.png": SVG,
    "drawing-with-a-mark.svg": b"\xef\xbb\xbf" + SVG,
    "page.html": HTML,
    "page.png": HTML,
    "page.jpg": HTML,
    "page.mp4": HTML,
    "spaces-and-a-page.jpg": b"   \n" + HTML,
    "page-in-a-jpeg-start.jpg": b"\xff\xd8\xff" + HTML,
    "page-in-a-png-start.png": b"\x89PNG\r\n\x1a\n" + HTML,
    "script.js": b"alert(1)",
    "style.css": b"body{}",
    "notes.txt": b"left heel lifts early",
    "mail.eml": b"MIME-Version: 1.0\r\nContent-Type: image/jpeg\r\n\r\n",
    "animated.gif": GIF,
    "gif.jpg": GIF,
    "bomb.gif": b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\xf7\0\0" + b"\0" * 768 + b",",
    "page.gif": b"GIF89a/*" + HTML + b"*/=0;",
    "scan.pdf": b"%PDF-1.7\n%%EOF",
    "scan.jpg": b"%PDF-1.7\n%%EOF",
    "archive.zip": b"PK\3\4" + b"\0" * 60,
    "program.exe": b"MZ" + b"\0" * 200,
    "program.jpg": b"\x7fELF" + b"\0" * 200,
    "shell.jpg.php": b"<?php system($_GET[0]); ?>",
    "shell.php.jpg": b"<?php system($_GET[0]); ?>",
    "bitmap.bmp": photo("BMP"),
    "scan.tiff": photo("TIFF"),
    "icon.ico": photo("ICO", size=(32, 32)),
    "paint.ppm": photo("PPM"),
    "photo.jp2": b"\0\0\0\x0cjP  \r\n\x87\n",
    "print.eps": photo("EPS"),
    "photo.heic": HEIC,
    "heic.jpg": HEIC,
    "photo.avif": box(b"ftyp", b"avif\0\0\0\0mif1") + box(b"mdat", b"\0" * 64),
    "bomb.png": huge_png(),
    "tall.png": huge_png(1, 40_000_000),
    "no-size.png": huge_png(0, 0),
    "sound.mp3": b"ID3\4" + b"\0" * 100,
    "sound.wav": b"RIFF\0\0\0\0WAVEfmt ",
    "sound.mp4": mp4(moov=film(b"soun")),
    "sound.webm": webm(track=b"\x02"),
    "audio-brand.mp4": mp4(brand=b"M4A "),
    "cut.mp4": mp4()[:-50],
    "no-film.mp4": mp4(moov=b""),
    "two-films.mp4": mp4(moov=film() + film()),
    "zip-behind.mp4": mp4(tail=b"PK\3\4" + b"\0" * 60),
    "page-behind.mp4": mp4(tail=HTML),
    "page-in-ftyp.mp4": box(b"ftyp", b"isom", HTML * 10) + film() + box(b"mdat", b"\0" * 9),
    "box-of-nothing.mp4": box(b"ftyp", b"isom\0\0\0\0") + b"\0\0\0\1moov" + b"\0" * 8,
    "box-too-long.mp4": box(b"ftyp", b"isom\0\0\0\0") + b"\xff\xff\xff\xffmoov",
    "only-ftyp.mp4": box(b"ftyp", b"isom\0\0\0\0"),
    "film.mkv": webm(doctype=b"matroska"),
    "cut.webm": webm(cut=40),
    "no-cluster.webm": webm(cut=94),
    "no-segment.webm": element(0x1A45DFA3, element(0x4282, b"webm")),
    "zip-behind.webm": webm() + b"PK\3\4" + b"\0" * 60,
    "ebml-noise.webm": b"\x1a\x45\xdf\xa3" + b"\0" * 100,
    "film.avi": b"RIFF\0\0\0\0AVI LIST",
    "film.wmv": b"\x30\x26\xb2\x75\x8e\x66\xcf\x11" + b"\0" * 60,
    "film.flv": b"FLV\1\5\0\0\0\t",
}
