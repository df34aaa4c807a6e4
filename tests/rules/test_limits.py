"""Every public form says how often it may be sent, and every public address that is a secret is watched."""

from __future__ import annotations

import math

from flask import Flask

from fundapp.core import keys
from fundapp.points import codes
from fundapp.web.guards import PUBLIC, guard_of
from fundapp.web.limits import elsewhere_of, limit_of, notice_of

# Public addresses with a text in them that is no secret.
OPEN_TEXT = {"static", "search", "mailbox"}


def test_every_public_form_has_a_limit_or_says_what_else_limits_it(app: Flask) -> None:
    found = 0
    for rule in app.url_map.iter_rules():
        if not {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set()) or guard_of(app, rule.endpoint) is not PUBLIC:
            continue
        # The demonstration's own pages are not there in production.
        if rule.endpoint.startswith(("design.", "mailbox.")):
            continue
        found += 1
        limit, elsewhere = limit_of(app, rule.endpoint), elsewhere_of(app, rule.endpoint)
        assert bool(limit) != bool(elsewhere), f"{rule.endpoint} has no limit (fundapp/web/limits.py), or two"
        assert limit is None or 0 < limit.most <= 1_000
    assert found >= 5


def test_every_public_address_with_a_secret_in_it_is_watched(app: Flask) -> None:
    found = 0
    for rule in app.url_map.iter_rules():
        if guard_of(app, rule.endpoint) is not PUBLIC or not {"token", "code"} & rule.arguments:
            continue
        found += 1
        assert notice_of(app, rule.endpoint), f"{rule.endpoint} does not notice who guesses its addresses"
    assert found >= 7


def test_the_secrets_are_too_many_to_be_guessed() -> None:
    """160 bits and 192 bits; a point's code is no secret: it stands in a shop's window, and tells what the window tells."""
    made = keys.Keys("s" * 40, ("p" * 40,))
    links = [made.link_token("gift", str(number)) for number in range(200)]
    assert len(set(links)) == 200
    assert {len(link) * 6 // 8 for link in links} == {20}
    tokens = [keys.random_token() for _ in range(200)]
    assert len(set(tokens)) == 200
    assert {len(token) * 6 for token in tokens} == {192}
    assert math.log2(len(codes.ALPHABET)) * codes.RANDOM_LENGTH == 30
    # From one network, at as many tries as it has before it is told to wait, one of a hundred points is found in five years.
    a_year_of_tries = 40 * 6 * 24 * 365
    assert 2**30 / 100 / a_year_of_tries > 5


def test_a_gift_and_an_invitation_have_nothing_in_common_with_the_next() -> None:
    made = keys.Keys("s" * 40, ("p" * 40,))
    first, second = (int.from_bytes(made.mac("link", f"1:gift:{number}")[:20], "big") for number in (1, 2))
    assert 40 < (first ^ second).bit_count() < 120
