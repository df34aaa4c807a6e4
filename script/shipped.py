"""What is shipped: our production dependencies and all that these need, with versions and licences, from what is installed.

`script/sbom` runs it. A test (tests/rules/test_shipped.py) holds both files against requirements.txt.
"""

from __future__ import annotations

import importlib.metadata as metadata
import json
import tomllib
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
SBOM = ROOT / "docs" / "security" / "sbom.cdx.json"
LICENCES = ROOT / "docs" / "security" / "licences.md"
SPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
# What classifiers call a licence, as SPDX does.
_SPDX = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL-3.0-or-later",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "ISC License (ISCL)": "ISC",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
    "SIL OFL 1.1": "OFL-1.1",
    "Open Font License": "OFL-1.1",
    "MIT": "MIT",
    "BSD": "BSD-3-Clause",
    "BSD-3-Clause": "BSD-3-Clause",
    "Apache-2.0": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "OFL-1.1": "OFL-1.1",
    "OFL": "OFL-1.1",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One package that is shipped."""

    name: str
    version: str
    licence: str
    needs: tuple[str, ...]
    is_own: bool

    @property
    def purl(self) -> str:
        """Its name as the world knows it."""
        return f"pkg:pypi/{self.name}@{self.version}"


def parts() -> list[Part]:
    """Every package that production needs, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    own = [Requirement(line) for line in project["dependencies"]]
    waiting, found = list(own), dict[str, Part]()
    names = {canonicalize_name(one.name) for one in own}
    seen = set[tuple[str, str]]()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        asked = (name, ",".join(sorted(wanted.extras)))
        if asked in seen:
            continue
        seen.add(asked)
        needs = [one for one in map(Requirement, metadata.requires(name) or []) if _holds(one, wanted.extras)]
        known = {canonicalize_name(one.name) for one in needs} | set(found[name].needs if name in found else ())
        found[name] = Part(name, metadata.version(name), licence(name), tuple(sorted(known)), name in names)
        waiting += needs
    return sorted(found.values(), key=lambda part: part.name)


def licence(name: str) -> str:
    """A package's licence, as SPDX names it, as far as it says. Raises LookupError for one that says nothing."""
    told = metadata.metadata(name)
    if said := told.get("License-Expression"):
        return str(said)
    classified = [line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or [] if line.startswith("License ::")]
    for word in (*classified, (told.get("License") or "").strip()):
        if word in _SPDX:
            return _SPDX[word]
    if named := [*classified, (told.get("License") or "").partition("\n")[0].strip()][0]:
        return named
    raise LookupError(f"{name} names no licence")


def sbom(shipped: list[Part], version: str) -> dict[str, Any]:
    """The list in CycloneDX 1.6. The same packages make the same file."""
    by_name = {part.name: part.purl for part in shipped}
    components = [
        {
            "type": "library",
            "bom-ref": part.purl,
            "name": part.name,
            "version": part.version,
            "purl": part.purl,
            "licenses": [{"expression": part.licence} if _is_expression(part.licence) else {"license": {"name": part.licence}}],
        }
        for part in shipped
    ]
    us = {"type": "application", "bom-ref": "fundapp", "name": "fundapp", "version": version, "licenses": [{"expression": "Apache-2.0"}]}
    depend = [{"ref": "fundapp", "dependsOn": [part.purl for part in shipped if part.is_own]}]
    depend += [{"ref": part.purl, "dependsOn": [by_name[one] for one in part.needs]} for part in shipped]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(SPACE, json.dumps(components))}",
        "version": 1,
        "metadata": {"component": us},
        "components": components,
        "dependencies": depend,
    }


def licences(shipped: list[Part]) -> str:
    """The same for people."""
    head = """# Licences of what is shipped

Made by `script/sbom` from what the packages say of themselves; do not edit. The Fund itself is Apache-2.0 (`LICENSE`). Nothing here
is changed by us, and what is under a licence that asks for its own text (LGPL, MPL, OFL) is installed as its makers publish it. Tools
that are only used to make and check the Fund are not shipped and not listed.

| package | version | licence | needed by |
|---|---|---|---|
"""
    rows = []
    for part in shipped:
        by = ["us"] if part.is_own else []
        by += [one.name for one in shipped if part.name in one.needs]
        rows.append(f"| {part.name} | {part.version} | {part.licence} | {', '.join(by)} |")
    return head + "\n".join(rows) + "\n"


def written() -> dict[Path, str]:
    """Both files, as they should be."""
    shipped = parts()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return {SBOM: json.dumps(sbom(shipped, version), indent=1) + "\n", LICENCES: licences(shipped)}


def _holds(one: Requirement, extras: set[str]) -> bool:
    return one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in ("", *extras))


def _is_expression(text: str) -> bool:
    return all(
        word in {"AND", "OR", "WITH"} or ("-" in word and word[0].isupper()) or word in {"MIT", "ISC"} for word in text.strip("()").split()
    )


if __name__ == "__main__":
    for path, words in written().items():
        path.write_text(words)
