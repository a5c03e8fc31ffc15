"""The code that opens a round: short enough to be written from a board, long enough not to be guessed."""

from __future__ import annotations

import secrets

# Without letters and digits that are mistaken for each other (0 O, 1 I L, 2 Z, 5 S, 8 B, U V), and without vowels, so
# that no code spells a word.
SIGNS = "34679CDFGHJKMNPQRTVWX"
LENGTH = 7


def new_code() -> str:
    """A random code of seven signs, one of 1.8 billion."""
    return "".join(secrets.choice(SIGNS) for _place in range(LENGTH))


def as_code(written: str) -> str:
    """What somebody typed as a code: in capitals, without spaces and dashes. Empty if it cannot be one."""
    text = "".join(sign for sign in written.upper() if not sign.isspace() and sign != "-")
    return text if len(text) == LENGTH and set(text) <= set(SIGNS) else ""


def spaced(code: str) -> str:
    """XK7 4QRT: in two parts, to be read aloud."""
    return f"{code[:3]} {code[3:]}"
