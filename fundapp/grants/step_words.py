"""What each step is called: to somebody who comes too late for it, and in the audit trail."""

from __future__ import annotations

from fundapp.audit.kinds import AuditKind
from fundapp.core.language import marked
from fundapp.grants.lifecycle import Action

# What was done, by the reader and by somebody else.
DID = {
    Action.SEND: (marked("You sent this %(when)s."), marked("Somebody sent this %(when)s.")),
    Action.ASK_QUESTION: (marked("You asked a question about this %(when)s."), marked("Somebody asked a question about this %(when)s.")),
    Action.ANSWER: (marked("You answered the question %(when)s."), marked("Somebody answered the question %(when)s.")),
    Action.AGREE: (marked("You agreed this %(when)s."), marked("Somebody agreed this %(when)s.")),
    Action.AGREE_PART: (marked("You agreed part of this %(when)s."), marked("Somebody agreed part of this %(when)s.")),
    Action.AGREE_BY_POLICY: (marked("You agreed this %(when)s."), marked("The standing policy agreed this %(when)s.")),
    Action.SIGN: (marked("You signed this %(when)s."), marked("Somebody signed this %(when)s, and another must.")),
    Action.COUNTERSIGN: (marked("You signed this %(when)s, and it is agreed."), marked("Somebody signed this %(when)s, and it is agreed.")),
    Action.AGREE_URGENTLY: (
        marked("You agreed this as an emergency %(when)s."),
        marked("Somebody agreed this as an emergency %(when)s."),
    ),
    Action.DISAGREE: (
        marked("You took this back to be decided anew %(when)s."),
        marked("Somebody took this back to be decided anew %(when)s."),
    ),
    Action.PUT_TO_PANEL: (marked("You put this to the panel %(when)s."), marked("Somebody put this to the panel %(when)s.")),
    Action.VOTE: (marked("You voted on this %(when)s."), marked("Somebody voted on this %(when)s.")),
    Action.PANEL_AGREE: (marked("The panel agreed this %(when)s."), marked("The panel agreed this %(when)s.")),
    Action.PANEL_DECLINE: (marked("The panel declined this %(when)s."), marked("The panel declined this %(when)s.")),
    Action.PANEL_LAPSE: (
        marked("Too few of the panel had voted on this %(when)s."),
        marked("Too few of the panel had voted on this %(when)s."),
    ),
    Action.REOPEN: (marked("You opened this again %(when)s."), marked("Somebody opened this again %(when)s.")),
    Action.DECLINE: (marked("You declined this %(when)s."), marked("Somebody declined this %(when)s.")),
    Action.WITHDRAW: (marked("You withdrew this %(when)s."), marked("Somebody withdrew this %(when)s.")),
    Action.ENTER_PAYMENT: (marked("You entered the payment of this %(when)s."), marked("Somebody entered the payment of this %(when)s.")),
    Action.RELEASE_PAYMENT: (
        marked("You released the payment of this %(when)s."),
        marked("Somebody released the payment of this %(when)s."),
    ),
    Action.RELEASE_PART: (
        marked("You released a part payment of this %(when)s."),
        marked("Somebody released a part payment of this %(when)s."),
    ),
    Action.REFUSE_PAYMENT: (
        marked("You sent the payment of this back %(when)s."),
        marked("Somebody sent the payment of this back %(when)s."),
    ),
    Action.REFUSE_NEXT: (
        marked("You sent the next payment of this back %(when)s."),
        marked("Somebody sent the next payment of this back %(when)s."),
    ),
    Action.TAKE_BACK: (marked("You took the payment of this back %(when)s."), marked("Somebody took the payment of this back %(when)s.")),
    Action.TAKE_BACK_PART: (marked("You took a payment of this back %(when)s."), marked("Somebody took a payment of this back %(when)s.")),
    Action.CONFIRM: (marked("You showed the bill for this %(when)s."), marked("Somebody showed the bill for this %(when)s.")),
    Action.TELL_OUTCOME: (marked("You told what came of this %(when)s."), marked("Somebody told what came of this %(when)s.")),
    Action.RELEASE_AWARD: (
        marked("You gave the money for this back to its fund %(when)s."),
        marked("Somebody gave the money for this back to its fund %(when)s."),
    ),
    Action.RELEASE_REST: (
        marked("You gave the rest of this back to its fund %(when)s."),
        marked("Somebody gave the rest of this back to its fund %(when)s."),
    ),
    Action.LIFT_CAP: (marked("You let this over its cap %(when)s."), marked("Somebody let this over its cap %(when)s.")),
    Action.STEP_ASIDE: (marked("You stepped aside from this %(when)s."), marked("Somebody stepped aside from this %(when)s.")),
    Action.PAUSE: (marked("You paused this %(when)s."), marked("Whoever it is for paused this %(when)s.")),
    Action.RESUME: (marked("You took this up again %(when)s."), marked("Their key worker took this up again %(when)s.")),
}
AUDIT = {
    Action.SEND: AuditKind.REQUEST_SENT,
    Action.ASK_QUESTION: AuditKind.REQUEST_QUESTIONED,
    Action.ANSWER: AuditKind.REQUEST_ANSWERED,
    Action.AGREE: AuditKind.REQUEST_AGREED,
    Action.AGREE_PART: AuditKind.REQUEST_PART_AGREED,
    Action.AGREE_BY_POLICY: AuditKind.REQUEST_POLICY_AGREED,
    Action.SIGN: AuditKind.REQUEST_SIGNED,
    Action.COUNTERSIGN: AuditKind.REQUEST_COUNTERSIGNED,
    Action.AGREE_URGENTLY: AuditKind.REQUEST_URGENTLY_AGREED,
    Action.DISAGREE: AuditKind.REQUEST_DISAGREED,
    Action.PUT_TO_PANEL: AuditKind.REQUEST_PUT_TO_PANEL,
    Action.VOTE: AuditKind.REQUEST_VOTED,
    Action.PANEL_AGREE: AuditKind.REQUEST_PANEL_AGREED,
    Action.PANEL_DECLINE: AuditKind.REQUEST_PANEL_DECLINED,
    Action.PANEL_LAPSE: AuditKind.REQUEST_PANEL_LAPSED,
    Action.REOPEN: AuditKind.REQUEST_REOPENED,
    Action.DECLINE: AuditKind.REQUEST_DECLINED,
    Action.WITHDRAW: AuditKind.REQUEST_WITHDRAWN,
    Action.ENTER_PAYMENT: AuditKind.PAYMENT_ENTERED,
    Action.RELEASE_PAYMENT: AuditKind.PAYMENT_RELEASED,
    Action.RELEASE_PART: AuditKind.PAYMENT_RELEASED,
    Action.REFUSE_PAYMENT: AuditKind.PAYMENT_STOPPED,
    Action.REFUSE_NEXT: AuditKind.PAYMENT_STOPPED,
    Action.TAKE_BACK: AuditKind.PAYMENT_TAKEN_BACK,
    Action.TAKE_BACK_PART: AuditKind.PAYMENT_TAKEN_BACK,
    Action.CONFIRM: AuditKind.REQUEST_BILLED,
    Action.TELL_OUTCOME: AuditKind.REQUEST_CLOSED,
    Action.RELEASE_AWARD: AuditKind.REQUEST_RELEASED,
    Action.RELEASE_REST: AuditKind.REQUEST_RELEASED,
    Action.STEP_ASIDE: AuditKind.CONFLICT_DECLARED,
    Action.LIFT_CAP: AuditKind.CAP_LIFTED,
    Action.PAUSE: AuditKind.REQUEST_PAUSED,
    Action.RESUME: AuditKind.REQUEST_RESUMED,
}
