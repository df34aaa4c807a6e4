"""The bar says each place once, whoever reads it."""

from itertools import combinations

from flask import Flask

from fundapp.core.roles import Role
from fundapp.web import navigation


def test_no_two_seats_together_see_one_place_twice(app: Flask) -> None:
    ways = [way for way in navigation.ways(app) if not way.under_admin]
    assert ways
    for held in (frozenset(some) for count in range(1, len(Role) + 1) for some in combinations(Role, count)):
        seen = [way.endpoint for way in ways if held & way.roles and (way.when is None or way.when(held))]
        assert len(seen) == len(set(seen)), held
