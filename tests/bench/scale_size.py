"""``python -m tests.bench.scale_size SIZE``: fills the empty database, serves it, measures, and prints JSON."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tests.bench.measuring import process_on_a_port

TURNS, WARM = 30, 3
# A page that has taken so many milliseconds in all is asked for no more, once it has been asked so often.
ENOUGH, FEW = 20_000, 5


def main(size: str) -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone, translation

    translation.activate(settings.LANGUAGE_CODE)
    call_command("migrate", verbosity=0)
    call_command("load_reference", stdout=sys.stderr)
    made = seconds(lambda: call_command("bulk_data", size, stdout=sys.stderr))
    figures = seconds(lambda: keep_figures(timezone.localdate()))
    vacuum()
    with served() as port:
        return {"made_s": made, "figures_s": figures, **numbers(), "pages": measure_pages(port, timezone.localdate())}


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def vacuum() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def keep_figures(today: dt.date) -> None:
    """This year's and last year's, as the overview asks for them."""
    from evaluations.dashboard import compared
    from evaluations.selection import selected

    selection = selected({}, today)
    assert selection is not None
    compared(selection)


def numbers() -> dict[str, int]:
    from schools.models import PlannedSession, School
    from sessions_log.models import SessionLog

    return {
        "schools": School.objects.count(),
        "sessions": PlannedSession.objects.count(),
        "logs": SessionLog.objects.count(),
    }


def served() -> AbstractContextManager[int]:
    """The portal under gunicorn with one worker; gives its port."""
    options = ["--workers", "1", "--timeout", "600", "--log-level", "warning"]
    return process_on_a_port(lambda port: ["gunicorn", *options, "--bind", f"127.0.0.1:{port}", "vpc_portal.wsgi"])


class Visitor:
    """Somebody signed in, who asks for one page after the other."""

    def __init__(self, port: int, email: str) -> None:
        from django.test import Client

        from accounts.models import User

        client = Client()
        client.force_login(User.objects.get(email=email))
        self.port = port
        self.cookie = f"sessionid={client.cookies['sessionid'].value}; csrftoken={'c' * 32}"

    def ask(self, address: str, form: dict[str, str] | None = None) -> tuple[float, int, str]:
        """Milliseconds, queries and the page. Raises ``AssertionError`` for an answer that is an error."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        headers = {"Cookie": self.cookie}
        body = None
        if form is not None:
            body = urlencode({"csrfmiddlewaretoken": "c" * 32, **form})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        connection.request("POST" if body else "GET", address, body, headers)
        answer = connection.getresponse()
        page = answer.read().decode()
        took = 1000 * (time.perf_counter() - began)
        connection.close()
        assert answer.status in (200, 302), (address, answer.status, page[:500])
        return took, int(answer.headers["X-Queries"]), page


def measure_pages(port: int, today: dt.date) -> dict[str, dict[str, float]]:
    """Each page's median and its queries; the pages take turns, so that what else the machine does meets all alike."""
    asks = pages(port, today)
    found: dict[str, list[tuple[float, int]]] = {name: [] for name in asks}
    for turn in range(WARM + TURNS):
        for name, ask in asks.items():
            if turn >= WARM + FEW and sum(took for took, _queries in found[name]) > ENOUGH:
                continue
            took, queries = ask()
            if turn >= WARM:
                found[name].append((took, queries))
    return {
        name: {"ms": median(took for took, _queries in all_), "queries": max(queries for _took, queries in all_)}
        for name, all_ in found.items()
    }


def pages(port: int, today: dt.date) -> dict[str, Callable[[], tuple[float, int]]]:
    """The pages that are measured, by those who use them."""
    samira, maria = Visitor(port, "samordnare@vpc.example"), Visitor(port, "ledning@vpc.example")
    jonas = Visitor(port, "koordinator@vpc.example")
    open_ones = sessions_to_log(today)
    overview = maria.ask("/oversikt/")[2]
    listed = re.search(r'href="(/oversikt/pass/\?[^"]*)"', overview)
    assert listed, "the overview leads to the sessions that it counts"
    addresses = {
        "overview": (maria, "/oversikt/"),
        "drill-down list": (maria, listed[1].replace("&amp;", "&")),
        "school page": (samira, "/skolor/skola-0001/"),
        "term plan": (samira, "/skolor/skola-0001/plan/"),
    }

    def save() -> tuple[float, int]:
        """What the second tap sends: the key, and the day that the panel showed."""
        form = {"key": str(uuid4()), "held_on": today.isoformat()}
        return jonas.ask(f"/logga/{next(open_ones)}/som-planerat/", form)[:2]

    asks = {
        "first floor": lambda: samira.ask("/golv/tomt/")[:2],
        "second floor": lambda: samira.ask("/golv/minst/")[:2],
    }
    # A log has been saved since the last turn: the first to look pays for what that has changed.
    for name, (who, where) in addresses.items():
        ask = partial(_asked, who, where)
        asks |= {f"{name}, after a log": ask, f"{name}, unchanged": ask}
    return asks | {"log form": lambda: _asked(jonas, f"/logga/{next(open_ones)}/"), "saving a log": save}


def _asked(who: Visitor, where: str) -> tuple[float, int]:
    return who.ask(where)[:2]


def sessions_to_log(today: dt.date) -> Iterator[str]:
    """Sessions of the first school that wait for a log: enough of them, whatever chance has said."""
    from schools.models import PlannedSession
    from sessions_log.models import SessionLog

    mine = PlannedSession.objects.filter(participation__school__slug="skola-0001", week_start__lte=today)
    chosen = list(mine.order_by("-week_start", "pk")[: 2 * (TURNS + WARM) + 5])
    SessionLog.objects.filter(session__in=chosen).delete()
    PlannedSession.objects.filter(pk__in=[one.pk for one in chosen]).update(outcome=None)
    return iter([str(one.uuid) for one in chosen])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VAR_DIR"] = folder
        print(json.dumps(main(sys.argv[1])))
