"""Every kind of event the audit trail knows. A closed list: what is not here, or tells other facts than here, cannot be written.

A kind is one line: its code, its words, and its facts by name, each with its shape (fundapp/audit/shapes.py). Facts hold nothing
that somebody wrote and nothing personal; such words go to `words`, which can be erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from fundapp.audit.shapes import Fact, Shape, code, day, or_else, reference, roles, some_of, whole
from fundapp.core.language import gettext as _
from fundapp.core.language import marked

_MOVE: dict[str, Shape] = {"from": code, "to": code}
# What is to be given, as it is frozen (grants/together/frozen.py), under which policy, and by which of its tiers.
_SIGNED = _MOVE | {"agreed_pence": whole, "award": whole, "hash": reference, "policy": whole, "signers": code}
# How a vote came out; who voted how is in no trail.
_COUNT: dict[str, Shape] = {"votes_for": whole, "votes_against": whole}
_PAYMENT = _MOVE | {"amount_pence": whole, "payment": whole}
_ENTRY: dict[str, Shape] = {"entry": whole}
_FACTOR: dict[str, Shape] = {"factor": whole, "kind": code}
_READER: dict[str, Shape] = {"part": code}
_SLIP: dict[str, Shape] = {"slip": whole}
_ASKED: dict[str, Shape] = {"question": whole}
_PRICES: dict[str, Shape] = dict.fromkeys(
    ("guide_low_pence", "guide_high_pence", "asks_what", "cap_pence", "is_sensitive", "needs_delivery", "for_groups"), whole
)
# Which of something's fields were changed; what they say now stands with the thing itself.
_HOLDER = some_of("charity_name", "charity_number", "town", "phone", "email", "address", "website")
_POINT = some_of("business", "address", "contact_name", "contact_details", "agreed_on", "checkpoint_on_its_poster")
_ITEM = {
    "changed": some_of("name", "help_text", *_PRICES),
    **{f"{name}_{when}": whole for name in _PRICES for when in ("before", "after")},
}


class AuditKind(StrEnum):
    """What was done. The part before the dot says to what."""

    _value_: str
    _words: str
    facts: Mapping[str, Shape]

    def __new__(cls, value: str, words: str = "", facts: Mapping[str, Shape] | None = None) -> AuditKind:
        """One line of the list."""
        kind = str.__new__(cls, value)
        kind._value_, kind._words, kind.facts = value, words, dict(facts or {})
        return kind

    # People and their accounts.
    FUND_HOLDER_CHANGED = "fund_holder.changed", marked("fund holder changed"), {"changed": _HOLDER}
    ORGANISATION_ADDED = "organisation.added", marked("organisation added"), {"kind": code}
    TEAM_ADDED = "team.added", marked("team added"), {"organisation": whole}
    INVITATION_SENT = "invitation.sent", marked("invitation sent"), {"roles": roles, "team": whole}
    INVITATION_SENT_AGAIN = "invitation.sent_again", marked("invitation sent again")
    INVITATION_WITHDRAWN = "invitation.withdrawn", marked("invitation withdrawn")
    INVITATION_ACCEPTED = "invitation.accepted", marked("invitation accepted"), {"invitation": whole, "roles": roles, "team": whole}
    USER_ROLES_CHANGED = "user.roles_changed", marked("user roles changed"), {"before": roles, "after": roles}
    USER_MOVED = "user.moved", marked("user moved to another team"), {"from_team": whole, "to_team": whole}
    USER_DISABLED = "user.disabled", marked("user disabled")
    USER_ENABLED = "user.enabled", marked("user enabled")
    USER_HANDED_OVER = "user.handed_over", marked("work handed over"), {"to": whole, "handed": whole}
    USER_MAIL_REFUSED = "user.mail_refused", marked("mail to the account refused for good"), {"code": code}
    USER_PASSWORD_CHANGED = "user.password_changed", marked("user password changed")
    USER_PASSWORD_RESET = "user.password_reset", marked("user password set anew by a link")
    FACTOR_ADDED = "factor.added", marked("way to prove it is them added"), _FACTOR
    FACTOR_RENAMED = "factor.renamed", marked("way to prove it is them renamed"), _FACTOR
    FACTOR_REMOVED = "factor.removed", marked("way to prove it is them removed"), _FACTOR
    FACTOR_COPIED = "factor.copied", marked("passkey refused, as there may be a copy"), _FACTOR
    FACTORS_RESET = "factors.reset", marked("all ways to prove it is them removed"), {"count": whole}
    RECOVERY_CODES_MADE = "recovery_codes.made", marked("recovery codes made")
    RECOVERY_CODE_USED = "recovery_code.used", marked("recovery code used"), {"left": whole}
    SESSION_ENDED = "session.ended", marked("session ended"), {"which": or_else(whole, "all")}
    # Who decides when, and who stands in.
    OFFICE_HOURS_CHANGED = "office.hours_changed", marked("office hours changed"), {"opens": reference, "closes": reference}
    OFFICE_DAY_CLOSED = "office.day_closed", marked("office closed for a day"), {"day": day}
    OFFICE_DAY_OPENED = "office.day_opened", marked("office open on a day after all"), {"day": day}
    TURN_SET = "turn.set", marked("put on call"), {"user": whole}
    TURN_WITHDRAWN = "turn.withdrawn", marked("taken off call"), {"user": whole}
    ABSENCE_SET = "absence.set", marked("absence entered"), {"user": whole, "deputy": or_else(whole, "nobody"), "from": day, "to": day}
    ABSENCE_ENDED = "absence.ended", marked("absence ended"), {"user": whole}
    # Who may do what, looked over; and the procedures that everybody works by.
    REVIEW_BEGUN = "review.begun", marked("access review begun"), {"quarter": day, "accounts": whole}
    REVIEW_DECIDED = "review.decided", marked("access reviewed"), {"user": whole, "decision": code}
    REVIEW_FINISHED = "review.finished", marked("access review finished"), {"accounts": whole}
    PROCEDURES_PUBLISHED = "procedures.published", marked("operating procedures published")
    PROCEDURES_ACCEPTED = "procedures.accepted", marked("operating procedures accepted"), {"version": whole}
    # Collection points.
    POINT_OPENED = "point.opened", marked("point opened"), {"code": reference}
    POINT_CHANGED = "point.changed", marked("point changed"), {"changed": _POINT}
    POINT_CLOSED = "point.closed", marked("point closed")
    POINT_REOPENED = "point.reopened", marked("point reopened")
    POINT_REPLACED = "point.replaced", marked("point’s code replaced by another"), {"by": reference}
    POINT_LOOKED_AT = "point.looked_at", marked("poster looked at"), {"code": reference}
    POINT_REPORTED = "point.reported", marked("poster reported"), {"report": whole, "trouble": code}
    POINT_REPORT_ENDED = "point.report_ended", marked("poster looked into"), {"report": whole, "outcome": code}
    # Their hosts.
    HOST_OFFERED = "host.offered", marked("place for a poster offered"), {"version": whole}
    HOST_OFFER_ANSWERED = "host.offer_answered", marked("offer of a place answered"), {"outcome": code}
    HOST_AGREED = "host.agreed", marked("agreement with a host written down"), {"version": whole}
    HOST_LINK_RENEWED = "host.link_renewed", marked("host’s private link renewed")
    HOST_LINK_SENT = "host.link_sent", marked("host’s private link sent")
    HOST_ASKED = "host.asked", marked("host asked for something"), {"what": code, "wish": whole}
    HOST_WISH_ANSWERED = "host.wish_answered", marked("host’s wish answered"), {"wish": whole, "outcome": code}
    # Gifts.
    GIFT_MOVED = "gift.moved", marked("gift moved"), _MOVE
    GIFT_ALARM_RAISED = "gift.alarm_raised", marked("gift alarm raised"), {"alarm": code, "about": reference}
    GIFT_ALARM_CLOSED = "gift.alarm_closed", marked("gift alarm closed"), {"alarm": code}
    GIFT_DISPUTED = "gift.disputed", marked("dispute of a gift told"), _MOVE | {"dispute": reference}
    PAYOUT_TOLD = "stripe_payout.told", marked("payout by Stripe told"), _MOVE | {"amount_pence": whole}
    REFUND_ASKED = "refund.asked", marked("gift asked back"), {"refund": whole}
    REFUND_MOVED = "refund.moved", marked("refund moved"), _MOVE | {"refund": whole, "amount_pence": or_else(whole, "all")}
    GIFT_ENTERED = "gift_elsewhere.entered", marked("gift made elsewhere entered"), {"fund": code, "amount_pence": whole}
    GIFT_CHECKED = "gift_elsewhere.checked", marked("gift made elsewhere checked"), {"fund": code, "amount_pence": whole}
    GIFT_SENT_BACK = "gift_elsewhere.sent_back", marked("gift made elsewhere sent back")
    GIFT_REVERSAL_ASKED = "gift_elsewhere.reversal_asked", marked("gift made elsewhere called wrong")
    GIFT_KEPT = "gift_elsewhere.kept", marked("gift made elsewhere kept")
    GIFT_REVERSED = "gift_elsewhere.reversed", marked("gift made elsewhere taken back"), _ENTRY
    PLEDGE_MOVED = "pledge.moved", marked("monthly gift moved"), _MOVE
    PLEDGE_ASKED = "pledge.asked", marked("monthly gift: something asked for"), {"deed": code, "act": whole}
    PRESET_CHANGED = "preset.changed", marked("preset changed"), {"from_pence": whole, "to_pence": whole}
    # Rules: which set, and how many of its figures differ.
    RULES_PROPOSED = "rules.proposed", marked("rules proposed"), {"rules": code, "changed": whole}
    RULES_AGREED = "rules.agreed", marked("rules agreed"), {"rules": code}
    RULES_DECLINED = "rules.declined", marked("rules declined"), {"rules": code}
    # The policy that requests are decided by, what is looked at of what it agreed by itself, and caps.
    POLICY_PROPOSED = "policy.proposed", marked("policy proposed"), {"replaces": whole, "changed": whole}
    POLICY_SIGNED = "policy.signed", marked("policy signed"), {"signature": whole}
    POLICY_BEGAN = "policy.began", marked("policy signed by two, and in force"), {"replaces": whole}
    POLICY_DECLINED = "policy.declined", marked("policy declined")
    POLICY_LOOKED = "policy.looked", marked("looked at what the policy agreed"), {"found": code}
    CAP_LIFTED = "cap.lifted", marked("request let over a cap"), _MOVE | {"over_pence": whole}
    # Gift Aid, and where donors are written to.
    GIFT_AID_DECLARED = (
        "gift_aid.declared",
        marked("Gift Aid declared"),
        {"scope": code, "how": code, "number": whole, "wording": whole},
    )
    GIFT_AID_LINKED = "gift_aid.linked", marked("gift linked to a declaration"), {"how": code, "donor": whole}
    GIFT_AID_CANCELLED = "gift_aid.cancelled", marked("Gift Aid cancelled"), {"reach": code}
    GIFT_AID_READ = "gift_aid.read", marked("declaration opened"), {"purpose": code}
    LETTERS_ASKED = "letters.asked", marked("receipt by mail asked for"), {"gift": reference}
    LETTERS_CHANGED = "letters.changed", marked("letters to a donor changed"), {"to": code}
    LETTERS_FORGOTTEN = "letters.forgotten", marked("address of a donor forgotten"), {"gifts": whole}
    # The door.
    GUESSING_LOOKED_INTO = "guessing.looked_into", marked("guessing looked into"), {"what": code}
    # The catalogue.
    ITEM_ADDED = "item.added", marked("item added"), _PRICES
    ITEM_CHANGED = "item.changed", marked("item changed"), _ITEM
    ITEM_CLOSED = "item.closed", marked("item closed")
    ITEM_OFFERED = "item.offered", marked("item offered again")
    GROUP_ADDED = "group.added", marked("community group added")
    GROUP_CHANGED = "group.changed", marked("community group changed")
    OFFER_LISTED = "offer.listed", marked("offer of support listed")
    OFFER_CHANGED = "offer.changed", marked("offer of support changed")
    OFFER_CONFIRMED = "offer.confirmed", marked("offer of support confirmed"), {"by": code}
    OFFER_ENDED = "offer.ended", marked("offer of support ended"), {"by": code}
    OFFER_HIDDEN = "offer.hidden", marked("offer of support hidden")
    OFFER_SHOWN = "offer.shown", marked("offer of support shown again")
    UNMET_NOTED = "unmet.noted", marked("help that could not be given noted")
    UNMET_TAKEN_BACK = "unmet.taken_back", marked("note of help that could not be given taken back")
    # The people who are helped, by code.
    PERSON_ISSUED = "person.issued", marked("person issued")
    SLIP_ISSUED = "person.slip_issued", marked("slip given to a person"), _SLIP
    SLIP_VOIDED = "person.slip_voided", marked("person’s slip made void"), _SLIP | {"why": code}
    STORY_STOPPED = "person.story_stopped", marked("person wants no story told")
    STORY_ALLOWED = "person.story_allowed", marked("person lets themselves be asked for a story again")
    PERSON_MATCHED = "person.matched", marked("person compared between agencies"), {"request": whole, "differs": whole}
    MATCH_FORGOTTEN = "person.match_forgotten", marked("comparison of a person forgotten")
    MATCHING_KEY_MADE = "matching_key.made", marked("key of comparisons made")
    MATCHING_KEY_DESTROYED = "matching_key.destroyed", marked("key of comparisons destroyed, with what it made"), {"marks": whole}
    PERSON_ASKED = "request.person_asked", marked("person asked a question by their key worker"), _ASKED
    PERSON_ANSWERED = "request.person_answered", marked("person answered their key worker"), _ASKED
    REQUEST_PAUSED = "request.paused", marked("request paused by whom it is for"), _MOVE
    REQUEST_RESUMED = "request.resumed", marked("request taken up again"), _MOVE
    # Grant requests, one for each act of the lifecycle.
    REQUEST_DRAFTED = "request.drafted", marked("request drafted")
    REQUEST_SENT = "request.sent", marked("request sent"), _MOVE | {"item": code, "asked_pence": whole}
    REQUEST_AGREED = "request.agreed", marked("request agreed"), _SIGNED
    REQUEST_PART_AGREED = "request.part_agreed", marked("request part agreed"), _SIGNED
    REQUEST_POLICY_AGREED = "request.policy_agreed", marked("request agreed by the standing policy"), _SIGNED
    REQUEST_SIGNED = "request.signed", marked("request signed"), _SIGNED
    REQUEST_COUNTERSIGNED = "request.countersigned", marked("request countersigned"), _SIGNED
    REQUEST_URGENTLY_AGREED = "request.urgently_agreed", marked("request agreed as an emergency"), _SIGNED
    REQUEST_DISAGREED = "request.disagreed", marked("request taken back to be decided anew"), _MOVE
    REQUEST_PUT_TO_PANEL = "request.put_to_panel", marked("request put to the panel"), _SIGNED
    REQUEST_VOTED = "request.voted", marked("request voted on"), _MOVE | {"award": whole}
    REQUEST_PANEL_AGREED = "request.panel_agreed", marked("request agreed by the panel"), _SIGNED | _COUNT
    REQUEST_PANEL_DECLINED = "request.panel_declined", marked("request declined by the panel"), _MOVE | {"award": whole} | _COUNT
    REQUEST_PANEL_LAPSED = "request.panel_lapsed", marked("panel’s vote lapsed"), _MOVE | {"award": whole} | _COUNT
    REQUEST_REOPENED = "request.reopened", marked("request opened again"), _MOVE | {"released_pence": whole}
    REQUEST_QUESTIONED = "request.questioned", marked("request questioned"), _MOVE
    REQUEST_ANSWERED = "request.answered", marked("request answered"), _MOVE
    REQUEST_DECLINED = "request.declined", marked("request declined"), _MOVE
    REQUEST_WITHDRAWN = "request.withdrawn", marked("request withdrawn"), _MOVE
    REQUEST_RELEASED = "request.released", marked("request released"), _MOVE | {"released_pence": whole}
    REQUEST_BILLED = "request.billed", marked("request billed"), _MOVE | {"bytes": whole, "media_type": code}
    REQUEST_CLOSED = "request.closed", marked("request closed"), _MOVE | {"outcome": code}
    REQUEST_HANDED_OVER = "request.handed_over", marked("request handed over"), {"from_user": whole, "to_user": whole}
    CONFLICT_DECLARED = "conflict.declared", marked("conflict declared"), _MOVE
    PHOTO_ADDED = "photo.added", marked("photo added"), {"photo": whole, "bytes": whole}
    PHOTO_REMOVED = "photo.removed", marked("photo taken away"), {"photo": whole}
    DELIVERY_SAID = "delivery.said", marked("delivery address given")
    DELIVERY_DROPPED = "delivery.dropped", marked("delivery address dropped"), {"why": code}
    # Payments.
    PAYMENT_ENTERED = "payment.entered", marked("payment entered"), _PAYMENT | {"paid_on": day}
    PAYMENT_RELEASED = "payment.released", marked("payment released"), _PAYMENT | {"unspent_pence": whole}
    PAYMENT_STOPPED = "payment.stopped", marked("payment stopped"), _MOVE | {"payment": whole}
    PAYMENT_TAKEN_BACK = "payment.taken_back", marked("payment taken back"), _PAYMENT
    # Finance and the ledger.
    CONTRIBUTION_RECEIVED = "contribution.received", marked("contribution received"), {"fund": code, "amount_pence": whole}
    CONTRIBUTION_CALLED_WRONG = "contribution.called_wrong", marked("contribution called wrong")
    CONTRIBUTION_KEPT = "contribution.kept", marked("contribution kept")
    CONTRIBUTION_REVERSED = "contribution.reversed", marked("contribution taken back"), _ENTRY
    FUND_OPENED = "fund.opened", marked("fund opened")
    ACCOUNT_OPENED = "account.opened", marked("account opened")
    ENTRY_REVERSED = "entry.reversed", marked("entry reversed")
    SHORTFALL_CLOSED = "shortfall.closed", marked("shortfall closed")
    ACCOUNT_RENAMED = "account.renamed", marked("account renamed"), _ENTRY
    PERIOD_CLOSED = "period.closed", marked("period closed")
    PERIOD_SEALED = "period.sealed", marked("period sealed"), _ENTRY
    BOOKS_TAKEN = "books.taken", marked("books taken"), {"as_of": or_else(day, "newest")}
    REQUESTS_TAKEN = "requests.taken", marked("list of requests taken"), {"whose": code}
    PROOF_TAKEN = "proof.taken", marked("proof taken")
    # The public pages.
    EXAMPLE_CHANGED = "example.changed", marked("example changed"), {"what": code, "amount_pence": whole, "place": whole}
    READER_ADDED = "reader.added", marked("reader added"), _READER
    READER_CHANGED = "reader.changed", marked("reader changed"), _READER | {"fields": some_of("name", "email", "part")}
    READER_STOPPED = "reader.stopped", marked("reader stopped"), _READER
    READER_BROUGHT_BACK = "reader.brought_back", marked("reader brought back"), _READER
    READER_WRITTEN_AGAIN = "reader.written_again", marked("reader written again"), _READER | {"checkpoint": whole}
    # What a person opened to read.
    EVIDENCE_READ = "evidence.read", marked("evidence read"), {"bill": whole, "purpose": code}
    PHOTO_READ = "photo.read", marked("photo read"), {"photo": whole, "purpose": code}
    DELIVERY_READ = "delivery.read", marked("delivery address read"), {"purpose": code}
    REQUEST_READ = "request.read", marked("request read"), {"purpose": code}
    PERSON_READ = "person.read", marked("person’s data read"), {"purpose": code}
    CONTACT_READ = "contact.read", marked("contact’s data read"), {"purpose": code}
    # What the Fund holds about people: how long, and what they ask of it.
    RETENTION_CHANGED = "retention.changed", marked("retention changed"), {"rule": code, "from_days": whole, "to_days": whole}
    RETENTION_APPLIED = "retention.applied", marked("retention applied"), {"rule": code, "rows": whole, "held": whole}
    RIGHT_ASKED = "right.asked", marked("data right asked for"), {"right": code}
    RIGHT_ANSWERED = "right.answered", marked("data right answered"), {"right": code, "outcome": code}
    DATA_TAKEN = "data.taken", marked("personal data taken"), {"columns": whole}
    DATA_PUT_RIGHT = "data.put_right", marked("personal data put right"), {"changed": code}
    DATA_ERASED = "data.erased", marked("personal data erased"), {"erased": whole, "kept": whole}
    COMPLAINT_RECEIVED = "complaint.received", marked("complaint received"), {"about": code}
    COMPLAINT_MOVED = "complaint.moved", marked("complaint moved"), _MOVE
    DOCUMENT_ADOPTED = "document.adopted", marked("document adopted"), {"document": code, "hash": reference}
    # The trail itself.
    AUDIT_TAKEN = "audit.taken", marked("audit trail taken"), {"form": code}

    @property
    def words(self) -> str:
        """The kind as it stands on a page, in the reader's language: "request agreed"."""
        return _(self._words)

    def faults(self, told: Mapping[str, Fact]) -> list[str]:
        """What is wrong with the facts of an event of this kind: their names alone, never what they say."""
        missing = [f"{name} is missing" for name in self.facts if name not in told]
        strange = [f"{name} does not belong" for name in told if name not in self.facts]
        bent = [f"{name} is ill-shaped" for name, shape in self.facts.items() if name in told and not shape(told[name])]
        return missing + strange + bent
