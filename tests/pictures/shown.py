"""Every page of the Fund in every state: the one list behind the contact sheet, the walk with axe, and the check that nothing is missed.

A page is new here when it is new in the URL map: tests/rules/test_shown.py fails until a line says how it looks, or that it is no page.
The states are those of the lifecycle tables, of lists with nothing in them, and of forms with something to put right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.pictures.stage import Where


@dataclass(frozen=True, slots=True)
class Shown:
    """A page in a state, as somebody sees it. `address` is filled in from the stage's parts."""

    endpoint: str
    address: str
    state: str
    # Who looks: a name of the stage's, or nobody in particular.
    seat: str = ""
    where: Where = "town"
    status: int = 200
    # What is typed, chosen and pressed before the look is taken.
    typed: tuple[tuple[str, str], ...] = ()
    chosen: str = ""
    press: str = ""

    @property
    def name(self) -> str:
        """What a file about it is called."""
        words = f"{self.endpoint} {self.state} {self.seat or 'stranger'}"
        return "-".join("".join(letter if letter.isalnum() else " " for letter in words).split()).lower()


# What answers GET and is no page to look at, and why.
NOT_PAGES = {
    "health.alive": "words for a machine",
    "security.contact": "words for a machine",
    "security.policy": "plain words",
    "health.ready": "words for a machine",
    "points.code_png": "a picture",
    "points.code_svg": "a picture",
    "points.piece": "a PDF",
    "points.all_pieces": "a PDF",
    "gifts.gift_receipt": "a PDF",
    "gifts.proof": "a file",
    "elsewhere.letter": "a PDF",
    "gift_aid.year_pdf": "a PDF",
    "letters.year_pdf": "a PDF",
    "gifts.came_back": "leads on to the gift's page",
    "openbooks.proof": "a file",
    "open_ledger.checkpoint": "a file",
    "open_ledger.vkey": "a file",
    "open_ledger.tile": "a file",
    "open_ledger.script": "a file",
    "ledger_desk.proof": "a file",
    "bills.show": "a photo or a PDF",
    "covering.photo": "a photo",
    "manifest.show": "words for a phone",
    "mailbox.file": "a file that came with a letter",
}


def _wrong(endpoint: str, address: str, press: str, *typed: tuple[str, str], state: str = "nothing filled in", status: int = 422) -> Shown:
    """A form as it comes back with something to put right."""
    return Shown(endpoint, address, state, status=status, press=press, typed=typed)


def _day_one(endpoint: str, address: str) -> Shown:
    return Shown(endpoint, address, "on the first day", where="empty")


def _seen_by(seat: str, *pages: Shown) -> tuple[Shown, ...]:
    return tuple(replace(page, seat=seat) for page in pages)


_GIFTS = {
    "started": "not paid yet",
    "processing": "the bank is at it",
    "failed": "the bank said no",
    "expired": "never paid",
    "paid": "paid at a point",
    "unsealed": "paid, not sealed yet",
    "fee_unknown": "paid, fee not known",
    "at_closed": "paid at a closed point",
    "part_back": "given back in part",
    "all_back": "given back whole",
    "asked_back": "asked back",
    "declined_back": "asked back, and declined",
    "failed_back": "given back, and it came back",
    "bank_asks": "its bank asks",
    "disputed": "taken back by its bank for now",
    "bank_kept": "taken back by its bank for good",
    "bank_left": "left with us by its bank",
    "debit_failed": "a bank debit taken back late",
    "by_bank": "made by cheque or bank",
    "taken_back": "entered by mistake",
}
_MONTHLY = {"active": "goes on", "overdue": "a month was not paid", "paused": "paused", "stopped": "stopped"}
_FAULTS = {
    "/stage/400": 400,
    "/nowhere": 404,
    "/sign-out": 405,
    "/stage/409": 409,
    "/stage/413": 413,
    "/stage/too-many-tries": 429,
    "/stage/500": 500,
    "/stage/502": 502,
    "/stage/503": 503,
}

STRANGER = (
    Shown("openbooks.home", "/", "with history"),
    _day_one("openbooks.home", "/"),
    Shown("openbooks.open_books", "/open", "with history"),
    _day_one("openbooks.open_books", "/open"),
    Shown("open_ledger.open_ledger", "/open/ledger", "sealed"),
    Shown("open_ledger.open_ledger", "/open/ledger?size=7", "no such checkpoint"),
    _day_one("open_ledger.open_ledger", "/open/ledger"),
    Shown("openbooks.privacy", "/privacy", "with the charity's facts"),
    _day_one("openbooks.privacy", "/privacy"),
    Shown("openbooks.complaints", "/complaints", "with the charity's facts"),
    Shown("openbooks.accessibility", "/accessibility", "with the charity's facts"),
    Shown("complaining.form", "/complaints/data", "to be filled in"),
    _wrong("complaining.form", "/complaints/data", "Send the complaint"),
    Shown("complaining.follow", "/complaints/data/{complaint_link}", "being looked into"),
    Shown("giving.give", "/give", "from anywhere"),
    Shown("giving.give", "/give", "an amount chosen", chosen="£10"),
    _wrong("giving.give", "/give", "Give"),
    replace(
        _wrong("giving.give", "/give", "Give", ("Another amount, in pounds and pence", "about 40"), state="an amount nobody can read"),
        chosen="Another amount",
    ),
    _day_one("giving.give", "/give"),
    Shown("giving.give_at_point", "/g/{code}", "at a point"),
    Shown("giving.give_at_point", "/g/{closed_code}", "at a closed point"),
    Shown("giving.give_at_point", "/g/7K4M2", "no such point", status=404),
    Shown("giving.give_at_point", "/g/{replaced_code}", "at a point with a new code"),
    Shown("posters.posters", "/posters", "how to tell"),
    Shown("posters.check", "/g/{code}/check", "one of ours"),
    Shown("posters.check", "/g/{closed_code}/check", "closed"),
    Shown("posters.check", "/g/{replaced_code}/check", "its code retired"),
    Shown("posters.check", "/g/7K4M2ABC/check", "none of ours", status=404),
    Shown("posters.report", "/g/{code}/report", "to be filled in"),
    _wrong("posters.report", "/g/{code}/report", "Send the report"),
    Shown("posters.report_any", "/posters/report", "without a code"),
    Shown("posters.reported", "/posters/reported", "thanks"),
    Shown("posters.reported", "/posters/reported?about=money", "thanks, and ring the bank"),
    *(Shown("gifts.gift", f"/gifts/{{gift_{name}}}", words) for name, words in _GIFTS.items()),
    Shown("gifts.gift", "/gifts/nobody", "no such gift", status=404),
    Shown("gifts.gift", "/gifts/{gift_aided}", "with Gift Aid"),
    Shown("gifts.gift", "/gifts/{gift_monthly}", "a month of a monthly one"),
    Shown("monthly.ask_link", "/monthly", "to be filled in"),
    _wrong("monthly.ask_link", "/monthly", "Mail me the link"),
    Shown("monthly.sent", "/monthly/sent", "the same for everybody"),
    Shown("monthly.came_back", "/monthly/begun/{monthly_started}", "not paid yet"),
    *(Shown("monthly.manage", f"/monthly/{{monthly_{name}}}", words) for name, words in _MONTHLY.items()),
    Shown("monthly.manage", "/monthly/nobody", "a link that ran out", status=404),
    _wrong("monthly.manage", "/monthly/{monthly_active}", "Change the amount"),
    Shown("letters.ask", "/gifts/{gift_paid}/letters", "to be asked for"),
    Shown("letters.ask", "/gifts/{gift_aided}/letters", "asked for"),
    Shown("letters.lost", "/gifts/find-again", "to be filled in"),
    _wrong("letters.lost", "/gifts/find-again", "Send me the way back"),
    Shown("letters.looked", "/gifts/find-again/sent", "the same for everybody"),
    Shown("letters.show", "/letters/{letters}", "with a gift"),
    Shown("letters.year", "/letters/{letters}/years/{tax_year}", "with a gift"),
    Shown("letters.forgotten", "/letters/forgotten", "done"),
    Shown("gift_aid.ask", "/gifts/{gift_paid}/gift-aid", "to be declared"),
    Shown("gift_aid.ask", "/gifts/{gift_aided}/gift-aid", "declared"),
    Shown("gift_aid.ask", "/gifts/{gift_all_back}/gift-aid", "nothing left to add to"),
    _wrong("gift_aid.ask", "/gifts/{gift_paid}/gift-aid", "Declare Gift Aid"),
    _wrong("gift_aid.ask", "/gifts/{gift_paid}/gift-aid", "Add this gift to it", state="no number"),
    Shown("gift_aid.show", "/gift-aid/{gift_aid}", "holds"),
    Shown("gift_aid.show", "/gift-aid/{gift_aid_of_one}", "for one gift alone"),
    Shown("gift_aid.show", "/gift-aid/{gift_aid_cancelled}", "cancelled"),
    Shown("gift_aid.change", "/gift-aid/{gift_aid}/change", "to be declared anew"),
    _wrong("gift_aid.change", "/gift-aid/{gift_aid}/change", "Declare Gift Aid"),
    Shown("gift_aid.year", "/gift-aid/{gift_aid}/years/{tax_year}", "with gifts"),
    Shown("refund_asking.ask", "/gifts/{gift_paid}/refund", "to be asked"),
    Shown("refund_asking.ask", "/gifts/{gift_asked_back}/refund", "asked already"),
    Shown("refund_asking.ask", "/gifts/{gift_all_back}/refund", "nothing left to ask for"),
    _wrong(
        "refund_asking.ask",
        "/gifts/{gift_paid}/refund",
        "Ask for it back",
        ("Why, if you want to say", "Ring me on 01632 960 123"),
        state="with words that say too much",
        status=409,
    ),
    Shown("sign_in.sign_in", "/sign-in", "to be filled in"),
    _wrong("sign_in.sign_in", "/sign-in", "Sign in"),
    _wrong(
        "sign_in.sign_in",
        "/sign-in",
        "Sign in",
        ("E-mail", "rosa@riverside.example"),
        ("Password", "wrong"),
        state="they do not match",
        status=409,
    ),
    Shown("sign_in.invitation", "/invitations/{invitation}", "to be filled in"),
    _wrong("sign_in.invitation", "/invitations/{invitation}", "Open my account"),
    Shown("sign_in.invitation", "/invitations/used", "used already", status=404),
    Shown(
        "second_step.ask",
        "/sign-in",
        "after the password",
        typed=(("E-mail", "approver2@changing-lives.example"), ("Password", "a small thing unlocks a life")),
        press="Sign in",
    ),
    Shown("forgotten.ask", "/sign-in/forgotten", "to be filled in"),
    _wrong("forgotten.ask", "/sign-in/forgotten", "Send me a link"),
    Shown("forgotten.sent", "/sign-in/forgotten/sent", "whoever asked"),
    Shown("forgotten.new_password", "/sign-in/forgotten/{reset}", "to be filled in"),
    _wrong("forgotten.new_password", "/sign-in/forgotten/{reset}", "Set my password"),
    Shown("forgotten.new_password", "/sign-in/forgotten/used", "used already", status=404),
    Shown("design.show", "/design", "every part"),
    Shown("mailbox.letters", "/demo/mail", "with letters"),
    _day_one("mailbox.letters", "/demo/mail"),
    Shown("mailbox.letter", "/demo/mail/{letter}", "an invitation"),
    *(Shown("", address, f"error {status}", status=status) for address, status in _FAULTS.items()),
)

# Each state of a request's life, as its own key worker sees it, and the name under which the stage has it.
REQUESTS = {
    "begun": "a draft with questions left",
    "draft": "a draft to be sent",
    "waiting": "waiting for an answer",
    "question": "a question to answer",
    "agreed": "agreed",
    "part_agreed": "agreed in part",
    "being_paid": "being paid",
    "part_paid": "paid in part",
    "next_part": "paid in part, the rest being paid",
    "came_back": "the payment came back",
    "paid": "paid",
    "in_hands": "in their hands",
    "closed": "closed",
    "declined": "declined",
    "withdrawn": "withdrawn",
    "given_back": "given back to the fund",
}
_ASK = "/requests/{begun}/ask/"

WORKER = _seen_by(
    "worker",
    Shown("requests.home", "/requests", "with work"),
    Shown("requests.home", "/requests?state=ended", "what is finished"),
    Shown("requests.home", "/requests?whose=team&state=waiting", "the team's"),
    _day_one("requests.home", "/requests"),
    Shown("asking.new", "/requests/new", "the first question"),
    _wrong("asking.new", "/requests/new", "Save and continue"),
    _day_one("asking.new", "/requests/new"),
    *(
        Shown("asking.ask", f"/requests/{{draft}}/ask/{step}", step)
        for step in ("what", "who", "goal", "unblocks", "price", "consent", "check")
    ),
    _wrong("asking.ask", _ASK + "who", "Save and continue", state="who: nothing filled in"),
    _wrong("asking.ask", _ASK + "goal", "Save and continue", state="goal: nothing filled in"),
    _wrong("asking.ask", _ASK + "unblocks", "Save and continue", state="unblocks: nothing filled in"),
    _wrong("asking.ask", _ASK + "price", "Save and continue", ("Price, with delivery", "about 40"), state="price: nobody can read it"),
    _wrong("asking.ask", _ASK + "consent", "Save and continue", state="consent: nothing filled in"),
    Shown("asking.ask", _ASK + "check", "check: answers are missing"),
    Shown("asking.new_person", "/requests/people/new", "before"),
    Shown("asking.show_person", "/requests/people/{person}", "a code"),
    Shown("asking.show_person", "/requests/people/{person}?for_request={draft}", "a code for a draft"),
    *(Shown("requests.show", f"/requests/{{{name}}}", words) for name, words in REQUESTS.items()),
    _wrong("requests.show", "/requests/{question}", "Send the answer", state="an answer without words"),
    _wrong("requests.show", "/requests/{paid}", "It is in their hands", state="no bill"),
    Shown("covering.show", "/requests/{paid}/bill/cover", "nothing ticked yet"),
    _wrong("requests.show", "/requests/{in_hands}", "Say what came of it", state="no outcome chosen"),
    _wrong("requests.show", "/requests/{agreed}", "Withdraw this request", state="withdrawn without a reason"),
    Shown("", "/requests/999999", "error 404, signed in on a phone", status=404),
    Shown("", "/finance", "error 403", status=403),
    Shown("home.help_page", "/help", "a key worker's"),
    Shown("search.search", "/search", "a key worker's"),
    Shown("search.found", "/search", "found", press="Find", typed=(("What are you looking for?", "phone"),)),
    Shown("search.found", "/search", "nothing found", press="Find", typed=(("What are you looking for?", "zeppelin"),)),
    Shown("search.found", "/search/gone", "too old", status=404),
    Shown("account.show", "/account", "a key worker's"),
    Shown("factors.set_up", "/factors/set-up", "a key worker's"),
    Shown("factors.new_app", "/factors/app", "to be scanned"),
    _wrong("factors.new_app", "/factors/app", "Add this app"),
    Shown("factors.new_passkey", "/factors/passkey", "to be set up"),
    Shown("proving.ask", "/prove?next=/account", "by password"),
    Shown("openbooks.home", "/", "signed in"),
)

_DECIDE = "/decisions/{waiting}"

APPROVER = (
    *_seen_by(
        "approver",
        Shown("factors.change", "/factors/{factor}", "an app"),
        Shown("factors.ask_for_codes", "/factors/recovery-codes", "none yet"),
        Shown("proving.ask", "/prove?next=/account", "by code"),
        Shown("account.show", "/account", "with an app"),
        Shown("decisions.queue", "/decisions", "with work"),
        Shown("decisions.queue", "/decisions?show=answered", "what was answered"),
        _day_one("decisions.queue", "/decisions"),
        Shown("decisions.show", _DECIDE, "to be answered"),
        Shown("decisions.show", "/decisions/{dear}", "over the guide price"),
        Shown("decisions.show", "/decisions/{unaffordable}", "no fund can pay"),
        Shown("decisions.show", "/decisions/{question}", "a question was asked"),
        Shown("decisions.show", "/decisions/{agreed}", "agreed by oneself"),
        Shown("decisions.show", "/decisions/{part_agreed}", "agreed in part"),
        Shown("decisions.show", "/decisions/{part_paid}", "paid in part"),
        Shown("decisions.show", "/decisions/{declined}", "declined"),
        Shown("decisions.show", "/decisions/{closed}", "closed"),
        _wrong("decisions.show", _DECIDE, "Decline with this reason", state="declined without a reason"),
        _wrong("decisions.show", _DECIDE, "Agree to this part", ("How much?", "4p"), state="a part that is not right"),
        _wrong("decisions.show", _DECIDE, "Ask it", state="a question without words"),
        Shown("account.show", "/account", "an approver's"),
    ),
    replace(Shown("decisions.show", "/decisions/{aside}", "stepped aside"), seat="approver_two"),
    *_seen_by("panel", Shown("decisions.queue", "/decisions", "a panel member's"), Shown("decisions.show", _DECIDE, "read by the panel")),
)

_PAY = "/payouts/{agreed}"
_ENTRY = "/finance/ledger/entries/"

FINANCE = (
    *_seen_by(
        "finance",
        Shown("payouts.desk", "/payouts", "with work"),
        _day_one("payouts.desk", "/payouts"),
        Shown("payouts.show", _PAY, "to be entered"),
        Shown("payouts.show", "/payouts/{being_paid}", "entered by oneself"),
        Shown("payouts.show", "/payouts/{part_paid}", "paid in part"),
        Shown("payouts.show", "/payouts/{sent_back}", "sent back"),
        Shown("payouts.show", "/payouts/{came_back}", "came back"),
        Shown("payouts.show", "/payouts/{paid}", "paid"),
        Shown("payouts.show", "/payouts/{closed}", "closed"),
        Shown("payouts.show", "/payouts/{given_back}", "given back"),
        _wrong("payouts.show", _PAY, "Enter it", ("Reference at the bank", ""), state="entered without a reference"),
        _wrong("payouts.show", "/payouts/{paid}", "Take it back in the ledger", state="taken back without a reason"),
        Shown("finance.desk", "/finance", "with a fund short"),
        _day_one("finance.desk", "/finance"),
        Shown("finance.needs_a_look", "/finance/needs-a-look", "with alarms"),
        _day_one("finance.needs_a_look", "/finance/needs-a-look"),
        Shown("stripe_balance.show", "/finance/stripe-balance", "with all three"),
        _day_one("stripe_balance.show", "/finance/stripe-balance"),
        Shown("stripe_inbox.bells", "/finance/stripe", "with bells"),
        _day_one("stripe_inbox.bells", "/finance/stripe"),
        Shown("elsewhere.every", "/finance/gifts-elsewhere", "with some"),
        _day_one("elsewhere.every", "/finance/gifts-elsewhere"),
        Shown("elsewhere.enter", "/finance/gifts-elsewhere/new", "to be filled in"),
        _wrong("elsewhere.enter", "/finance/gifts-elsewhere/new", "Enter the gift"),
        Shown("elsewhere.show", "/finance/gifts-elsewhere/{elsewhere_entered}", "entered by oneself"),
        Shown("elsewhere.show", "/finance/gifts-elsewhere/{elsewhere_back}", "sent back"),
        Shown("elsewhere.show", "/finance/gifts-elsewhere/{elsewhere_standing}", "in the books"),
        Shown("elsewhere.show", "/finance/gifts-elsewhere/{elsewhere_wrong}", "called wrong by oneself"),
        Shown("elsewhere.show", "/finance/gifts-elsewhere/{elsewhere_taken}", "taken back"),
        _wrong(
            "elsewhere.show", "/finance/gifts-elsewhere/{elsewhere_standing}", "Say that it is wrong", state="called wrong, and no reason"
        ),
        Shown("refunds.queue", "/finance/refunds", "with some"),
        _day_one("refunds.queue", "/finance/refunds"),
        _wrong("refunds.queue", "/finance/refunds", "Look at it", state="no number written"),
        Shown("refunds.show", "/finance/refunds/{refund_asked}", "asked for"),
        Shown("refunds.show", "/finance/refunds/{refund_entered}", "entered by oneself"),
        Shown("refunds.show", "/finance/refunds/{refund_failed}", "came back"),
        _wrong("refunds.show", "/finance/refunds/{refund_asked}", "Enter the refund", ("How much is given back?", ""), state="no amount"),
        Shown("gift_aid_desk.declarations", "/finance/gift-aid", "with some"),
        _day_one("gift_aid_desk.declarations", "/finance/gift-aid"),
        Shown("gift_aid_desk.declaration", "/finance/gift-aid/{declaration}", "covered"),
        Shown("gift_aid_desk.declaration", "/finance/gift-aid/{declaration_cancelled}", "cancelled"),
        _wrong("gift_aid_desk.declaration", "/finance/gift-aid/{declaration}", "Open it", state="without a reason"),
        Shown("finance.contributions", "/finance/contributions", "with some"),
        _day_one("finance.contributions", "/finance/contributions"),
        Shown("contributions.show", "/finance/contributions/{contribution}", "in the books"),
        Shown("contributions.show", "/finance/contributions/{contribution_wrong}", "called wrong by oneself"),
        _wrong("contributions.show", "/finance/contributions/{contribution}", "Say that it is wrong", state="called wrong, and no reason"),
        Shown("finance.new_contribution", "/finance/contributions/new", "to be filled in"),
        _wrong("finance.new_contribution", "/finance/contributions/new", "Record"),
        Shown("search.search", "/search", "a finance officer's"),
        Shown("search.found", "/search", "a finance officer's", press="Find", typed=(("What are you looking for?", "phone"),)),
        Shown("points.points", "/admin/points", "as finance sees them"),
        Shown("point_takings.takings", "/finance/points", "with takings"),
        _day_one("point_takings.takings", "/finance/points"),
        Shown("point_takings.of_point", "/finance/points/{point}", "month by month"),
        Shown("point_takings.of_point", "/finance/points/{new_point}", "nothing yet"),
        Shown("audit_desk.events", "/audit", "as finance sees it"),
        Shown("account.show", "/account", "a finance officer's"),
    ),
    *_seen_by(
        "finance_two",
        Shown("payouts.show", "/payouts/{being_paid}", "to be released"),
        Shown("payouts.show", "/payouts/{next_part}", "a later part, to be released"),
        Shown("elsewhere.show", "/finance/gifts-elsewhere/{elsewhere_entered}", "to be checked"),
        Shown("elsewhere.show", "/finance/gifts-elsewhere/{elsewhere_wrong}", "to be taken back"),
        Shown("refunds.show", "/finance/refunds/{refund_entered}", "to be agreed"),
        Shown("contributions.show", "/finance/contributions/{contribution_wrong}", "to be taken back"),
        _wrong("refunds.show", "/finance/refunds/{refund_entered}", "Send it back", state="sent back without a reason"),
        _wrong("payouts.show", "/payouts/{being_paid}", "Send it back", state="sent back without a reason"),
    ),
)

LEDGER = _seen_by(
    "finance",
    Shown("ledger_desk.entries", "/finance/ledger", "all"),
    Shown("ledger_desk.entries", "/finance/ledger?account=bank&fund=public-giving", "one account and fund"),
    Shown("ledger_desk.entries", "/finance/ledger?since=soon", "a day nobody can read", status=422),
    Shown("ledger_desk.entries", "/finance/ledger?subject=grant:999999", "nothing like this"),
    _day_one("ledger_desk.entries", "/finance/ledger"),
    Shown("ledger_desk.entry", _ENTRY + "{gift_entry}", "a gift"),
    Shown("ledger_desk.entry", _ENTRY + "{grant_entry}", "a grant"),
    Shown("ledger_desk.entry", _ENTRY + "{corrected}", "corrected"),
    Shown("ledger_desk.entry", _ENTRY + "{correction}", "a correction"),
    Shown("ledger_desk.entry", _ENTRY + "{record}", "a record without money"),
    Shown("ledger_desk.entry", _ENTRY + "{unsealed}", "not sealed yet"),
    Shown("ledger_desk.pound_path", "/finance/ledger/path", "all"),
    Shown("ledger_desk.pound_path", "/finance/ledger/path?subject=grant:{closed}", "one grant"),
    Shown("ledger_desk.pound_path", "/finance/ledger/path?since=soon", "a day nobody can read", status=422),
    _day_one("ledger_desk.pound_path", "/finance/ledger/path"),
    Shown("accounts_desk.accounts", "/finance/accounts", "with money"),
    _day_one("accounts_desk.accounts", "/finance/accounts"),
    Shown("accounts_desk.account", "/finance/accounts/bank", "the bank"),
    Shown("accounts_desk.account", "/finance/accounts/grants-payable", "what is agreed, not yet paid"),
    _wrong("accounts_desk.account", "/finance/accounts/bank", "Rename the account", state="renamed to nothing"),
    Shown("accounts_desk.trial_balance", "/finance/trial-balance", "now"),
    _day_one("accounts_desk.trial_balance", "/finance/trial-balance"),
    Shown("periods_desk.months", "/finance/periods", "open, closing and sealed"),
    _day_one("periods_desk.months", "/finance/periods"),
    Shown("periods_desk.month", "/finance/periods/{open_month}", "open"),
    Shown("periods_desk.month", "/finance/periods/{closing_month}", "closing"),
    Shown("periods_desk.month", "/finance/periods/{sealed_month}", "sealed"),
    Shown("exports.exports", "/finance/ledger/exports", "to be filled in"),
    _wrong("exports.exports", "/finance/ledger/exports", "Take the file"),
)

SEVERAL = _seen_by("manager", Shown("home.show", "/home", "work in several places"), Shown("home.help_page", "/help", "several seats"))

AUDITOR = _seen_by(
    "auditor",
    Shown("audit_desk.events", "/audit", "all"),
    Shown("audit_desk.events", "/audit?subject=grant:{closed}", "about one request"),
    Shown("audit_desk.events", "/audit?subject=grant:999999", "nothing fits"),
    Shown("decisions.queue", "/decisions", "an auditor's"),
    Shown("decisions.show", _DECIDE, "read by an auditor"),
    Shown("payouts.desk", "/payouts", "an auditor's"),
    Shown("payouts.show", "/payouts/{being_paid}", "read by an auditor"),
    Shown("finance.desk", "/finance", "an auditor's"),
    Shown("elsewhere.show", "/finance/gifts-elsewhere/{elsewhere_standing}", "read by an auditor"),
    Shown("refunds.show", "/finance/refunds/{refund_asked}", "read by an auditor"),
    Shown("points.point", "/admin/points/{point}", "read by an auditor"),
    Shown("periods_desk.month", "/finance/periods/{closing_month}", "read by an auditor"),
)

_A_HOST = "/admin/points/{point}/host"

ADMIN = _seen_by(
    "admin",
    Shown("people_admin.home", "/admin", "as it is"),
    _day_one("people_admin.home", "/admin"),
    Shown("home.help_page", "/help", "an administrator's"),
    Shown("guessing.noticed", "/admin/guessing", "somebody guessed"),
    _day_one("guessing.noticed", "/admin/guessing"),
    Shown("people_admin.people", "/admin/people", "with some invited"),
    Shown("people_admin.people", "/admin/people?words=nobody", "nobody fits"),
    _day_one("people_admin.people", "/admin/people"),
    Shown("people_admin.person", "/admin/people/{person_account}", "somebody else"),
    Shown("people_admin.person", "/admin/people/{own_account}", "oneself"),
    Shown("people_admin.person", "/admin/people/{left}", "disabled"),
    _wrong("people_admin.person", "/admin/people/{person_account}", "Change the roles", state="changed without a reason"),
    Shown("factor_reset.confirm", "/admin/people/{deciding_account}/factors", "asked"),
    _wrong("factor_reset.confirm", "/admin/people/{deciding_account}/factors", "Remove all of them", state="without a reason"),
    Shown("factor_reset.confirm", "/admin/people/{own_account}/factors", "oneself"),
    Shown("people_admin.confirm_disable", "/admin/people/{person_account}/disable", "asked"),
    _wrong("people_admin.confirm_disable", "/admin/people/{person_account}/disable", "Disable the account", state="without a reason"),
    Shown("people_admin.hand_over", "/admin/people/{person_account}/hand-over", "with work in hand"),
    Shown("people_admin.hand_over", "/admin/people/{own_account}/hand-over", "with nothing in hand"),
    Shown("people_admin.other_team", "/admin/people/{own_account}/team", "with nothing in hand"),
    Shown("people_admin.other_team", "/admin/people/{person_account}/team", "with work in hand"),
    Shown("cover.show", "/admin/cover", "as it is"),
    _day_one("cover.show", "/admin/cover"),
    _wrong("cover.show", "/admin/cover", "Put them on call"),
    Shown("cover.office", "/admin/cover/office", "as it is"),
    _wrong("cover.office", "/admin/cover/office", "Close on that day"),
    Shown("cover.absent", "/admin/cover/people/{person_account}/away", "to be filled in"),
    _wrong("cover.absent", "/admin/cover/people/{person_account}/away", "Enter the absence"),
    Shown("away.mine", "/account/away", "to be filled in"),
    _day_one("reviews.home", "/admin/access-reviews"),
    Shown("reviews.home", "/admin/access-reviews", "one going on"),
    Shown("reviews.show", "/admin/access-reviews/1", "going on"),
    _wrong("reviews.show", "/admin/access-reviews/1", "Finish the review", state="finished too early", status=409),
    Shown("reviews.account", "/admin/access-reviews/1/accounts/{person_account}", "to be decided"),
    _wrong("reviews.account", "/admin/access-reviews/1/accounts/{person_account}", "Write it down"),
    Shown("reviews.account", "/admin/access-reviews/1/accounts/{own_account}", "one’s own"),
    Shown("procedures.current", "/procedures", "accepted"),
    _day_one("procedures.current", "/procedures"),
    Shown("procedures.version", "/procedures/1", "the one that holds"),
    Shown("procedures_desk.show", "/admin/procedures", "accepted by all"),
    _day_one("procedures_desk.show", "/admin/procedures"),
    Shown("procedures_desk.write", "/admin/procedures/new", "to be changed"),
    _wrong("procedures_desk.write", "/admin/procedures/new", "Publish it", state="the same text, without what changed"),
    Shown("people_admin.new_person", "/admin/people/new", "to be filled in"),
    _wrong("people_admin.new_person", "/admin/people/new", "Send the invitation"),
    Shown("organisations.organisations", "/admin/organisations", "with teams"),
    _wrong("organisations.organisations", "/admin/organisations", "Add the organisation"),
    Shown("organisations.new_team", "/admin/organisations/{organisation}/teams/new", "to be filled in"),
    _wrong("organisations.new_team", "/admin/organisations/{organisation}/teams/new", "Add the team"),
    Shown("organisations.fund_holder", "/admin/fund-holder", "as it is"),
    _wrong("organisations.fund_holder", "/admin/fund-holder", "Save these facts", ("The charity’s name", "")),
    replace(_day_one("organisations.fund_holder", "/admin/fund-holder")),
    Shown("catalogue.items", "/admin/catalogue", "with kinds"),
    _day_one("catalogue.items", "/admin/catalogue"),
    Shown("catalogue.item", "/admin/catalogue/{item}", "offered"),
    Shown("catalogue.new_item", "/admin/catalogue/new", "to be filled in"),
    _wrong("catalogue.new_item", "/admin/catalogue/new", "Add it"),
    Shown("giving_admin.presets", "/admin/giving", "as they are"),
    _wrong("giving_admin.presets", "/admin/giving", "Save the amounts", ("Amount 1", "about 4"), state="an amount nobody can read"),
    Shown("examples.examples", "/admin/examples", "as they are"),
    _wrong("examples.examples", "/admin/examples", "Add"),
    Shown("examples.edit", "/admin/examples/{example}", "as it is"),
    Shown("points.points", "/admin/points", "with some"),
    Shown("points.points", "/admin/points?state=closed", "closed ones"),
    Shown("points.points", "/admin/points?words=nowhere", "none fits"),
    _day_one("points.points", "/admin/points"),
    Shown("points.point", "/admin/points/{point}", "open"),
    Shown("points.point", "/admin/points/{new_point}", "new"),
    Shown("points.point", "/admin/points/{closed_point}", "closed"),
    Shown("points.host", _A_HOST, "as it is"),
    _wrong("points.host", _A_HOST, "Save the host’s facts", ("Whom we speak to there", "")),
    Shown("points.print_all", "/admin/points/print", "with some"),
    _day_one("points.print_all", "/admin/points/print"),
    Shown("points.new_point", "/admin/points/new", "to be filled in"),
    _wrong("points.new_point", "/admin/points/new", "Add the point"),
    Shown("points.point", "/admin/points/{replaced_point}", "its code retired"),
    Shown("points.confirm_replace", "/admin/points/{point}/replace", "asked"),
    _wrong("points.confirm_replace", "/admin/points/{point}/replace", "Replace the code", state="without a reason"),
    Shown("poster_reports.reports", "/admin/points/reports", "with some"),
    _day_one("poster_reports.reports", "/admin/points/reports"),
    Shown("poster_reports.report", "/admin/points/reports/{open_report}", "open"),
    _wrong("poster_reports.report", "/admin/points/reports/{open_report}", "End the report"),
    Shown("poster_reports.report", "/admin/points/reports/{ended_report}", "looked into"),
    Shown("points.confirm_close", "/admin/points/{point}/close", "asked"),
    _wrong("points.confirm_close", "/admin/points/{point}/close", "Close the point", state="without a reason"),
    Shown("points.confirm_reopen", "/admin/points/{closed_point}/reopen", "asked"),
    Shown("readers.readers", "/admin/checkpoint-readers", "with some"),
    _wrong("readers.readers", "/admin/checkpoint-readers", "Add"),
    _day_one("readers.readers", "/admin/checkpoint-readers"),
    Shown("readers.reader", "/admin/checkpoint-readers/{reader}", "written to"),
    Shown("readers.reader", "/admin/checkpoint-readers/{reader_gone}", "no longer written to"),
    Shown("rules.index", "/admin/rules", "as they are"),
    Shown("rules.show", "/admin/rules/giving", "nobody has changed them"),
    _wrong("rules.show", "/admin/rules/giving", "Propose the change", state="without a reason"),
    Shown("data_protection.home", "/admin/data-protection", "as it is"),
    Shown("data_protection.held", "/admin/data-protection/inventory", "as it is"),
    Shown("data_protection.rules", "/admin/data-protection/retention", "as they are"),
    Shown("data_protection.rule", "/admin/data-protection/retention/money", "as it is"),
    _wrong("data_protection.rule", "/admin/data-protection/retention/money", "Change the rule"),
    Shown("data_protection.document", "/admin/data-protection/documents/dpia", "to be adopted"),
    Shown("data_protection.document", "/admin/data-protection/documents/record-of-processing", "to be adopted, from the inventory"),
    Shown("data_rights.asked", "/admin/data-protection/requests", "with some"),
    _wrong("data_rights.asked", "/admin/data-protection/requests", "Write it down"),
    _day_one("data_rights.asked", "/admin/data-protection/requests"),
    Shown("data_rights.show", "/admin/data-protection/requests/{asked_access}", "answered"),
    Shown("data_rights.show", "/admin/data-protection/requests/{asked_right}", "to be put right"),
    Shown("data_rights.show", "/admin/data-protection/requests/{asked_erasure}", "to be erased"),
    Shown("data_complaints.all_of_them", "/admin/data-protection/complaints", "with some"),
    _day_one("data_complaints.all_of_them", "/admin/data-protection/complaints"),
    Shown("data_complaints.show", "/admin/data-protection/complaints/{complaint_new}", "new"),
    Shown("data_complaints.show", "/admin/data-protection/complaints/{complaint_open}", "being looked into"),
    Shown("readings.of_person", "/data-readings", "nothing asked for"),
    Shown("account.show", "/account", "an administrator's"),
    _wrong("account.show", "/account", "Change my password", state="nothing filled in"),
)

# By the room they are shown in.
ROOMS = {
    "stranger": STRANGER,
    "worker": WORKER,
    "approver": APPROVER,
    "finance": FINANCE,
    "ledger": LEDGER,
    "auditor": SEVERAL + AUDITOR,
    "admin": ADMIN,
}
EVERY = tuple(page for pages in ROOMS.values() for page in pages)


def at_the_gate(room: str) -> tuple[Shown, ...]:
    """What the gate looks at: all that the public sees, and each page behind the door in the first of its states."""
    first = {page.endpoint: page for page in reversed(ROOMS[room])}
    return ROOMS[room] if room == "stranger" else tuple(page for page in ROOMS[room] if first[page.endpoint] is page)
