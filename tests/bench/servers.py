"""``python -m tests.bench.servers NAME PORT``: mail servers on this machine that take every mail and keep none."""

from __future__ import annotations

import signal
import sys

import django
from aiosmtpd.controller import Controller


class Taking:
    """Says yes to every mail."""

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 taken"


def main(name: str, port: int) -> None:
    if name == "aiosmtpd":
        Controller(Taking(), hostname="127.0.0.1", port=port).start()
        signal.pause()
    else:
        django.setup()
        from tests.outbox.killing import counting_server

        # It takes its time twice: before 354, and after the final dot.
        with counting_server(0.0025 if "5 ms" in name else 0, port):
            signal.pause()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
