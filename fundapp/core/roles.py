"""The seats people hold (contract: "Roles, teams, seats")."""

from __future__ import annotations

from enum import StrEnum

from fundapp.core.language import gettext as _
from fundapp.core.language import marked


class Role(StrEnum):
    """What an account may be asked to do. One person may hold several."""

    KEY_WORKER = "key_worker"
    APPROVER = "approver"
    PANEL = "panel"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMIN = "admin"

    @property
    def words(self) -> str:
        """The role as it stands on a page."""
        return _(_WORDS[self])


_WORDS = {
    Role.KEY_WORKER: marked("key worker"),
    Role.APPROVER: marked("approver"),
    Role.PANEL: marked("panel member"),
    Role.FINANCE: marked("finance officer"),
    Role.AUDITOR: marked("auditor"),
    Role.ADMIN: marked("administrator"),
}
