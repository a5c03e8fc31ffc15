"""The accounts of the demo, one for each role. They are shown on the sign-in page in the demo only."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEMO_PASSWORD = "exempel-vpc-2026"  # no secret: it opens made-up data only


@dataclass(frozen=True)
class DemoAccount:
    """An account to try. ``role`` is a centre role, or empty for one whose role is at a school or a partner."""

    name: str
    email: str
    title: str | Promise
    role: str = ""
    phone: str = ""


DEMO_ACCOUNTS = (
    DemoAccount("Samira Holm", "samordnare@vpc.example", _("Centre coordinator"), "coordinator", "070-174 06 05"),
    DemoAccount("Jonas Ek", "koordinator@vpc.example", _("School coordinator")),
    DemoAccount("Elin Berg", "kontakt@vpc.example", _("Contact person")),
    DemoAccount("Maria Lind", "ledning@vpc.example", _("Leadership"), "leadership"),
    DemoAccount("Lena Strid", "partner@vpc.example", _("Partner representative")),
    DemoAccount("Adam Nyberg", "admin@vpc.example", _("Administrator"), "administrator"),
)
