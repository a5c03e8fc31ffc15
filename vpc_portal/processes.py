"""Several processes kept running side by side, and stopped together: what ``make demo`` starts."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

# A process that ends by itself is started anew, at most this often in a minute.
RESTARTS_A_MINUTE = 5
SECONDS_TO_STOP = 8


class ProcessFailed(Exception):  # noqa: N818 - reads as what happened
    """A process ended that must run; the message says which, and where its log lies."""


class Stopped(Exception):  # noqa: N818
    """Somebody asked for the end: Ctrl-C or SIGTERM."""


@dataclass
class Process:
    """A program in a process group of its own, so that Ctrl-C reaches only who started it."""

    name: str
    command: Sequence[str]
    restarts: bool = False
    popen: subprocess.Popen[bytes] | None = None
    started: list[float] = field(default_factory=list)


@dataclass
class Crew:
    """The processes of a run, their environment, and the folder of their logs."""

    env: Mapping[str, str]
    logs: Path
    say: Callable[[str], None]
    members: list[Process] = field(default_factory=list)

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

    def watch(self) -> None:
        """Keep them running until SIGINT or SIGTERM comes. Raises ``ProcessFailed`` when one can't be kept running."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _stop)
        try:
            while True:
                self._look_after()
                time.sleep(0.5)
        except Stopped:
            pass

    def check(self) -> None:
        """Raise ``ProcessFailed`` if one that was started has ended."""
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
        """End them all, the last started first: asked first, and killed if they do not listen."""
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
    """To the process and to those that it has started; its group is its own."""
    if process.popen is None:
        return
    try:
        os.killpg(process.popen.pid, number)
    except ProcessLookupError:
        return


def _stop(number: int, frame: FrameType | None) -> Any:
    raise Stopped
