"""The policy's pages in every state; tests/pictures/shown.py takes them up."""

from __future__ import annotations

from tests.pictures.state import Shown
from tests.pictures.state import day_one as _day_one
from tests.pictures.state import seen_by as _seen_by
from tests.pictures.state import wrong as _wrong

ADMIN = (
    Shown("policy.index", "/admin/policy", "with versions, and one that waits"),
    _day_one("policy.index", "/admin/policy"),
    Shown("policy.show", "/admin/policy/{policy_version}", "held before"),
    Shown("policy.new", "/admin/policy/propose", "to be filled in"),
    _wrong("policy.new", "/admin/policy/propose", "Propose the policy"),
)
OF_APPROVER = _seen_by(
    "approver",
    Shown("policy.index", "/admin/policy", "one to be signed"),
    _wrong("policy.index", "/admin/policy", "Do not take it", state="not taken, without a reason"),
    Shown("policy.list_looks", "/admin/policy/looks", "with some"),
    _day_one("policy.list_looks", "/admin/policy/looks"),
    Shown("policy.look", "/admin/policy/looks/{due_look}", "to be looked at"),
    Shown("policy.look", "/admin/policy/looks/{looked}", "not fine"),
    _wrong("policy.look", "/admin/policy/looks/{due_look}", "Write it down"),
)
