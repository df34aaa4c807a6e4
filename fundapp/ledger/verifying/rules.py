"""Whether the ledger's tables are still what the migrations made: plain tables, their columns, and every rule word for word."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Table, text

from fundapp.ledger.verifying.rule_texts import COLUMNS, PUT_BACK, RULES

# PostgreSQL 18 keeps "not null" as rules too, older ones do not: it is compared with the columns instead.
_RULES = text("""
SELECT "table", name, string_agg(definition, E'\\n' ORDER BY definition COLLATE "C") AS definition FROM (
    SELECT c.relname AS "table", k.conname AS name, pg_get_constraintdef(k.oid) AS definition
    FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables) AND k.contype <> 'n'
    UNION ALL
    SELECT c.relname, i.relname, pg_get_indexdef(x.indexrelid)
        || CASE WHEN x.indisvalid AND x.indisready AND x.indislive AND x.indimmediate THEN '' ELSE ' switched off' END
    FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid JOIN pg_class AS i ON i.oid = x.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables) AND (x.indisunique OR x.indisexclusion)
) AS each GROUP BY "table", name ORDER BY 1, 2
""")
_COLUMNS = text("""
SELECT c.relname AS "table", string_agg(
    concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
        nullif(a.attidentity, ''), nullif(a.attgenerated, ''), pg_get_expr(d.adbin, d.adrelid)),
    E'\\n' ORDER BY a.attname COLLATE "C") AS definition
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables) GROUP BY c.relname ORDER BY 1
""")
_SHAPES = text("""
SELECT c.relname AS "table", c.relkind = 'r' AND c.relpersistence = 'p' AND NOT c.relispartition AS is_plain,
    c.relrowsecurity OR EXISTS (SELECT FROM pg_rewrite AS w WHERE w.ev_class = c.oid) AS is_rewritten,
    EXISTS (SELECT FROM pg_inherits AS h WHERE c.oid IN (h.inhparent, h.inhrelid)) AS has_relatives
FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables) ORDER BY 1
""")


def faults(connection: Connection, tables: Sequence[Table]) -> Iterator[str]:
    """A sentence for each table that is not what it was, and each rule that is missing, changed or not ours."""
    names = {"tables": [table.name for table in tables]}
    for row in connection.execute(_SHAPES, names):
        if not row.is_plain or row.has_relatives:
            yield f"The table {row.table} is not a plain table: rows could come from elsewhere, or be lost."
        if row.is_rewritten:
            yield f"The table {row.table} has rewrite rules or row security, which can hide or change what is written."
    found = columns(connection, tables)
    for table in sorted(COLUMNS):
        if found.get(table) != COLUMNS[table]:
            yield f"The columns of {table} are not as they were made."
    present = present_rules(connection, tables)
    for table, name in sorted(RULES.keys() | present.keys()):
        if (table, name) not in present:
            yield f"The rule {name} on {table} is missing."
        elif (table, name) not in RULES:
            yield f"The rule {name} on {table} is not one of ours."
        elif present[table, name] not in (RULES[table, name], PUT_BACK.get((table, name))):
            yield f"The rule {name} on {table} was changed."


def present_rules(connection: Connection, tables: Sequence[Table]) -> dict[tuple[str, str], str]:
    """The fingerprint of each rule and unique index, as PostgreSQL writes it, by table and name."""
    rows = connection.execute(_RULES, {"tables": [table.name for table in tables]})
    return {(row.table, row.name): _fingerprint(row.definition) for row in rows}


def columns(connection: Connection, tables: Sequence[Table]) -> dict[str, str]:
    """The fingerprint of each table's columns: names, types, defaults, and which may be empty."""
    rows = connection.execute(_COLUMNS, {"tables": [table.name for table in tables]})
    return {row.table: _fingerprint(row.definition) for row in rows}


def _fingerprint(definition: str) -> str:
    return hashlib.sha256(definition.encode()).hexdigest()[:32]
