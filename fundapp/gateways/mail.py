"""Mail: by SMTP, or into a folder where nothing real is at stake. Plain text always, HTML if given, attachments.

Nothing of a letter is logged, and a server's own words, which repeat addresses, never leave this module.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from fundapp.core import clock
from fundapp.core.errors import NoSuchAddress, NotFound, OutsideFault
from fundapp.core.language import gettext as _
from fundapp.core.language import marked

TIMEOUT_SECONDS = 10
SENDER_NAME = "Changing Lives Fund"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
BAD_ADDRESS = marked("That is not an address that mail can be sent to.")
REFUSED = marked("The mail server refused the letter.")
ADDRESS_REFUSED = marked("The mail server refuses this address for good.")
NO_ANSWER = marked("The mail server did not take the letter for now.")
NOT_SAFE = marked("The mail server offers no encryption, so nothing was sent to it.")
NO_FOLDER = marked("The folder for mail cannot be written to.")
_NAME = re.compile(r"[0-9a-f]{20}")
# No such mailbox (550, 551, 553: RFC 5321 section 4.2.3); by enhanced status a bad destination, moved, or switched off for good
# (5.1.1 to 5.1.3, 5.1.6, 5.1.10, 5.2.1: RFC 3463 section 3.2 and 3.3, RFC 7505). 5.1.7 and 5.1.8 are about the sender.
_NO_SUCH_MAILBOX_CODES = frozenset({550, 551, 553})
_NO_SUCH_MAILBOX = re.compile(r"5\.1\.(?:0|1|2|3|4|6|10)|5\.2\.1")
_ENHANCED = re.compile(r"\s*[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")


class MailFault(OutsideFault):
    """A letter did not leave. `passing` says whether the same call may well succeed later."""

    def __init__(self, sentence: str, *, passing: bool) -> None:
        super().__init__(sentence)
        self.passing = passing


class AddressRefused(MailFault, NoSuchAddress):
    """The server says that there is no such mailbox, or that it takes no mail: no letter to this address will ever arrive.

    `code` is what it said: an enhanced status code (RFC 3463), or the reply's own where it gave none.
    """

    def __init__(self, code: str) -> None:
        super().__init__(ADDRESS_REFUSED, passing=False)
        self.code = code


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
        """Raises MailFault when it could not be handed over."""
        ...


class Mailer:
    """Writes letters and hands them to a carrier."""

    def __init__(self, carrier: Carrier, host: str, sender: str = "") -> None:
        self._carrier = carrier
        # A bare number is no domain.
        self._host = host if ":" not in host and any(letter.isalpha() for letter in host) else "localhost"
        self.sender = sender or f"fund@{self._host}"

    @classmethod
    def of(cls, mail_url: str, *, base_url: str) -> Mailer:
        """The mailer that MAIL_URL names. `?from=fund@example.org` at its end names the sender, else it is fund@ our own host.

        Raises ValueError for a scheme it does not know.
        """
        host = urlsplit(base_url).hostname or "localhost"
        parts = urlsplit(mail_url)
        sender = parse_qs(parts.query).get("from", [""])[0]
        if parts.scheme == "file":
            return cls(Folder(Path(unquote(parts.path))), host, sender)
        if parts.scheme in {"smtp", "smtps"}:
            return cls(Smtp(mail_url), host, sender)
        raise ValueError("MAIL_URL begins with smtp://, smtps:// or file:///.")

    def send(self, to: str, subject: str, text: str, html: str | None = None, attachments: Sequence[Attachment] = (), *, key: str) -> str:
        """Send one letter and return its Message-ID. `key` names it, so that a retry carries the same and mail programs show it once.

        Raises MailFault when it could not be handed over; nothing about the reader is in the fault.
        """
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = Address(SENDER_NAME, addr_spec=self.sender)
        message["To"] = _address(to)
        # A line end would begin a header of the writer's choice.
        message["Subject"] = " ".join(subject.split())
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{self._host}>"
        # No holiday note comes back to a letter that a machine sent (RFC 3834).
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = "en-GB"
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        for one in attachments:
            kind, _, subkind = one.content_type.partition("/")
            message.add_attachment(one.content, maintype=kind, subtype=subkind, filename=one.filename)
        self._carrier.carry(message)
        return str(message["Message-ID"])

    def letters(self) -> list[Letter]:
        """What was written into the demonstration's folder, newest first; nothing when mail goes to a server."""
        return self._carrier.letters() if isinstance(self._carrier, Folder) else []

    def letter(self, name: str) -> Letter:
        """One of them. Raises NotFound."""
        found = self._carrier.letter(name) if isinstance(self._carrier, Folder) else None
        if found is None:
            raise NotFound(_("There is no such letter. Perhaps the demonstration was begun anew."))
        return found


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
        with _told_plainly(), self._connected() as server:
            server.send_message(message)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        tls = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=tls)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
        with server:
            server.ehlo()
            if not self._tls and server.has_extn("starttls"):
                server.starttls(context=tls)
            elif not self._tls and self._host not in LOOPBACK:
                # Whoever stands between could strip the offer of encryption, to be told the password or to read a link that opens.
                raise MailFault(NOT_SAFE, passing=False)
            if self._user:
                server.login(self._user, self._password)
            yield server


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
        except OSError:
            raise MailFault(NO_FOLDER, passing=True) from None

    def letters(self) -> list[Letter]:
        """Every letter, newest first."""
        letters = (_read(path) for path in self._folder.glob("*.eml"))
        return sorted(letters, key=lambda letter: (letter.at, letter.name), reverse=True)

    def letter(self, name: str) -> Letter | None:
        """The letter of this name, or None."""
        path = self._folder / f"{name}.eml"
        return _read(path) if _NAME.fullmatch(name) and path.is_file() else None


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
    """The letters in the folder that a MAIL_URL names, newest first; none when mail goes to a server."""
    parts = urlsplit(mail_url)
    return Folder(Path(unquote(parts.path))).letters() if parts.scheme == "file" else []


def _read(path: Path) -> Letter:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    return Letter(
        name=path.stem,
        to=str(message["To"]),
        subject=str(message["Subject"]),
        at=message["Date"].datetime,
        text=str(body.get_content()).replace("\r\n", "\n") if body else "",
        attachments=tuple(_attachments(message.iter_attachments())),
    )


def _attachments(parts: Iterable[EmailMessage]) -> Iterable[Attachment]:
    for part in parts:
        content = part.get_content()
        raw = content if isinstance(content, bytes) else str(content).encode()
        yield Attachment(part.get_filename() or "file", raw, part.get_content_type())


def _address(to: str) -> Address:
    try:
        return Address(addr_spec=to)
    except (ValueError, IndexError, HeaderParseError):
        # The library's own words repeat the address.
        raise MailFault(BAD_ADDRESS, passing=False) from None


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn faults into one sentence, and drop what the server said."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        raise _of_address(*max(error.recipients.values(), default=(450, b""))) from None
    except smtplib.SMTPDataError as error:
        raise _of_letter(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPResponseException as error:
        # Greeting, sign-in or our own address: nothing of it is about the reader's.
        raise _refusal(error.smtp_code) from None
    except smtplib.SMTPNotSupportedError:
        raise MailFault(REFUSED, passing=False) from None
    except (OSError, smtplib.SMTPException):
        raise MailFault(NO_ANSWER, passing=True) from None


def _of_address(code: int, said: bytes | str) -> MailFault:
    """What a refused recipient means. Where the server gives its reason, that decides: 550 5.7.1 is about us, 550 5.1.1 about them."""
    status = _status(said)
    if status:
        return AddressRefused(status) if _NO_SUCH_MAILBOX.fullmatch(status) else _refusal(code)
    return AddressRefused(str(code)) if code in _NO_SUCH_MAILBOX_CODES else _refusal(code)


def _of_letter(code: int, said: bytes | str) -> MailFault:
    """What a letter refused after its text means: some servers look at the address only then, and say so by its status alone."""
    status = _status(said)
    return AddressRefused(status) if status and code >= 500 and _NO_SUCH_MAILBOX.fullmatch(status) else _refusal(code)


def _status(said: bytes | str) -> str:
    """The enhanced status code that a reply begins with, or nothing."""
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    found = _ENHANCED.match(text)
    return found[0].strip() if found else ""


def _refusal(code: int) -> MailFault:
    """A code of 5xx is for good, any other for now (RFC 5321 section 4.2.1)."""
    return MailFault(REFUSED, passing=False) if code >= 500 else MailFault(NO_ANSWER, passing=True)
