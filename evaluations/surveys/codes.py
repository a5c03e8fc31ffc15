"""The code that opens a round: short enough to be written from a board, long enough not to be guessed."""

from __future__ import annotations

import secrets

# No letters or digits that are mistaken for each other (0 O, 1 I L, 2 Z, 5 S, 8 B, U V), and no vowels to spell with.
SIGNS = "34679CDFGHJKMNPQRTVWX"
LENGTH = 7


def new_code() -> str:
    """Seven signs at random: one of 1.8 thousand million."""
    return "".join(secrets.choice(SIGNS) for _place in range(LENGTH))


def as_code(written: str) -> str:
    """What somebody wrote, as the code would be: capitals without spaces and dashes. Empty if it cannot be one."""
    text = "".join(sign for sign in written.upper() if not sign.isspace() and sign != "-")
    return text if len(text) == LENGTH and set(text) <= set(SIGNS) else ""


def spaced(code: str) -> str:
    """XK7 4QRT, as it is read aloud."""
    return f"{code[:3]} {code[3:]}"
