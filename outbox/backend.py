"""SMTP that says when a mail is handed over.

Between the server's 354 and its answer after the final dot nobody can know whether a mail has arrived. So that moment
is marked before the body is sent, and what goes wrong is told apart by the side of it on which it went wrong.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from outbox.dsn import in_one_line
from outbox.writing import written_out

# Seconds. RFC 5321, 4.5.3.2.6, asks for ten minutes after the final dot; before it a silent server is left soon.
BEFORE_HAND_OVER = 10
AFTER_FINAL_DOT = 600
START_MAIL_INPUT = 354


class NotHandedOver(Exception):  # noqa: N818 - these three read as what happened
    """It went wrong before the body was sent: the mail has not arrived. ``temporary`` ones may be tried again."""

    def __init__(self, answer: str, *, temporary: bool, of_recipient: bool = False) -> None:
        super().__init__(answer)
        self.temporary = temporary
        # The server spoke of the recipient's address, not of the sender or the mail.
        self.of_recipient = of_recipient


class Refused(NotHandedOver):
    """The server read the whole mail and said no: it has not arrived either."""


class Uncertain(Exception):  # noqa: N818
    """The body was sent, or some of it, and no answer came: the mail may have arrived."""


class HandoverBackend(EmailBackend):
    """Django's SMTP backend with ``deliver``, which keeps its connection from mail to mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.timeout = self.timeout or BEFORE_HAND_OVER
        # Called while the server thinks: once it knows of the mail, is asked for 354, and has the body.
        self.meanwhile: Callable[[], None] = nothing

    def deliver(self, mail: EmailMessage, *, handed_over: Callable[[], None]) -> str:
        """Send a mail to its one recipient; gives the server's answer.

        ``handed_over`` is called after the server's 354 and before the body; when it raises, the body isn't sent, the
        connection is broken off and the exception goes on. Raises ``NotHandedOver``, ``Refused`` or ``Uncertain``.
        """
        body = written_out(mail)
        connection = self._introduce(mail)
        self._do(handed_over)
        return self._send_body(connection, body)

    def _do(self, something: Callable[[], None]) -> None:
        """In the middle of a conversation, which is over when it raises."""
        try:
            something()
        except BaseException:
            self._break_off()
            raise

    def _send(self, email_message: EmailMessage) -> bool:
        """What Django's own ``send_messages`` calls: the outcomes are exceptions there, too."""
        self.deliver(email_message, handed_over=lambda: None)
        return True

    def _introduce(self, mail: EmailMessage) -> smtplib.SMTP:
        """Everything up to 354. A connection that the server has closed meanwhile is opened anew, once."""
        was_open = self.connection is not None
        try:
            return self._ask(mail)
        except NotHandedOver as failure:
            if not (was_open and isinstance(failure.__cause__, smtplib.SMTPServerDisconnected)):
                raise
        return self._ask(mail)

    def _ask(self, mail: EmailMessage) -> smtplib.SMTP:
        try:
            self.open()
            connection: smtplib.SMTP = self.connection  # type: ignore[assignment]
            connection.ehlo_or_helo_if_needed()
            of_mail, of_recipient = _dsn_options(connection, mail)
            sender = sanitize_address(settings.BOUNCE_ADDRESS or mail.from_email, "utf-8")
            # As smtplib's own commands, with time between them and their answers.
            connection.putcmd("mail", " ".join([f"FROM:{smtplib.quoteaddr(sender)}", *of_mail]))
            self._do(self.meanwhile)
            _expect(250, connection.getreply())
            _expect(250, connection.rcpt(sanitize_address(mail.to[0], "utf-8"), of_recipient), of_recipient=True)
            connection.putcmd("data")
            self._do(self.meanwhile)
            _expect(START_MAIL_INPUT, connection.getreply())
        except NotHandedOver:
            self._start_over()
            raise
        except smtplib.SMTPResponseException as failure:
            self._break_off()
            answer = _in_words(failure.smtp_code, failure.smtp_error)
            # Wrong credentials are mended by people, so the mail waits for them.
            raise NotHandedOver(answer, temporary=True) from failure
        except OSError as failure:  # smtplib's own exceptions are among them
            self._break_off()
            raise NotHandedOver(str(failure) or type(failure).__name__, temporary=True) from failure
        return connection

    def _send_body(self, connection: smtplib.SMTP, body: bytes) -> str:
        quoted = smtplib._quote_periods(body)  # type: ignore[attr-defined]
        try:
            if connection.sock is not None:
                connection.sock.settimeout(AFTER_FINAL_DOT)
            connection.send(quoted + (b"" if quoted.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        except OSError as failure:
            self._break_off()
            raise Uncertain(str(failure) or type(failure).__name__) from failure
        self._do(self.meanwhile)
        return self._answer(connection)

    def _answer(self, connection: smtplib.SMTP) -> str:
        """To the whole mail."""
        try:
            code, answer = connection.getreply()
            if connection.sock is not None:
                connection.sock.settimeout(self.timeout)
        except OSError as failure:
            self._break_off()
            raise Uncertain(str(failure) or type(failure).__name__) from failure
        if code == -1:  # smtplib's answer for a line that is none
            self._break_off()
            raise Uncertain("the server's answer could not be read")
        if code >= 400:
            raise Refused(_in_words(code, answer), temporary=code < 500)
        return _in_words(code, answer)

    def _start_over(self) -> None:
        """After a refusal the connection can serve the next mail, if the server agrees."""
        try:
            if self.connection is not None:
                self.connection.rset()
        except (OSError, smtplib.SMTPException):
            self._break_off()

    def _break_off(self) -> None:
        """Drop the connection without a word: a QUIT could make the server take what it has."""
        partial: smtplib.SMTP | None = self._partial_connection  # type: ignore[has-type]
        for connection in (self.connection, partial):
            if connection is not None:
                connection.close()
        self.connection = self._partial_connection = None


def nothing() -> None:
    """There is nothing to do meanwhile."""


def _dsn_options(connection: smtplib.SMTP, mail: EmailMessage) -> tuple[list[str], list[str]]:
    """What is asked of a server that reports by RFC 3461: only failures, with the mail's own name and its headers."""
    if not connection.has_extn("dsn"):
        return [], []
    name = str(mail.extra_headers.get("Message-ID", "")).strip("<>").partition("@")[0]
    return ["RET=HDRS", *([f"ENVID={name}"] if name else [])], ["NOTIFY=FAILURE"]


def _expect(wanted: int, reply: tuple[int, bytes], *, of_recipient: bool = False) -> None:
    code, answer = reply
    if code == wanted or (wanted == 250 and code == 251):
        return
    if code == 421:  # the server is closing; smtplib has not closed its side
        raise smtplib.SMTPServerDisconnected(_in_words(code, answer))
    raise NotHandedOver(_in_words(code, answer), temporary=code < 500, of_recipient=of_recipient)


def _in_words(code: int, answer: bytes | str) -> str:
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {in_one_line(said)}"[:400]
