"""Records: entries that say something and move no money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from fundapp.core.errors import Refused
from fundapp.core.language import gettext as _
from fundapp.ledger.draft import Draft, Posted
from fundapp.ledger.posting import write


def record(
    session: Session, *, event_key: str, kind: str, happened_on: date, actor: str, subject: str, public: Mapping[str, Any]
) -> Posted:
    """Write down what is said in public, once: text, whole numbers, lists and objects. The same again is answered with the first.

    Raises Conflict (same key, other content), Refused (nothing said, a bad key or reference), PeriodClosed, ValueError (what
    cannot be written in one form alone).
    """
    if not public:
        raise Refused(_("A record says something."))
    return write(session, Draft(event_key, kind, happened_on, (), actor, subject, public=dict(public)))
