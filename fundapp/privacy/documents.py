"""Documents that the charity adopts: what was adopted is known by the hash of its words, so that a change shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.audit import service as audit
from fundapp.audit.kinds import AuditKind
from fundapp.core import clock
from fundapp.core.actor import Actor
from fundapp.core.errors import Conflict, NotAllowed, NotFound
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.roles import Role
from fundapp.privacy.models import DocumentAdoption

# By the code that its address and its template have.
TITLES = {
    "dpia": marked("Data protection impact assessment"),
    "record-of-processing": marked("Record of processing"),
    "appropriate-policy": marked("Appropriate policy document"),
}


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it stands: its words' hash, and its last adoption."""

    code: str
    mark: bytes
    adoption: DocumentAdoption | None

    @property
    def title(self) -> str:
        """What it is called."""
        return _(TITLES[self.code])

    @property
    def is_adopted(self) -> bool:
        """Whether these very words were adopted."""
        return self.adoption is not None and self.adoption.hash == self.mark

    @property
    def is_changed(self) -> bool:
        """Whether other words were adopted, and these not yet."""
        return self.adoption is not None and self.adoption.hash != self.mark


def mark_of(words: str) -> bytes:
    """The hash of a document's words; where lines break does not matter."""
    return hashlib.sha256(" ".join(words.split()).encode()).digest()


def document(session: Session, code: str, words: str) -> Document:
    """A document with what was adopted of it last. Raises NotFound for a code that there is not."""
    if code not in TITLES:
        raise NotFound(_("There is no such document."))
    newest = select(func.max(DocumentAdoption.id)).where(DocumentAdoption.document == code).scalar_subquery()
    return Document(code, mark_of(words), session.scalar(select(DocumentAdoption).where(DocumentAdoption.id == newest)))


def adopt(session: Session, *, actor: Actor, code: str, words: str, shown: str) -> DocumentAdoption:
    """Record that the charity adopted a document. `shown` is the hash that the page was shown for.

    Raises NotAllowed, NotFound, and Conflict where the words have changed since, or were adopted before.
    """
    if not actor.has(Role.ADMIN) or actor.user_id is None:
        raise NotAllowed(_("Only an administrator records an adoption."))
    found = document(session, code, words)
    if found.mark.hex() != shown:
        raise Conflict(_("The words have changed since this page was shown. Read them again."))
    if found.is_adopted:
        raise Conflict(_("These words are adopted already."))
    adopted = DocumentAdoption(document=code, hash=found.mark, adopted_at=clock.now(), adopted_by=actor.user_id)
    session.add(adopted)
    session.flush()
    facts = {"document": code, "hash": found.mark.hex()}
    audit.record(session, actor=actor, kind=AuditKind.DOCUMENT_ADOPTED, subject=f"document:{code}", facts=facts)
    return adopted
