"""The seats people hold (contract: "Roles, teams, seats")."""

from __future__ import annotations

from enum import StrEnum


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
        return _WORDS[self]


_WORDS = {
    Role.KEY_WORKER: "key worker",
    Role.APPROVER: "approver",
    Role.PANEL: "panel member",
    Role.FINANCE: "finance officer",
    Role.AUDITOR: "auditor",
    Role.ADMIN: "administrator",
}
