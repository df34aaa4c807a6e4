"""Every kind of event the audit trail knows. A closed list: a kind that is not here cannot be written."""

from enum import StrEnum

from fundapp.core.language import gettext as _
from fundapp.core.language import marked


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
        """The kind as it stands on a page, in the reader's language: "request agreed"."""
        return _(_WORDS[self])


_WORDS = {
    AuditKind.FUND_HOLDER_CHANGED: marked("fund holder changed"),
    AuditKind.ORGANISATION_ADDED: marked("organisation added"),
    AuditKind.TEAM_ADDED: marked("team added"),
    AuditKind.INVITATION_SENT: marked("invitation sent"),
    AuditKind.INVITATION_WITHDRAWN: marked("invitation withdrawn"),
    AuditKind.INVITATION_ACCEPTED: marked("invitation accepted"),
    AuditKind.USER_ROLES_CHANGED: marked("user roles changed"),
    AuditKind.USER_DISABLED: marked("user disabled"),
    AuditKind.USER_ENABLED: marked("user enabled"),
    AuditKind.USER_PASSWORD_CHANGED: marked("user password changed"),
    AuditKind.SESSION_ENDED: marked("session ended"),
    AuditKind.POINT_OPENED: marked("point opened"),
    AuditKind.POINT_CHANGED: marked("point changed"),
    AuditKind.POINT_CLOSED: marked("point closed"),
    AuditKind.POINT_REOPENED: marked("point reopened"),
    AuditKind.GIFT_MOVED: marked("gift moved"),
    AuditKind.GIFT_ALARM_RAISED: marked("gift alarm raised"),
    AuditKind.GIFT_ALARM_CLOSED: marked("gift alarm closed"),
    AuditKind.PRESET_CHANGED: marked("preset changed"),
    AuditKind.ITEM_ADDED: marked("item added"),
    AuditKind.ITEM_CHANGED: marked("item changed"),
    AuditKind.ITEM_CLOSED: marked("item closed"),
    AuditKind.PERSON_ISSUED: marked("person issued"),
    AuditKind.REQUEST_DRAFTED: marked("request drafted"),
    AuditKind.REQUEST_SENT: marked("request sent"),
    AuditKind.REQUEST_AGREED: marked("request agreed"),
    AuditKind.REQUEST_PART_AGREED: marked("request part agreed"),
    AuditKind.REQUEST_QUESTIONED: marked("request questioned"),
    AuditKind.REQUEST_ANSWERED: marked("request answered"),
    AuditKind.REQUEST_DECLINED: marked("request declined"),
    AuditKind.REQUEST_WITHDRAWN: marked("request withdrawn"),
    AuditKind.REQUEST_RELEASED: marked("request released"),
    AuditKind.REQUEST_BILLED: marked("request billed"),
    AuditKind.REQUEST_CLOSED: marked("request closed"),
    AuditKind.CONFLICT_DECLARED: marked("conflict declared"),
    AuditKind.PAYMENT_ENTERED: marked("payment entered"),
    AuditKind.PAYMENT_RELEASED: marked("payment released"),
    AuditKind.PAYMENT_STOPPED: marked("payment stopped"),
    AuditKind.PAYMENT_TAKEN_BACK: marked("payment taken back"),
    AuditKind.CONTRIBUTION_RECEIVED: marked("contribution received"),
    AuditKind.FUND_OPENED: marked("fund opened"),
    AuditKind.ACCOUNT_OPENED: marked("account opened"),
    AuditKind.ENTRY_REVERSED: marked("entry reversed"),
    AuditKind.SHORTFALL_CLOSED: marked("shortfall closed"),
    AuditKind.ACCOUNT_RENAMED: marked("account renamed"),
    AuditKind.PERIOD_CLOSED: marked("period closed"),
    AuditKind.PERIOD_SEALED: marked("period sealed"),
    AuditKind.BOOKS_TAKEN: marked("books taken"),
    AuditKind.PROOF_TAKEN: marked("proof taken"),
    AuditKind.EXAMPLE_CHANGED: marked("example changed"),
    AuditKind.READER_ADDED: marked("reader added"),
    AuditKind.READER_CHANGED: marked("reader changed"),
    AuditKind.READER_STOPPED: marked("reader stopped"),
    AuditKind.READER_BROUGHT_BACK: marked("reader brought back"),
    AuditKind.READER_WRITTEN_AGAIN: marked("reader written again"),
    AuditKind.EVIDENCE_READ: marked("evidence read"),
    AuditKind.REQUEST_READ: marked("request read"),
}
