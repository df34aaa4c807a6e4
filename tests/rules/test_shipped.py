"""What is shipped is listed, with its licence, and nothing that is a secret is among what is kept here."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from fundapp.config import ROOT

# Licences that let a charity run and pass on what it is given.
FREE = re.compile(
    r"^[( ]*(MIT|MIT-0|MIT-CMU|BSD-[23]-Clause|Apache-2\.0|ISC|PSF-2\.0|Python-2\.0|MPL-2\.0|LGPL-3\.0-(only|or-later)|OFL-1\.1|HPND)\b"
)

SECRETS = {
    "a live key of Stripe": re.compile(r"\b[sr]k_live_[0-9A-Za-z]{8,}"),
    "a test key of Stripe": re.compile(r"\b[sr]k_test_[0-9A-Za-z]{16,}"),
    "a secret of a webhook": re.compile(r"\bwhsec_[0-9A-Za-z+/]{20,}"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s*\n?[A-Za-z0-9+/]{16}"),
    "a signing key of the ledger": re.compile(r"PRIVATE\+KEY\+[^\s+\"'<]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{40}"),
    "a key of a cloud": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b"),
    "a token of a forge": re.compile(r"\b(?:gh[pousr]_[0-9A-Za-z]{30,}|glpat-[0-9A-Za-z_-]{20}|github_pat_\w{30,})"),
    "a token of a package registry": re.compile(r"\b(?:pypi-[A-Za-z0-9_-]{40,}|npm_[A-Za-z0-9]{36})"),
    "a token that is signed": re.compile(r"\beyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
    "a token of a chat": re.compile(r"\bxox[baprs]-[0-9A-Za-z-]{10,}"),
    "a password in an address": re.compile(
        r"\b(?:postgres(?:ql)?|smtps?|https?|redis|amqp)://[^\s:/@\"'{}<>]+:(?!secret|password|pass|pw|x|…|\*)[^\s:/@\"'{}<>]{8,}@"
    ),
    "a secret by its name": re.compile(
        r"(?i)\b(?:secret|password|passwd|api_?key|token)\w*[\"']?\s*[:=]\s*[\"'](?=[^\"']*\d)(?=[^\"']*[a-z])(?=[^\"']*[A-Z])[A-Za-z0-9+/_=-]{28,}[\"']"
    ),
}
# The demonstration's, and the tests' own, by the name of the file and what stands there. Production refuses each (config.py).
KNOWN = {
    "tests/integration/stripe_stand_in/test_strictness.py": {"sk_live_51abc", "rk_live_51abc"},
    "tests/unit/core/test_config.py": {"PRIVATE+KEY+"},
    "tests/unit/ledger/test_notes.py": {"PRIVATE+KEY+"},
}


def shipped() -> Any:
    spec = importlib.util.spec_from_file_location("shipped", ROOT / "script" / "shipped.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["shipped"] = module
    spec.loader.exec_module(module)
    return module


def locked() -> dict[str, str]:
    """The version of each package that is locked, for whichever Python."""
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==([^ \\;]+)", (ROOT / "requirements.txt").read_text(), re.M))


def test_everything_shipped_is_listed_at_its_version_and_under_a_free_licence() -> None:
    """A Python that needs a package more or less than the one that wrote the lists may read them too."""
    parts = {part.name: part for part in shipped().parts()}
    assert len(parts) >= 20
    listed = {one["name"]: one["version"] for one in json.loads((ROOT / "docs/security/sbom.cdx.json").read_text())["components"]}
    rows = re.findall(r"^\| ([a-z0-9._-]+) \| (\S+) \| ([^|]+) \|", (ROOT / "docs/security/licences.md").read_text(), re.M)
    licences = {name: (version, licence) for name, version, licence in rows if name != "package"}
    assert listed == {name: version for name, (version, _) in licences.items()}
    for name, part in parts.items():
        assert licences.get(name) == (part.version, part.licence), f"run script/sbom: {name}"
    for name, (version, licence) in licences.items():
        assert locked().get(name) == version, f"run script/sbom: {name}"
        assert FREE.match(licence), f"{name} is under {licence}"


def test_the_list_has_the_form_of_cyclonedx() -> None:
    told = json.loads((ROOT / "docs/security/sbom.cdx.json").read_text())
    assert (told["bomFormat"], told["specVersion"], told["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", told["serialNumber"])
    refs = [one["bom-ref"] for one in told["components"]]
    assert len(refs) == len(set(refs))
    for one in told["components"]:
        assert one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}"
        assert one["licenses"]
    for one in told["dependencies"]:
        assert {one["ref"], *one["dependsOn"]} <= {*refs, "fundapp"}


def found_in(name: str, text: str) -> list[str]:
    """What looks like a secret in a file."""
    told = [(kind, match[0]) for kind, pattern in SECRETS.items() for match in pattern.finditer(text)]
    return [f"{name}: {kind}: {match[:12]}…" for kind, match in told if not any(match.startswith(one) for one in KNOWN.get(name, ()))]


def test_no_secret_is_kept_here() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = (
        [Path(name) for name in listed.stdout.decode().split("\0") if name]
        if listed.returncode == 0
        else [
            path.relative_to(ROOT)
            for top in ("fundapp", "templates", "static", "tests", "docs", "script", "migrations")
            for path in (ROOT / top).rglob("*")
        ]
    )
    assert len(names) > 300
    wrong = []
    for name in names:
        path = ROOT / name
        if not path.is_file() or path.suffix in {".png", ".mo", ".gz", ".pyc"} or name.name in {"package-lock.json", "requirements.txt"}:
            continue
        wrong += found_in(name.as_posix(), path.read_text(errors="replace"))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "planted",
    [
        "STRIPE_SECRET_KEY=" + "sk_" + "live_51Abcdefghijkl",
        "key: " + "whsec_" + "a1B2" * 8,
        "-----BEGIN " + "PRIVATE KEY-----\nMIIEvgIBADANBgkqh",
        "AWS = '" + "AKIA" + "ABCDEFGHIJKLMNOP'",
        "url = postgresql://fund:" + "Xk29sLq0vT" + "@db.example/fund",
        "secret_key = '" + "aB3" * 12 + "'",
        "PRIVATE+KEY" + "+fund.example+0a1b2c3d+" + "A" * 44,
        "token: " + "ghp_" + "a1" * 18,
    ],
)
def test_a_planted_secret_is_found(planted: str) -> None:
    assert found_in("somewhere.py", f"x = 1\n{planted}\n")
