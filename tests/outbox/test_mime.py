"""A mail that is written out by the portal reads as the same mail written out by the standard library."""

from __future__ import annotations

import email
from email.mime.text import MIMEText
from email.policy import default

import pytest
from django.core.mail import BadHeaderError, EmailMultiAlternatives
from hypothesis import example, given
from hypothesis import strategies as st

from outbox.mime import LetterMail, bare_address, written_out

WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=200)
SOME = {"from_email": "Centrum för våld <post@vpc.example>", "reply_to": ["samira@vpc.example"]}


def mail(**said) -> LetterMail:
    one = LetterMail(**({"subject": "Hej", "body": "Text.\n", "to": ["lisa@vpc.example"]} | SOME | said))
    one.attach_alternative(said.pop("html", "<p>Hej</p>\n"), "text/html")
    return one


def read(written: bytes):
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in written.split(b"\r\n"))
    return email.message_from_bytes(written, policy=default)


def words(text: str) -> str:
    return " ".join(text.split())


@given(WORDS.map(words).filter(bool))
@example("Nästa vecka: våld i nära relationer på Skola 001, med många ord som inte får plats på en rad" * 3)
@example("=?utf-8?b?x?=å")
def test_a_subject_is_read_as_it_was_written(subject: str):
    if subject.isascii():
        subject = f"å {subject}"
    written = written_out(mail(subject=subject))
    assert read(written)["Subject"] == subject
    assert all(len(line) <= 76 for line in written.partition(b"\r\n\r\n")[0].split(b"\r\n") if b"=?" in line)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=300))
@example(".\n..\n.x\nFrom oss\n=\n" + "å" * 200 + " \n\t\n")
def test_both_texts_are_read_as_they_were_written(text: str):
    one = LetterMail(subject="x", body=text + "\n", to=["lisa@vpc.example"], **SOME)
    one.attach_alternative(f"<p>{text}</p>\n", "text/html")
    got = read(written_out(one))
    assert got.get_content_type() == "multipart/alternative"
    plain, html = got.iter_parts()
    assert plain.get_payload(decode=True).decode() == (text + "\n").replace("\n", "\r\n")
    assert html.get_payload(decode=True).decode() == f"<p>{text}</p>\n".replace("\n", "\r\n")


def test_it_has_the_headers_of_the_standard_library():
    headers = {"Message-ID": "<1@vpc.example>", "Date": "Thu, 17 Sep 2026 10:00:00 -0000", "Auto-Submitted": "x"}
    said = {"subject": "Hej å", "body": "Text.\n", "to": ['"Lisa, L" <lisa@vpc.example>'], "headers": headers} | SOME
    ours, theirs = LetterMail(**said), EmailMultiAlternatives(**said)
    for one in (ours, theirs):
        one.attach_alternative("<p>Hej</p>\n", "text/html")
    got, known = (read(written_out(one)) for one in (ours, theirs))
    assert {name: str(value) for name, value in got.items() if name != "Content-Type"} == {
        name: str(value) for name, value in known.items() if name != "Content-Type"
    }


def test_what_is_attached_stands_beside_both_texts():
    one, part = mail(), MIMEText("BEGIN:VCALENDAR å", "calendar", "utf-8")
    part.add_header("Content-Disposition", "attachment", filename="tid.ics")
    one.attach(part)
    texts, attached = read(written_out(one)).iter_parts()
    assert texts.get_content_type() == "multipart/alternative"
    assert (attached.get_filename(), attached.get_content()) == ("tid.ics", "BEGIN:VCALENDAR å")


@pytest.mark.parametrize("name", ["subject", "to", "headers"])
def test_a_header_of_two_lines_is_refused(name: str):
    two = "x\r\nBcc: all@vpc.example"
    said = {"subject": two, "to": [two], "headers": {"X-Name": two}}
    with pytest.raises(BadHeaderError):
        written_out(mail(**{name: said[name]}))


def test_a_server_is_told_the_address_alone():
    assert bare_address('"Lisa, L" <lisa@vpc.example>') == "lisa@vpc.example"
    assert bare_address("Åsa <lisa@blåbär.example>") == f"lisa@{'blåbär'.encode('idna').decode()}.example"
