"""Whether the database still guards the ledger: triggers, constraints and rights, as its own catalogue has them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple, cast

from sqlalchemy import Connection, Constraint, Index, Table, text

from fundapp.ledger.log_models import BalanceSnapshot, CheckpointRow, LogLeaf, LogTile, Period, Publication, Unsealed
from fundapp.ledger.models import Account, Entry, Fund, Transfer

_LOG = (Unsealed, LogLeaf, LogTile, CheckpointRow, BalanceSnapshot, Period, Publication)
TABLES = tuple(cast(Table, model.__table__) for model in (Fund, Account, Entry, Transfer, *_LOG))

# Bits of pg_trigger.tgtype (PostgreSQL, pg_trigger.h).
_ROW, _BEFORE, _INSERT, _DELETE, _UPDATE, _TRUNCATE = 1, 2, 4, 8, 16, 32


class Trigger(NamedTuple):
    """A trigger as it must be: on which table, calling what, when."""

    table: str
    name: str
    function: str
    when: int


TRIGGERS = (
    Trigger("account", "account_frozen", "ledger_account_frozen", _ROW | _BEFORE | _UPDATE),
    Trigger("account", "account_stays", "ledger_refuses_change", _BEFORE | _DELETE | _TRUNCATE),
    Trigger("entry", "entry_append_only", "ledger_refuses_change", _BEFORE | _UPDATE | _DELETE | _TRUNCATE),
    Trigger("entry", "entry_complete", "ledger_entry_complete", _INSERT),
    *(
        Trigger(table, f"{table}_append_only", "ledger_refuses_change", _BEFORE | _UPDATE | _DELETE | _TRUNCATE)
        for table in ("checkpoint", "log_leaf", "log_tile", "publication")
    ),
    Trigger("fund", "fund_frozen", "ledger_fund_frozen", _ROW | _BEFORE | _UPDATE),
    Trigger("fund", "fund_stays", "ledger_refuses_change", _BEFORE | _DELETE | _TRUNCATE),
    Trigger("log_leaf", "log_leaf_next", "ledger_leaf_next", _INSERT),
    Trigger("period", "period_forward", "ledger_period_forward", _ROW | _BEFORE | _INSERT | _UPDATE),
    Trigger("period", "period_stays", "ledger_refuses_change", _BEFORE | _DELETE | _TRUNCATE),
    Trigger("transfer", "transfer_append_only", "ledger_refuses_change", _BEFORE | _UPDATE | _DELETE | _TRUNCATE),
    Trigger("transfer", "transfer_belongs", "ledger_transfer_belongs", _INSERT),
)

# SHA-256 of each function's source as the migration wrote it, so that an emptied function is found as well as a dropped trigger.
FUNCTIONS = {
    "ledger_period_forward": "afc4463544674160d2e47586d534d02c7dc99f8d6749abc7e2da86a5a2df4dbc",
    "ledger_leaf_next": "4ff7c7c099f2770a26afe11fcdb18baf4e6861edd8ff8f83ee210862ab49abba",
    "ledger_account_frozen": "bada892490dcb5ffcf7fef5e37f535b793bf8a22f5e89d9a5206243fbeb84305",
    "ledger_entry_complete": "e6a1aebb239af001db0720a6d2872f64d9a2baed5dd00d66d478439cb05cfad5",
    "ledger_fund_frozen": "b88e433315d311994301be8bdd121675cd269c30166186f9efe7bf4d906fffae",
    "ledger_refuses_change": "998a5c413d51d58a0dcc13d0aacc74b07fd62b425022496d5bfbb572fa1c7623",
    "ledger_transfer_belongs": "3663741baa6f4d8c4f7e3eb21656b9390e1409b43777a5b20515b6cd30e00caf",
}

_TRIGGERS = text("""
SELECT c.relname AS "table", t.tgname AS name, p.proname AS function, t.tgtype AS "when", t.tgisinternal AS internal,
    t.tgenabled IN ('O', 'A') AS enabled, t.tgqual IS NULL AND t.tgattr = '' AS unconditional, p.prosrc AS source
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_proc AS p ON p.oid = t.tgfoid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables) ORDER BY 1, 2
""")

_RULES = text("""
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relname = ANY (:tables) AND (relhasrules OR relrowsecurity) ORDER BY 1
""")

_CONSTRAINTS = text("""
SELECT c.relname AS "table", k.conname AS name FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables) AND k.convalidated
UNION ALL
SELECT c.relname, i.relname FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid JOIN pg_class AS i ON i.oid = x.indexrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables) AND x.indisunique AND x.indisvalid
""")

_RIGHTS = text("""
SELECT c.relname AS "table", coalesce(r.rolname, 'PUBLIC') AS role, a.privilege_type AS privilege, '' AS column,
    coalesce(r.rolsuper OR pg_has_role(r.oid, c.relowner, 'MEMBER'), false) AS all_powerful
FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a LEFT JOIN pg_roles AS r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables) AND a.grantee <> c.relowner
UNION ALL
SELECT c.relname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type, t.attname, false
FROM pg_class AS c JOIN pg_attribute AS t ON t.attrelid = c.oid
CROSS JOIN LATERAL aclexplode(t.attacl) AS a LEFT JOIN pg_roles AS r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables) AND a.grantee <> c.relowner
ORDER BY 1, 2, 3, 4
""")

_RIGHT = re.compile(r"(?P<privilege>[A-Z]+)(?: \((?P<columns>[\w, ]+)\))?")


def faults(connection: Connection) -> Iterator[str]:
    """A sentence for each guard that is missing, switched off, changed or loosened."""
    values = {"tables": [table.name for table in TABLES]}
    yield from _trigger_faults(connection, values)
    for (table,) in connection.execute(_RULES, values):
        yield f"The table {table} has rewrite rules or row security, which can hide or change what is written."
    yield from _constraint_faults(connection, values)
    yield from _right_faults(connection, values)


def _trigger_faults(connection: Connection, values: dict[str, list[str]]) -> Iterator[str]:
    rows = list(connection.execute(_TRIGGERS, values))
    present = {(row.table, row.name): row for row in rows if not row.internal}
    for row in rows:
        if not row.enabled:
            yield f"The trigger {row.name} on {row.table} is switched off."
        if not row.internal and (row.table, row.name) not in {(one.table, one.name) for one in TRIGGERS}:
            yield f"The trigger {row.name} on {row.table} is not one of ours."
    for expected in TRIGGERS:
        found = present.get((expected.table, expected.name))
        if found is None:
            yield f"The trigger {expected.name} on {expected.table} is missing."
        elif (found.function, found.when, found.unconditional) != (expected.function, expected.when, True):
            yield f"The trigger {expected.name} on {expected.table} was changed."
        elif hashlib.sha256(found.source.encode()).hexdigest() != FUNCTIONS[expected.function]:
            yield f"The function {expected.function}, which guards {expected.table}, was changed."


def _constraint_faults(connection: Connection, values: dict[str, list[str]]) -> Iterator[str]:
    present = {(row.table, row.name) for row in connection.execute(_CONSTRAINTS, values)}
    for table in TABLES:
        rules: list[Constraint | Index] = [*table.constraints, *(index for index in table.indexes if index.unique)]
        for name in sorted(str(rule.name) for rule in rules):
            if (table.name, name) not in present:
                yield f"The rule {name} on {table.name} is missing."


def _right_faults(connection: Connection, values: dict[str, list[str]]) -> Iterator[str]:
    held: set[tuple[str, str, str]] = set()
    allowed = {(table.name, *right) for table in TABLES for right in _rights(table)}
    for row in connection.execute(_RIGHTS, values):
        right = (row.table, row.privilege, row.column)
        held.add(right)
        if right not in allowed:
            where = f"{row.table} ({row.column})" if row.column else row.table
            yield f"The role {row.role} may {row.privilege} on {where}, which nobody but the owner may."
        if row.all_powerful:
            yield f"The role {row.role} has rights on {row.table} and those of its owner as well."
    for table, privilege, column in sorted(allowed - held):
        yield f"No role but the owner may {privilege} on {table}{f' ({column})' if column else ''}: the application cannot work."


def _rights(table: Table) -> list[tuple[str, str]]:
    return [
        (found["privilege"], column)
        for found in _RIGHT.finditer(str(table.info["app_role"]))
        for column in (found["columns"] or "").split(", ")
    ]
