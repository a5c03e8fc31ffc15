"""Answers in Kolada's form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.schools.register_server import RegisterServer

CRIME, EXAM = "N07403", "N17445"
TITLES = {CRIME: "Anmälda våldsbrott, antal/100 000 inv", EXAM: "Gymnasieelever med examen inom 3 år, andel (%)"}
PLACES = {"0127": "Botkyrka", "0126": "Huddinge", "0000": "Riket"}
YEARS = [2022, 2023]
DATA = f"/data/kpi/{CRIME}/municipality/0127,0126/year/2022,2023"


def kpi(code: str, title: str = "") -> dict[str, Any]:
    about = {"id": code, "title": title or TITLES[code], "description": "Antal delat med invånare.", "auspice": "X"}
    return {"values": [about], "count": 1, "next_url": None}


def places() -> dict[str, Any]:
    rows = [{"id": code, "title": name, "type": "L" if code == "0000" else "K"} for code, name in PLACES.items()]
    return {"values": rows, "count": len(rows), "next_url": None}


def row(area: str, year: object, value: object, status: str = "", *, code: str = CRIME) -> dict[str, Any]:
    """One area's year, with women and men beside the total."""
    inner = [
        {"gender": "K", "count": 1, "status": "", "value": 1.0},
        {"gender": "M", "count": 1, "status": "", "value": 2.0},
        {"gender": "T", "count": 1, "status": status, "value": value},
    ]
    return {"kpi": code, "municipality": area, "period": year, "values": inner}


def page(*rows: Mapping[str, Any], following: str | None = None) -> dict[str, Any]:
    return {"values": list(rows), "count": len(rows), "next_url": following}


def answering(server: RegisterServer) -> None:
    """Everything that is asked for Botkyrka and Huddinge in two years: three values and one that is missing."""
    server.answers |= {
        f"/kpi/{CRIME}": kpi(CRIME),
        "/municipality": places(),
        DATA: page(
            row("0127", 2022, 1234.5), row("0127", "2023", 1200), row("0126", 2022, 900.25), row("0126", 2023, None)
        ),
    }
