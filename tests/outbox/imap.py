"""An IMAP server that knows what reading a mailbox needs, on this machine."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Imap:
    """Mails by number, and the flags that its reader has set."""

    mails: list[bytes]
    login: str
    port: int = 0
    selected: str = ""
    flags: dict[int, str] = field(default_factory=dict)

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            client.sendall(b"* OK ready\r\n")
            for line in lines:
                tag, _space, said = line.decode().strip().partition(" ")
                client.sendall(self._answer(said) + f"{tag} {self._state(said)} done\r\n".encode())

    def _state(self, said: str) -> str:
        return "NO" if said.startswith("LOGIN") and said != self.login else "OK"

    def _answer(self, said: str) -> bytes:
        if said == "CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n"
        if said.startswith("SELECT"):
            self.selected = said.split('"')[1]
            return f"* {len(self.mails)} EXISTS\r\n".encode()
        if said.startswith("UID SEARCH"):
            unseen = [str(number) for number in range(1, len(self.mails) + 1) if number not in self.flags]
            return f"* SEARCH {' '.join(unseen)}".strip().encode() + b"\r\n"
        if found := re.match(r"UID FETCH (\d+) ", said):
            raw = self.mails[int(found[1]) - 1]
            return b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n" % (int(found[1]), int(found[1]), len(raw)) + raw + b")\r\n"
        if found := re.match(r"UID STORE (\d+) \+FLAGS (\(.*\))", said):
            self.flags[int(found[1])] = found[2]
        return b""


@contextmanager
def imap_server(mails: list[bytes], *, user: str, password: str) -> Iterator[Imap]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Imap(mails, f'LOGIN {user} "{password}"', port=listener.getsockname()[1])
    threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
    yield server
    listener.close()
