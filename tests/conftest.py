"""Fixtures for every test; tests/README.md says what each is for."""

pytest_plugins = [
    "tests.support.quick_maps",
    "tests.support.garbage",
    "tests.support.network",
    "tests.support.properties",
    "tests.support.postgres",
    "tests.support.outside",
    "tests.support.web",
    "tests.support.live",
    "tests.support.town",
    "tests.support.browser",
    "tests.pictures.stage",
]
