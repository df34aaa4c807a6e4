"""Mail: by SMTP, or into a folder where nothing real is at stake. Plain text always, HTML if given, attachments."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from fundapp.core import clock
from fundapp.core.errors import OutsideFault

TIMEOUT_SECONDS = 10
SENDER_NAME = "Changing Lives Fund"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter."""

    filename: str
    content: bytes
    # Like application/pdf.
    content_type: str


class Carrier(Protocol):
    """Takes a finished letter away."""

    def carry(self, message: EmailMessage) -> None:
        """Raises OutsideFault when it could not be handed over."""
        ...


class Mailer:
    """Writes letters and hands them to a carrier."""

    def __init__(self, carrier: Carrier, host: str) -> None:
        self._carrier = carrier
        self._host = host

    @classmethod
    def of(cls, mail_url: str, *, base_url: str) -> Mailer:
        """The mailer that MAIL_URL names. Raises ValueError for a scheme it does not know."""
        host = urlsplit(base_url).hostname or "localhost"
        parts = urlsplit(mail_url)
        if parts.scheme == "file":
            return cls(Folder(Path(unquote(parts.path))), host)
        if parts.scheme in {"smtp", "smtps"}:
            return cls(Smtp(mail_url), host)
        raise ValueError("MAIL_URL begins with smtp://, smtps:// or file:///.")

    def send(self, to: str, subject: str, text: str, html: str | None = None, attachments: Sequence[Attachment] = (), *, key: str) -> None:
        """Send one letter. `key` names it, so that a retry carries the same Message-ID and mail programs show it once.

        Raises OutsideFault when it could not be handed over; nothing about the reader is in the fault.
        """
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = f"{SENDER_NAME} <fund@{self._host}>"
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{self._host}>"
        # No holiday note comes back to a letter that a machine sent (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        for one in attachments:
            kind, _, subkind = one.content_type.partition("/")
            message.add_attachment(one.content, maintype=kind, subtype=subkind, filename=one.filename)
        self._carrier.carry(message)


class Smtp:
    """A mail server."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._tls else 25)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")

    def carry(self, message: EmailMessage) -> None:
        """Hand the letter over."""
        try:
            with self._connect() as server:
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as fault:
            raise OutsideFault(f"The mail server did not take a letter ({type(fault).__name__}).") from None

    def _connect(self) -> AbstractContextManager[smtplib.SMTP]:
        if self._tls:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        return server


class Folder:
    """A folder with one file a letter: what would have been sent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def carry(self, message: EmailMessage) -> None:
        """Write the letter down. The same letter again replaces the first."""
        name = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:20]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            waiting = self._folder / f"{name}.tmp"
            waiting.write_bytes(bytes(message))
            waiting.replace(self._folder / f"{name}.eml")
        except OSError as fault:
            raise OutsideFault(f"The mail folder did not take a letter ({type(fault).__name__}).") from None


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it lies in the folder."""

    name: str
    to: str
    subject: str
    at: datetime
    text: str
    attachments: tuple[Attachment, ...]


def read_mailbox(mail_url: str) -> list[Letter]:
    """The letters in the demonstration's folder, newest first; none when mail goes to a server."""
    parts = urlsplit(mail_url)
    folder = Path(unquote(parts.path))
    if parts.scheme != "file" or not folder.is_dir():
        return []
    letters = (_read(path) for path in folder.glob("*.eml"))
    return sorted(letters, key=lambda letter: (letter.at, letter.name), reverse=True)


def _read(path: Path) -> Letter:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    return Letter(
        name=path.stem,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        at=message["Date"].datetime,
        text=body.get_content() if body else "",
        attachments=tuple(_attachments(message.iter_attachments())),
    )


def _attachments(parts: Iterable[EmailMessage]) -> Iterable[Attachment]:
    for part in parts:
        yield Attachment(part.get_filename() or "file", part.get_content(), part.get_content_type())
