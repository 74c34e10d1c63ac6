"""The letter about an invitation, and handing it over to a mail server by SMTP (RFC 5321)."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

WAIT_SECONDS = 20
PORTS = {"smtp": 25, "smtps": 465}
TRY_AGAIN_FROM, TRY_AGAIN_TO = 400, 500  # reply codes that mean: not now (RFC 5321 4.2.1)

Outcome = Literal["sent", "refused", "not now", "unknown"]


class BadAddress(ValueError):
    """LEADLINE_SMTP_URL is no address of a mail server."""


@dataclass(frozen=True)
class Letter:
    """What is sent to one person. once: makes the Message-ID, the same each time."""

    to: str
    subject: str
    text: str
    once: str


@dataclass(frozen=True)
class Post:
    """A mail server. url: smtp://[user:password@]host[:port], with ?starttls=1 for an encrypted
    connection from there, or smtps://… for one from the beginning; sender: who letters are from."""

    url: str
    sender: str

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in PORTS or not parts.hostname:
            shown = f"{parts.scheme}://{parts.hostname or ''}"
            raise BadAddress(f"{shown} is no mail server; write smtp://HOST:PORT or smtps://HOST.")

    def send(self, letter: Letter) -> Outcome:
        """Hand one letter over. `not now`: it surely was not taken, and may be tried again;
        `unknown`: the connection broke when it may have been taken."""
        handed = False
        try:
            with self._open() as server:
                handed = True
                server.send_message(self._written(letter))
        except smtplib.SMTPRecipientsRefused as refusal:
            return _by_code(min(code for code, _ in refusal.recipients.values()))
        except smtplib.SMTPResponseException as refusal:
            return _by_code(refusal.smtp_code) if handed else "not now"
        except (OSError, smtplib.SMTPException):
            return "unknown" if handed else "not now"
        return "sent"

    def _open(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        assert parts.hostname
        port = parts.port or PORTS[parts.scheme]
        safely = ssl.create_default_context()
        server = (
            smtplib.SMTP_SSL(parts.hostname, port, timeout=WAIT_SECONDS, context=safely)
            if parts.scheme == "smtps"
            else smtplib.SMTP(parts.hostname, port, timeout=WAIT_SECONDS)
        )
        if parse_qs(parts.query).get("starttls") == ["1"]:
            server.starttls(context=safely)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server

    def _written(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = formatdate()
        domain = self.sender.rpartition("@")[2].strip("> ") or "localhost"
        message["Message-ID"] = f"<{letter.once}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message


def _by_code(code: int) -> Outcome:
    return "not now" if TRY_AGAIN_FROM <= code < TRY_AGAIN_TO else "refused"
