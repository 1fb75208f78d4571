"""Why a file was not kept. Each says which file, what the limit is and what to do instead."""

from __future__ import annotations

MEGABYTE = 1024 * 1024
LARGEST = 10 * MEGABYTE
MOST_A_SCREEN = 20

ACCEPTED = "a photo (JPEG, PNG or WebP) or a short video (MP4, MOV or WebM)"


class NotKept(Exception):
    """The file was refused and nothing was stored. `str()` is for the person who sent it."""

    def __init__(self, name: str, why: str, way_out: str) -> None:
        super().__init__(f"“{safe_label(name)}” was not kept: {why} {way_out}")


class NoFile(NotKept):
    def __init__(self) -> None:
        Exception.__init__(
            self, f"No file arrived. Choose {ACCEPTED} of at most {in_words(LARGEST)}, then send again."
        )


class Empty(NotKept):
    def __init__(self, name: str) -> None:
        super().__init__(name, "it is empty (0 bytes).", "Take it again, or choose another file.")


class TooLarge(NotKept):
    def __init__(self, name: str, size: int) -> None:
        super().__init__(
            name,
            f"it is {in_words(size)}, and a file may be at most {in_words(LARGEST)}.",
            "Take a shorter video (about 15 seconds, at a lower resolution in the camera's settings) or a photo.",
        )


class TooManyPixels(NotKept):
    def __init__(self, name: str, most: int) -> None:
        super().__init__(
            name,
            f"it says it has more pixels than we decode: a photo of this kind may have {most // 1_000_000} million.",
            "Take it at a lower resolution, or send a smaller copy as JPEG.",
        )


class Heic(NotKept):
    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            "it is a HEIC or AVIF photo, which not every browser can show.",
            "Send it as JPEG: on an iPhone choose Settings, Camera, Formats, “Most Compatible”, and take it again.",
        )


class NotAccepted(NotKept):
    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            "what is in it is neither a photo nor a video we can keep, whatever its name says.",
            f"Send {ACCEPTED} of at most {in_words(LARGEST)}.",
        )


class Damaged(NotKept):
    """It begins like a photo or video, and cannot be read to its end."""

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(
            name,
            f"it begins like {kind} and cannot be read to its end.",
            f"It may be cut off or have been renamed. Send it again, or send {ACCEPTED}.",
        )


class TooMany(NotKept):
    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            f"this screen already has {MOST_A_SCREEN} photos and videos, which is the limit.",
            "Remove one that is not needed, then send this one again.",
        )


class NoRoom(NotKept):
    """The disk refused it. Nothing is half written."""

    def __init__(self, name: str) -> None:
        super().__init__(
            name,
            "the clinic's storage could not take it just now.",
            "Every answer of the screen is safe. Keep the file and send it again later; if it fails again, "
            "tell whoever runs the clinic's server that its disk may be full.",
        )


def in_words(size: int) -> str:
    """Bytes as a person says them: "10 MB", "0.4 MB"."""
    return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB"


def safe_label(name: str) -> str:
    """A file's name as it may be shown: its last part, printable, at most 60 characters; never stored."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(letter for letter in last if letter.isprintable()).strip()
    return f"{printable[:59]}…" if len(printable) > 60 else printable or "the file"
