"""What ``make demo`` starts ends with it, however and whenever it is asked to end."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 20
# A crew of one that sleeps, and says its number. "watch" keeps it running; "prepare" is busy with something else,
# as when the example is made.
CREW = """
import os, sys, time
from pathlib import Path
from vpc_portal.processes import Crew, Process, Stopped

with Crew(env=os.environ, logs=Path(sys.argv[1]), say=print) as crew:
    try:
        print(crew.start(Process("sover", ["sleep", "600"])).pid, flush=True)
        crew.watch() if sys.argv[2] == "watch" else time.sleep(600)
    except Stopped:
        print("Stopped", flush=True)
"""


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Any]:
    """``started("watch")``: a crew that runs, and who sleeps in it. Whatever is left of it in the end is killed."""
    crews, sleepers = [], []

    def start(doing: str, *before: str, **options: Any) -> tuple[subprocess.Popen[bytes], int]:
        command = [*before, sys.executable, "-c", CREW, str(tmp_path), doing]
        crew = subprocess.Popen(command, stdout=subprocess.PIPE, **options)
        crews.append(crew)
        assert crew.stdout
        sleepers.append(int(crew.stdout.readline()))
        return crew, sleepers[-1]

    yield start
    for crew in crews:
        crew.kill()
        crew.communicate()
    for left in filter(runs, sleepers):
        os.kill(left, signal.SIGKILL)


@pytest.fixture(autouse=True)
def as_a_terminal_starts_it() -> Iterator[None]:
    """A suite that runs under nohup ignores the terminal's closing, and so would all that it starts."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ended(crew: subprocess.Popen[bytes], sleeper: int) -> bool:
    """It has said that it was asked, and nothing of it is left."""
    said, _ = crew.communicate(timeout=PATIENCE)
    return (said, crew.returncode, runs(sleeper)) == (b"Stopped\n", 0, False)


@pytest.mark.parametrize("doing", ["watch", "prepare"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_whoever_asks_for_the_end_ends_all_of_it(started, number, doing):
    crew, sleeper = started(doing)
    assert runs(sleeper)
    crew.send_signal(number)
    assert ended(crew, sleeper)


def test_closing_the_terminal_ends_all_of_it(started):
    terminal, inside = os.openpty()
    # The session's first process, whose terminal it is.
    crew, sleeper = started(
        "watch", stdin=inside, start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    )
    os.close(inside)
    os.close(terminal)
    assert ended(crew, sleeper)


def test_under_nohup_the_terminal_may_close(started):
    crew, sleeper = started("watch", "nohup", stdin=subprocess.DEVNULL)
    crew.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        crew.wait(timeout=1)
    assert runs(sleeper)
    crew.terminate()
    assert ended(crew, sleeper)
