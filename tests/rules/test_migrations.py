"""One chain of migrations, numbered, and in agreement with the models."""

import re

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from fundapp.core.db import Base, driver_url
from fundapp.database import migrate
from tests.support.postgres import OwnDatabase


def test_there_is_one_head_and_the_file_names_it() -> None:
    heads = ScriptDirectory.from_config(migrate.config()).get_heads()
    assert heads == [(migrate.MIGRATIONS / "HEAD").read_text().strip()]


def test_migrations_are_numbered_without_a_gap_and_named_after_their_number() -> None:
    numbers = [f"{number:04d}" for number in range(1, len(migrate.revisions()) + 1)]
    assert list(migrate.revisions()) == numbers
    files = sorted(path.name for path in (migrate.MIGRATIONS / "versions").glob("*.py"))
    assert [name[:4] for name in files] == numbers
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in files)


def test_models_and_migrations_agree(own_database: OwnDatabase) -> None:
    engine = create_engine(driver_url(own_database.owner_url))
    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": lambda name, kind, _: not (kind == "table" and name.startswith("procrastinate_"))}
        context = MigrationContext.configure(connection, opts=options)
        differences = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert differences == []
