"""SMTP servers that behave well, and badly in every way that matters: plain sockets, so that each moment is held."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# A step's answer: text is sent; a function does something to the connection, and ends it when it returns False.
Answer = str | Callable[[socket.socket], bool]


def drop(client: socket.socket) -> bool:
    """Close at once, without a word."""
    return False


@dataclass
class Script:
    """What the server answers at each step; the rest is as it should be."""

    greeting: Answer = "220 relay"
    mail: Answer = "250 ok"
    rcpt: Callable[[str], Answer] = lambda address: "250 ok"
    data: Answer = "354 go on"
    body: Answer | None = None  # answered before the body is read
    end: Answer = "250 taken"
    after: Answer | None = None  # done when a mail has been taken


@dataclass
class Relay:
    """A server on a free port of this machine, and what it has taken."""

    script: Script
    taken: list[tuple[str, str]] = field(default_factory=list)  # recipient, Message-ID
    port: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def hang(self, client: socket.socket) -> bool:
        """Say nothing until the test is over."""
        self.released.wait(120)
        return False

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            try:
                self._converse(client, lines)
            except OSError:
                return

    def _converse(self, client: socket.socket, lines) -> None:
        recipient = ""
        if not _answer(client, self.script.greeting):
            return
        for line in lines:
            word = line[:4].upper().strip()
            if word in (b"EHLO", b"HELO", b"RSET"):
                going = _answer(client, "250 ok")
            elif word == b"MAIL":
                going = _answer(client, self.script.mail)
            elif word == b"RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
                going = _answer(client, self.script.rcpt(recipient))
            elif word == b"DATA":
                going = _answer(client, self.script.data)
                if going and isinstance(self.script.data, str) and self.script.data.startswith("354"):
                    going = self._take(client, lines, recipient)
            else:
                _answer(client, "221 bye")
                return
            if not going:
                return

    def _take(self, client: socket.socket, lines, recipient: str) -> bool:
        if self.script.body is not None:
            return _answer(client, self.script.body)
        message_id = ""
        for line in lines:
            if line.lower().startswith(b"message-id:"):
                message_id = line.decode().partition(":")[2].strip()
            if line == b".\r\n":
                break
        else:
            return False
        if not isinstance(self.script.end, str) or self.script.end.startswith("2"):
            self.taken.append((recipient, message_id))
        going = _answer(client, self.script.end)
        return going and (self.script.after is None or _answer(client, self.script.after))


def _answer(client: socket.socket, answer: Answer) -> bool:
    if isinstance(answer, str):
        client.sendall(f"{answer}\r\n".encode())
        return True
    return answer(client)


@contextmanager
def relay(script: Script) -> Iterator[Relay]:
    """The server, for as long as the test lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    serving = Relay(script, port=listener.getsockname()[1])
    threading.Thread(target=serving.serve, args=(listener,), daemon=True).start()
    try:
        yield serving
    finally:
        serving.released.set()
        listener.close()
