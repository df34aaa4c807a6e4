"""Guessing is slowed for all processes at once, and cannot be used to lock somebody out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.core.db import Database, transaction
from fundapp.core.errors import Refused
from fundapp.core.keys import Keys
from fundapp.people import service, throttle
from fundapp.people.throttle import PER_EMAIL, PER_NETWORK, PER_PAIR, TooManyTries, network_of
from tests.builders import people

KEYS = Keys("a secret for tests", ("another",))
HERE, THERE = "198.51.100.7", "203.0.113.9"


def attempt(database: Database, email: str, password: str, *, address: str = HERE) -> str:
    """One try, as the page makes it: what became of it, in a word."""
    with database.session() as session:
        with transaction(session):
            noted = throttle.note(session, keys=KEYS, email=email, address=address)
        try:
            with transaction(session):
                service.sign_in(
                    session, attempt=noted, email=email, password=password, passwords=service.passwords("test"), device="a test"
                )
        except TooManyTries:
            return "wait"
        except Refused:
            return "no"
    return "in"


def test_ten_wrong_tries_and_even_the_right_one_waits(database: Database, session: Session) -> None:
    email = people.user(session).email
    assert [attempt(database, email, "wrong") for _ in range(PER_PAIR)] == ["no"] * PER_PAIR
    assert attempt(database, email, people.PASSWORD) == "wait"


def test_an_unknown_e_mail_waits_just_the_same(database: Database) -> None:
    tries = [attempt(database, "nobody@example.org", "wrong") for _ in range(PER_PAIR + 1)]
    assert tries == ["no"] * PER_PAIR + ["wait"]


def test_waiting_ends_by_itself(database: Database, session: Session) -> None:
    email, now = people.user(session).email, clock.now()
    with clock.at(now):
        for _ in range(PER_PAIR + 1):
            attempt(database, email, "wrong")
    with clock.at(now + throttle.WINDOW + timedelta(seconds=1)):
        assert attempt(database, email, people.PASSWORD) == "in"


def test_the_victim_gets_in_from_another_network(database: Database, session: Session) -> None:
    email = people.user(session).email
    for _ in range(PER_PAIR + 5):
        attempt(database, email, "wrong")
    assert attempt(database, email, people.PASSWORD, address=THERE) == "in"


def test_tries_from_many_networks_wait_but_never_where_the_account_was_used_before(database: Database, session: Session) -> None:
    email = people.user(session).email
    assert attempt(database, email, people.PASSWORD, address=THERE) == "in"
    for number in range(PER_EMAIL):
        attempt(database, email, "wrong", address=f"198.51.100.{number}")
    assert attempt(database, email, people.PASSWORD, address="198.51.100.250") == "wait"
    assert attempt(database, email, people.PASSWORD, address=THERE) == "in"


def test_one_network_trying_many_accounts_waits(database: Database, session: Session) -> None:
    email = people.user(session).email
    for number in range(PER_NETWORK):
        attempt(database, f"nobody-{number}@example.org", "wrong")
    assert attempt(database, email, people.PASSWORD) == "wait"
    assert attempt(database, email, people.PASSWORD, address=THERE) == "in"


def test_signing_in_a_hundred_times_is_no_attack(database: Database, session: Session) -> None:
    email = people.user(session).email
    assert {attempt(database, email, people.PASSWORD) for _ in range(PER_PAIR * 3)} == {"in"}


def test_a_hundred_tries_at_the_same_moment_are_counted_like_a_hundred_after_one_another(own_database: Database) -> None:
    with own_database.session() as session:
        email = people.user(session).email
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: attempt(own_database, email, "wrong"), range(40)))
    assert answers.count("no") <= PER_PAIR
    assert attempt(own_database, email, people.PASSWORD) == "wait"


def test_the_page_says_wait_in_the_same_words_to_all(client: Any, session: Session) -> None:
    known = people.user(session).email
    answers = set()
    for email in (known, "nobody@example.org"):
        for _ in range(PER_PAIR + 1):
            page = client.post("/sign-in", {"email": email, "password": "wrong"})
        answers.add((page.status, page.text(".errors")))
    assert {status for status, _ in answers} == {429}
    assert len(answers) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_a_home_with_many_addresses_is_one_network(address: str | None, network: str) -> None:
    assert network_of(address) == network
