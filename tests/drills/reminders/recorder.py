"""A mail server that writes down what it takes: `python -m tests.drills.reminders.recorder FILE PORT_FILE`.

It stands outside the blast area: a process of its own, which knows nothing of the clinic and is never killed. A letter
is on file before its sender hears yes. A recording ends with how many there were, so that one cut off is known as such.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from aiosmtpd.smtp import SMTP, Session

LONGEST_LETTER = 1_000_000  # bytes


@dataclass
class Recorder:
    """Takes every letter and keeps a line of each."""

    file: TextIO
    taken: int = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Any, address: str, options: list[str]
    ) -> str:
        envelope.mail_at = time.time()  # the first word about this letter; a line may carry several
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Any) -> str:
        received_at = time.time()
        for address in envelope.rcpt_tos:
            # As it came: taking it apart would take longer than everything else, and it is the senders who are timed.
            self.write(
                address=address,
                letter=envelope.content.decode("latin-1"),
                mail_at=envelope.mail_at,
                received_at=received_at,
            )
        return "250 Taken"

    def write(self, **facts: object) -> None:
        """One line, out of our hands before anybody hears of it."""
        self.taken += 1
        self.file.write(json.dumps(facts) + "\n")
        self.file.flush()

    def close(self) -> None:
        """The last line: how many there were."""
        self.file.write(json.dumps({"taken": self.taken}) + "\n")
        self.file.flush()


@dataclass(frozen=True)
class Arrival:
    """One letter as the server took it; moments are seconds since 1970 by this machine's clock."""

    address: str
    subject: str
    message_id: str
    text: str
    mail_at: float
    received_at: float

    @classmethod
    def of(cls, row: dict[str, Any]) -> Arrival:
        """From a line of the recording, which holds the letter as it came, each byte a letter of Latin-1."""
        letter = message_from_bytes(row.pop("letter").encode("latin-1"), policy=policy.default)
        body = letter.get_body(("plain",))
        return cls(
            subject=str(letter["Subject"]),
            message_id=str(letter["Message-ID"]),
            text=body.get_content() if body else "",
            **row,
        )


def read(file: Path) -> tuple[list[Arrival], bool]:
    """What was recorded, and whether the recording is whole: closed by its recorder, and as long as it says."""
    rows = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
    whole = bool(rows) and rows[-1] == {"taken": len(rows) - 1}
    return [Arrival.of(row) for row in rows if "taken" not in row], whole


async def serve(file: Path, port_file: Path) -> None:
    """Listen on a free port of 127.0.0.1, say which, and record until somebody ends us."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    with file.open("a") as output:
        recorder = Recorder(output)
        speaks = partial(
            SMTP, recorder, hostname="recorder.example", data_size_limit=LONGEST_LETTER, loop=loop
        )
        server = await loop.create_server(speaks, "127.0.0.1", 0, backlog=1000)
        draft = port_file.with_suffix(".new")
        draft.write_text(str(server.sockets[0].getsockname()[1]))
        draft.replace(port_file)
        await stop.wait()
        server.close()
        recorder.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), Path(sys.argv[2])))
