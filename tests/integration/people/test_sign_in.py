"""Signing in: the right people, with the same answer to all others."""

from tests.builders import people


def test_somebody_signs_in_and_lands_at_their_own_work(client, session):
    """An administrator begins at /admin."""
    admin = people.user(session, people.Role.ADMIN)
    page = client.get("/sign-in").submit(email=admin.email.upper(), password=people.PASSWORD)
    assert page.status == 200
    assert page.url.endswith("/admin")
