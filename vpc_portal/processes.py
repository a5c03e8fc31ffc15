"""Runs several processes side by side and stops them together: what ``make demo`` starts."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, Self

# A process that ends by itself is restarted, at most this often in a minute.
RESTARTS_A_MINUTE = 5
SECONDS_TO_STOP = 8
# Ctrl-C, a kill, and a terminal that closes.
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ProcessFailed(Exception):  # noqa: N818 - reads as what happened
    """A process that must run has ended; the message says which, and where its log is."""


class Stopped(BaseException):
    """Somebody asked for the end. A BaseException like KeyboardInterrupt, so that no handler of errors catches it."""


@dataclass
class Process:
    """A program in a process group of its own, so that Ctrl-C reaches only the process that started it."""

    name: str
    command: Sequence[str]
    restarts: bool = False
    popen: subprocess.Popen[bytes] | None = None
    started: list[float] = field(default_factory=list)


@dataclass
class Crew:
    """The processes of a run, their environment, and the folder of their logs.

    Inside ``with``, a signal to end raises ``Stopped``; afterwards none of them runs.
    """

    env: Mapping[str, str]
    logs: Path
    say: Callable[[str], None]
    members: list[Process] = field(default_factory=list)

    def __enter__(self) -> Self:
        # Under nohup, SIGHUP is ignored: the terminal may close.
        ends = [number for number in ENDS if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN]
        self._before = {number: signal.signal(number, _stop) for number in ends}
        return self

    def __exit__(self, *failure: object) -> None:
        _ask_no_more()
        self.stop()
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def start(self, process: Process) -> subprocess.Popen[bytes]:
        self.logs.mkdir(parents=True, exist_ok=True)
        process.started.append(time.monotonic())
        with (self.logs / f"{process.name}.log").open("ab") as log:
            process.popen = subprocess.Popen(
                process.command,
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if process not in self.members:
            self.members.append(process)
        return process.popen

    def watch(self) -> NoReturn:
        """Keep them running until ``Stopped``. Raises ``ProcessFailed`` when one cannot be kept running."""
        while True:
            self._look_after()
            time.sleep(0.5)

    def check(self) -> None:
        """Raise ``ProcessFailed`` if one of them has ended."""
        for process in self.members:
            if process.popen is not None and process.popen.poll() is not None:
                raise ProcessFailed(self._obituary(process))

    def _look_after(self) -> None:
        for process in self.members:
            if process.popen is None or process.popen.poll() is None:
                continue
            lately = [moment for moment in process.started if moment > time.monotonic() - 60]
            if not process.restarts or len(lately) > RESTARTS_A_MINUTE:
                raise ProcessFailed(self._obituary(process))
            self.say(f"{process.name} stannade och startas igen.")
            self.start(process)

    def _obituary(self, process: Process) -> str:
        log = self.logs / f"{process.name}.log"
        last = log.read_text(errors="replace").strip().splitlines()[-5:] if log.exists() else []
        return "\n".join([f"{process.name} stannade. Det sista i {log}:", *last])

    def stop(self) -> None:
        """End them all, the last started first: they are asked, and killed if they do not end."""
        for process in reversed(self.members):
            _signal(process, signal.SIGTERM)
        until = time.monotonic() + SECONDS_TO_STOP
        for process in self.members:
            while process.popen is not None and process.popen.poll() is None and time.monotonic() < until:
                time.sleep(0.05)
        for process in self.members:
            _signal(process, signal.SIGKILL)
            if process.popen is not None:
                process.popen.wait()


def _signal(process: Process, number: signal.Signals) -> None:
    """To the process and everything it has started, which share a group of their own."""
    if process.popen is None:
        return
    try:
        os.killpg(process.popen.pid, number)
    except ProcessLookupError:
        return


def _stop(number: int, frame: FrameType | None) -> Any:
    _ask_no_more()
    raise Stopped


def _ask_no_more() -> None:
    """Ignore further signals while stopping: a closed terminal may send several."""
    for number in ENDS:
        signal.signal(number, signal.SIG_IGN)
