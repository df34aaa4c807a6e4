"""Every kind of event the audit trail knows. A closed list: a kind that is not here cannot be written."""

from enum import StrEnum


class AuditKind(StrEnum):
    """What was done. The part before the dot says to what."""

    # People and their accounts.
    FUND_HOLDER_CHANGED = "fund_holder.changed"
    ORGANISATION_ADDED = "organisation.added"
    TEAM_ADDED = "team.added"
    INVITATION_SENT = "invitation.sent"
    INVITATION_WITHDRAWN = "invitation.withdrawn"
    INVITATION_ACCEPTED = "invitation.accepted"
    USER_ROLES_CHANGED = "user.roles_changed"
    USER_DISABLED = "user.disabled"
    USER_ENABLED = "user.enabled"
    USER_PASSWORD_CHANGED = "user.password_changed"  # noqa: S105 - the name of an event
    SESSION_ENDED = "session.ended"
    # Collection points.
    POINT_OPENED = "point.opened"
    POINT_CHANGED = "point.changed"
    POINT_CLOSED = "point.closed"
    POINT_REOPENED = "point.reopened"
    # Gifts.
    GIFT_MOVED = "gift.moved"
    GIFT_ALARM_RAISED = "gift.alarm_raised"
    GIFT_ALARM_CLOSED = "gift.alarm_closed"
    PRESET_CHANGED = "preset.changed"
    # The catalogue.
    ITEM_ADDED = "item.added"
    ITEM_CHANGED = "item.changed"
    ITEM_CLOSED = "item.closed"
    # The people who are helped, by code.
    PERSON_ISSUED = "person.issued"
    # Grant requests, one for each act of the lifecycle.
    REQUEST_DRAFTED = "request.drafted"
    REQUEST_SENT = "request.sent"
    REQUEST_AGREED = "request.agreed"
    REQUEST_PART_AGREED = "request.part_agreed"
    REQUEST_QUESTIONED = "request.questioned"
    REQUEST_ANSWERED = "request.answered"
    REQUEST_DECLINED = "request.declined"
    REQUEST_WITHDRAWN = "request.withdrawn"
    REQUEST_RELEASED = "request.released"
    REQUEST_BILLED = "request.billed"
    REQUEST_CLOSED = "request.closed"
    CONFLICT_DECLARED = "conflict.declared"
    # Payments.
    PAYMENT_ENTERED = "payment.entered"
    PAYMENT_RELEASED = "payment.released"
    PAYMENT_STOPPED = "payment.stopped"
    PAYMENT_TAKEN_BACK = "payment.taken_back"
    # Finance and the ledger.
    CONTRIBUTION_RECEIVED = "contribution.received"
    FUND_OPENED = "fund.opened"
    ACCOUNT_OPENED = "account.opened"
    ENTRY_REVERSED = "entry.reversed"
    SHORTFALL_CLOSED = "shortfall.closed"
    ACCOUNT_RENAMED = "account.renamed"
    PERIOD_CLOSED = "period.closed"
    PERIOD_SEALED = "period.sealed"
    BOOKS_TAKEN = "books.taken"
    PROOF_TAKEN = "proof.taken"
    # The public pages.
    EXAMPLE_CHANGED = "example.changed"
    READER_ADDED = "reader.added"
    READER_CHANGED = "reader.changed"
    READER_STOPPED = "reader.stopped"
    READER_BROUGHT_BACK = "reader.brought_back"
    READER_WRITTEN_AGAIN = "reader.written_again"
    # What a person opened to read.
    EVIDENCE_READ = "evidence.read"
    REQUEST_READ = "request.read"

    @property
    def words(self) -> str:
        """The kind as it stands on a page: "request agreed"."""
        return self.value.replace(".", " ").replace("_", " ")
