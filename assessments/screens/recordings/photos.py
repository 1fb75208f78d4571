"""A photo, decoded and painted anew: what is kept holds its pixels and nothing else of the file that was sent."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

from assessments.screens.recordings.refusals import Damaged, Heic, NotAccepted, TooManyPixels

LONGEST_SIDE = 2048  # pixels of what is kept
SMALL_SIDE = 320  # pixels of the picture in lists
QUALITY = 85
# Pixels a file may say it has. JPEG is decoded at a fraction of its size, the others whole: this bounds the memory.
MOST_PIXELS = {"JPEG": 50_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
BEGINNINGS = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "WEBP": b"RIFF"}
HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}


@dataclass(frozen=True, slots=True)
class Photo:
    """JPEG bytes without metadata: at most LONGEST_SIDE a side, and at most SMALL_SIDE."""

    data: bytes
    small: bytes


def photo_format(data: bytes) -> str:
    """The format these bytes begin with, or "" for none we take."""
    for name, beginning in BEGINNINGS.items():
        if data.startswith(beginning) and (name != "WEBP" or data[8:12] == b"WEBP"):
            return name
    return ""


def painted_anew(name: str, data: bytes) -> Photo:
    """The photo in `data`, upright and without metadata. Raises NotAccepted, Heic, TooManyPixels or Damaged."""
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS:
        raise Heic(name)
    format = photo_format(data)
    if not format:
        raise NotAccepted(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the size is looked at here, before a pixel is decoded
            return _painted(name, data, format)
    except TooManyPixels:
        raise
    except Image.DecompressionBombError as error:  # Pillow's own limit, far above ours
        raise TooManyPixels(name, MOST_PIXELS[format]) from error
    except Exception as error:  # a decoder fed with anything may raise anything
        raise Damaged(name, f"a {format.replace('WEBP', 'WebP')} photo") from error


def _painted(name: str, data: bytes, format: str) -> Photo:
    with Image.open(BytesIO(data), formats=[format]) as opened:
        if opened.width * opened.height > MOST_PIXELS[format]:
            raise TooManyPixels(name, MOST_PIXELS[format])
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture = ImageOps.exif_transpose(opened)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        whole = _on_white(picture)
    small = whole.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE))
    return Photo(_jpeg(whole), _jpeg(small))


def _on_white(picture: Image.Image) -> Image.Image:
    """A new picture with these pixels: comments, profiles and positions stay behind with the old one."""
    clean = Image.new("RGB", picture.size, "white")
    rgba = picture.convert("RGBA")
    clean.paste(rgba, mask=rgba.getchannel("A"))
    return clean


def _jpeg(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()
