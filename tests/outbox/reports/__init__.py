"""Reports as mail servers write them: set down from the format that each documents, with made-up names.

``{message_id}``, ``{address}`` and ``{envelope_id}`` stand for those of the mail that is reported on.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent
# Each says that the mail did not arrive, with this status.
FAILED = {
    "postfix_unknown_user": "5.1.1",
    "postfix_unknown_domain": "5.4.4",
    "exchange_unknown_user": "5.1.10",
    "exchange_server_old": "5.1.1",
    "exim_unknown_user": "5.0.0",
    "sendmail_mailbox_full": "5.2.2",
    "gmail_unknown_user": "5.1.1",
}
# The server has given up, and says nothing of the address.
GAVE_UP = {"postfix_expired": "4.4.1"}
# Reports that are no failure.
NOT_FAILED = ("postfix_delayed", "postfix_delivered", "postfix_relayed", "exchange_expanded")


def report(name: str, *, message_id: str, address: str, envelope_id: str = "") -> bytes:
    """A report about a mail, with the line ends that mails have."""
    text = (HERE / f"{name}.eml").read_text("utf-8")
    for key, value in {"message_id": message_id, "address": address, "envelope_id": envelope_id}.items():
        text = text.replace(f"{{{key}}}", value)
    return text.replace("\n", "\r\n").encode()
