"""Lists: newest first, filtered, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fundapp.stripe_stand_in.faults import Json, missing
from fundapp.stripe_stand_in.store import Act

COMPARE = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def page(act: Act, kind: str, values: Mapping[str, Any], url: str, *, equal: tuple[str, ...] = (), ids: set[str] | None = None) -> Json:
    """One page of a kind. `equal` names the parameters that filter on the field of the same name; `ids` narrows further."""
    where, given = ["kind = ?"], [kind]
    for name in equal:
        if name in values:
            where.append(f"json_extract(body, '$.{name}') = ?")
            given.append(values[name])
    for word, at in values.get("created", {}).items():
        where.append(f"created {COMPARE[word]} ?")
        given.append(at)
    if ids is not None:
        where.append("id IN (SELECT value FROM json_each(?))")
        given.append(json.dumps(sorted(ids)))
    return _cut(act, kind, values, url, where, given)


def _cut(act: Act, kind: str, values: Mapping[str, Any], url: str, where: list[str], given: list[Any]) -> Json:
    backwards = "ending_before" in values
    cursor = values.get("ending_before") or values.get("starting_after")
    if cursor is not None:
        where.append(f"seq {'>' if backwards else '<'} ?")
        given.append(_place(act, kind, cursor, "ending_before" if backwards else "starting_after"))
    limit = values.get("limit", 10)
    # Only names from this module's own tables are put into the text; values go by placeholder.
    sql = f"SELECT body FROM object WHERE {' AND '.join(where)} ORDER BY seq {'ASC' if backwards else 'DESC'} LIMIT ?"  # noqa: S608
    rows = [json.loads(row["body"]) for row in act.db.execute(sql, (*given, limit + 1))]
    data = rows[:limit]
    if backwards:
        data.reverse()
    return {"object": "list", "data": data, "has_more": len(rows) > limit, "url": url}


def _place(act: Act, kind: str, object_id: str, param: str) -> int:
    row = act.db.execute("SELECT seq FROM object WHERE id = ? AND kind = ?", (object_id, kind)).fetchone()
    if row is None:
        raise missing(kind, object_id[:100], param=param, status=400)
    return int(row["seq"])
