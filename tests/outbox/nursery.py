"""Processes that start at once, to be killed: each is forked from one that has loaded the portal already.

``python -m tests.outbox.nursery`` is that one. It reads a line a command, and answers each with a line. Only it signals
its children, and only those that it has not buried, so that no other process can be hit.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]


@dataclass
class Nursery:
    """The side that asks."""

    process: subprocess.Popen[str]
    log: IO[str]

    def start(self, name: str, **arguments: Any) -> int:
        """Call a function of ``tests.outbox.senders`` in a process of its own; gives the process's number."""
        return int(self._ask("start", name, arguments))

    def kill(self, child: int) -> None:
        """SIGKILL, at whatever moment the process is in."""
        self._ask("kill", child)

    def has_ended(self, child: int) -> bool:
        """Whether a process has ended by itself."""
        return bool(self._ask("ended", child))

    def check(self, child: int) -> None:
        """Raise ``ChildProcessError``, with what it said, when a process has ended by itself."""
        if self.has_ended(child):
            raise ChildProcessError(f"a process ended by itself:\n{self._said()}")

    def _ask(self, *command: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise ChildProcessError(f"the nursery is gone:\n{self._said()}")
        return json.loads(answer)

    def _said(self) -> str:
        self.log.seek(0)
        return self.log.read()[-3000:]


@contextmanager
def nursery(**env: str) -> Iterator[Nursery]:
    """For as long as it lasts; what is still running then is killed."""
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.outbox.nursery"],
            cwd=ROOT,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.processes.worker_settings"} | env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        with process:
            yield Nursery(process, log)


def main() -> None:
    """The side that answers, until nobody asks any more."""
    import django

    django.setup()
    from tests.outbox import senders

    running: set[int] = set()
    for line in sys.stdin:
        what, *said = json.loads(line)
        print(json.dumps(_done(what, said, running, senders)), flush=True)
    for child in running:
        _kill(child)


def _done(what: str, said: list[Any], running: set[int], senders: Any) -> int | bool:
    if what == "start":
        running.add(child := _fork(getattr(senders, said[0]), said[1]))
        return child
    [child] = said
    if what == "ended":
        return child in running and bool(os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT))
    if child in running:
        running.remove(child)
        _kill(child)
    return True


def _fork(function: Any, arguments: dict[str, Any]) -> int:
    child = os.fork()
    if child == 0:
        os.dup2(2, 1)  # the answers' pipe is the parent's
        try:
            function(**arguments)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            sys.stderr.flush()
            os._exit(1)
    return child


def _kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main()
