"""Mail servers that do as a test says: good ones, busy ones, rude ones, and ones that never say a word."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from aiosmtpd.smtp import SMTP

Speaker = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class MailServer:
    """On a free port of 127.0.0.1, in a thread of its own. `taken` holds the addresses of what it took."""

    def __init__(self, speaks: Speaker | None = None) -> None:
        self.taken: list[str] = []
        self.answers: dict[str, list[str]] = {}  # what it says instead of yes, by command, in turn
        self.lines = 0
        self._speaks = speaks
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def _run(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.run_until_complete(self._listen())
        self._loop.run_forever()
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await asyncio.sleep(0.05)  # what was closed has gone

    async def _speak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self._speaks
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await self._speaks(reader, writer)
        writer.close()

    async def _listen(self) -> None:
        if self._speaks:
            self._server = await asyncio.start_server(self._speak, "127.0.0.1", 0)
        else:
            made = partial(SMTP, self, hostname="mail.example", loop=self._loop)
            self._server = await self._loop.create_server(made, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()

    def stop(self) -> None:
        """At once, also for whoever is still waiting for a word. A second time it does nothing."""
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _says(self, command: str) -> str:
        return self.answers[command].pop(0) if self.answers.get(command) else "250 OK"

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Any, name: str, said: list[str]):
        self.lines += 1
        session.host_name = name
        return said

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]):
        answer = self._says("RCPT")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        answer = self._says("DATA")
        if answer.startswith("250"):
            self.taken += envelope.rcpt_tos
        return answer


async def never_says_a_word(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Half open: it takes the connection, and that was all."""
    await asyncio.sleep(3600)


async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A tar-pit: a word now and then, so that no wait for one of them is ever too long."""
    while True:
        writer.write(b"220-patience\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


def tls_that(goes_wrong: bytes) -> Speaker:
    """Offers STARTTLS, says it is ready, and then is not."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        while command := await reader.readline():
            if command.upper().startswith(b"EHLO"):
                writer.write(b"250-mail.example\r\n250 STARTTLS\r\n")
            elif command.upper().startswith(b"STARTTLS"):
                writer.write(b"220 go ahead\r\n" + goes_wrong)
                await writer.drain()
                return
            else:
                writer.write(b"250 OK\r\n")  # it would take the letter in the open

    return speak
