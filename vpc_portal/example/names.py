"""Names for the made-up municipality. The schools and the people do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Fate(Enum):
    """How a school's year goes; together they give every page something to show."""

    STEADY = "nearly all is held and logged"
    LOGS_LATE = "what is held is logged weeks later, if at all"
    NO_CONTACT = "the contact person left, and sessions are lost"
    SCHOOL_BUSY = "many sessions are cancelled at the school's request"
    STAFF_ABSENT = "staff sessions are lost, and pupils come before their staff"
    NEW_THIS_YEAR = "joined this school year"


@dataclass(frozen=True)
class ExampleSchool:
    """A school to make: its name, district, number of classes in grades F to 5, and how its year goes."""

    name: str
    district: str
    classes: tuple[int, ...]
    fate: Fate
    contact: str
    coordinator: str
    # Classes of year 6 that pupil mentors of year 9 meet.
    sixes: int = 0
    # Whether the centre lets whoever leads a session there log it by a mail's link.
    logs_by_link: bool = False


SCHOOLS = (
    ExampleSchool(
        "Lindängsskolan", "Norra", (1, 2, 2, 2, 1, 2), Fate.STEADY, "Elin Berg", "Jonas Ek", 2, logs_by_link=True
    ),
    ExampleSchool("Ekbackaskolan", "Norra", (1, 1, 1, 1, 1, 1), Fate.STEADY, "Petra Sand", "Olle Fors"),
    ExampleSchool("Hasselbackens skola", "Norra", (1, 1, 1, 1, 0, 0), Fate.STEADY, "Nadia Haddad", "Karin Ros"),
    ExampleSchool("Tallmoskolan", "Södra", (1, 1, 1, 1, 1, 1), Fate.NO_CONTACT, "Ulf Gran", "Mona Rask"),
    ExampleSchool("Sjöviksskolan", "Södra", (1, 1, 1, 1, 1, 1), Fate.STAFF_ABSENT, "Leila Aziz", "Per Alm"),
    ExampleSchool("Kvarnbergsskolan", "Södra", (1, 2, 1, 1, 1, 1), Fate.SCHOOL_BUSY, "Anna Holt", "Jens Lund"),
    ExampleSchool("Björkdungeskolan", "Östra", (2, 2, 1, 1, 1, 1), Fate.LOGS_LATE, "Mehmet Kaya", "Ida Torn"),
    ExampleSchool("Ängslättsskolan", "Östra", (1, 1, 2, 1, 1, 1), Fate.STEADY, "Sofia Vik", "Lars Hed"),
    ExampleSchool("Rönnbärsskolan", "Östra", (1, 1, 1, 0, 0, 0), Fate.LOGS_LATE, "Amina Yusuf", "Bo Stig"),
    ExampleSchool("Videgårdsskolan", "Västra", (0, 0, 0, 1, 2, 2), Fate.STEADY, "Tove Lind", "Ali Rahimi", 1),
    ExampleSchool("Gransångarskolan", "Västra", (1, 1, 1, 1, 1, 1), Fate.SCHOOL_BUSY, "Eva Mark", "Nils Boman"),
    ExampleSchool("Stenhällsskolan", "Västra", (1, 1, 1, 1, 1, 1), Fate.NEW_THIS_YEAR, "Maja Ödman", "Isak Nor"),
)

TEACHERS = (
    "Sara Falk",
    "Daniel Öhman",
    "Hanna Ljung",
    "Yasmin Karimi",
    "Oskar Blad",
    "Frida Kvist",
    "Goran Petrov",
    "Linnea Stam",
)

NOTES = (
    "Gruppen ville prata länge om det sista exemplet. Vi tar avslutningen nästa gång.",
    "Bra diskussion i smågrupper. Värderingsövningen fungerade bäst.",
    "Vi delade passet i två halvor efter rasten.",
    "Filmen gick inte att spela upp, vi läste texten högt i stället.",
    "Personalen vill ha fler övningar för de yngre klasserna.",
)

SCHOOL_NOTES = (
    "Rektorn vill att vi är med på personalmötet i januari och berättar hur det går.",
    "Skolan har bytt schema. Elevpassen ligger bäst före lunch.",
    "Fritids vill vara med på nästa personalpass.",
)
