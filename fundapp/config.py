"""Settings: read once from the environment, frozen, every fault told at once (contract: "Settings")."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ENVIRONMENTS = ("demo", "test", "production")
ROOT = Path(__file__).resolve().parent.parent
# What stands in for secrets where nothing real is at stake. Production refuses each of them.
DEMO_SECRET = "demo-secret-key-for-a-fund-with-no-real-money"
DEMO_STRIPE_KEY = "sk_test_demo"
DEMO_WEBHOOK_SECRET = "whsec_demo"
SHORTEST_PRIVATE_KEY = 32
DEMO_PRIVATE_KEY = "demo-private-key-0001-not-for-real-people"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# The form of a signing key, and the name in it (C2SP signed-note). The ledger room reads it.
SIGNING_KEY = re.compile(r"PRIVATE\+KEY\+[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}")
ORIGIN = re.compile(r"[^\s+]+")


class SettingsError(Exception):
    """The settings are at fault; `faults` has a plain sentence for each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's settings. Nothing else in the Fund reads the environment."""

    env: str
    # The application's role. None: the embedded server, which the composition root starts or joins.
    database_url: str | None
    # The owner's role, for migrate and restore alone.
    migration_database_url: str | None
    secret_key: str
    base_url: str
    port: int
    stripe_secret_key: str
    # Newest first; more than one while a secret is rolled.
    stripe_webhook_secrets: tuple[str, ...]
    # None: Stripe itself.
    stripe_api_base: str | None
    mail_url: str
    private_keys: tuple[str, ...]
    # Only the worker needs it. It shows itself in no log.
    ledger_signing_key: str | None = field(repr=False)
    ledger_origin: str
    uploads: Path
    # clamd's address, tcp://host:port or unix:///path. None: files are not scanned for viruses.
    virus_scanner: str | None = None

    @property
    def is_production(self) -> bool:
        """Whether real gifts pass through."""
        return self.env == "production"

    @property
    def is_secure(self) -> bool:
        """Whether people reach the Fund over HTTPS."""
        return self.base_url.startswith("https://")

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings named in the contract.

        Raises SettingsError with all faults together.
        """
        settings = cls._from(environ)
        faults = _faults(settings, environ)
        if faults:
            raise SettingsError(faults)
        return settings

    @classmethod
    def _from(cls, environ: Mapping[str, str]) -> Settings:
        def read(name: str, default: str) -> str:
            return environ.get(name, "").strip() or default

        env = read("FUND_ENV", "demo")
        demo = env != "production"
        port_text = read("PORT", "8000")
        port = int(port_text) if port_text.isdigit() else 0
        base_url = read("BASE_URL", f"http://localhost:{port}" if demo else "").rstrip("/")
        # The stand-in is the demo's peer, at the next door but one; a real test key goes to Stripe unless told otherwise.
        key = read("STRIPE_SECRET_KEY", DEMO_STRIPE_KEY if demo else "")
        stand_in = f"http://127.0.0.1:{port + 1}" if key == DEMO_STRIPE_KEY else ""
        instance = ROOT / "instance"
        return cls(
            env=env,
            database_url=read("DATABASE_URL", "") or None,
            migration_database_url=read("MIGRATION_DATABASE_URL", "") or None,
            secret_key=read("SECRET_KEY", DEMO_SECRET if demo else ""),
            base_url=base_url,
            port=port,
            stripe_secret_key=key,
            stripe_webhook_secrets=_listed(read("STRIPE_WEBHOOK_SECRET", DEMO_WEBHOOK_SECRET if demo else "")),
            stripe_api_base=read("STRIPE_API_BASE", stand_in) or None,
            mail_url=read("MAIL_URL", (instance / "mail").as_uri() if demo else ""),
            private_keys=_listed(read("PRIVATE_KEYS", DEMO_PRIVATE_KEY if demo else "")),
            ledger_signing_key=read("LEDGER_SIGNING_KEY", "") or None,
            ledger_origin=read("LEDGER_ORIGIN", "changing-lives-fund.example/demo" if demo else ""),
            uploads=Path(read("UPLOADS", str(instance / "uploads"))),
            virus_scanner=read("VIRUS_SCANNER", "") or None,
        )

    def cookie_name(self, name: str) -> str:
        """A cookie's name. It carries the port where two copies may run side by side on one host."""
        if self.is_production:
            return f"__Host-{name}"
        return f"{name}-{self.port}"

    def fingerprint(self) -> str:
        """A short mark of these settings without any secret in it, for logs."""
        return hashlib.sha256(f"{self.env} {self.base_url} {self.ledger_origin}".encode()).hexdigest()[:8]


def _names_a_scanner(address: str) -> bool:
    try:
        parts = urlsplit(address)
        has_port = bool(parts.hostname and parts.port)
    except ValueError:
        return False
    return has_port if parts.scheme == "tcp" else parts.scheme == "unix" and len(parts.path) > 1


def _role(url: str | None) -> tuple[str | None, str | None]:
    parts = urlsplit(url or "")
    return parts.username, parts.hostname


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _faults(settings: Settings, environ: Mapping[str, str]) -> list[str]:
    if settings.env not in ENVIRONMENTS:
        return [f"FUND_ENV is “{settings.env}”. It is one of: {', '.join(ENVIRONMENTS)}."]
    faults = []
    if not 1 <= settings.port <= 65534:
        faults.append(f"PORT is “{environ.get('PORT')}”. It is a number from 1 to 65534.")
    address = urlsplit(settings.base_url)
    if address.scheme not in {"http", "https"} or not address.hostname or address.path:
        faults.append("BASE_URL is the address people reach, without a path, like https://fund.example.org.")
    scheme = urlsplit(settings.mail_url).scheme
    if scheme not in {"smtp", "smtps", "file"}:
        faults.append("MAIL_URL begins with smtp://, smtps:// or (not in production) file:///.")
    if settings.database_url and _role(settings.database_url) == _role(settings.migration_database_url):
        faults.append("DATABASE_URL and MIGRATION_DATABASE_URL name the same role. Give the application one that owns no table.")
    if settings.virus_scanner and not _names_a_scanner(settings.virus_scanner):
        faults.append("VIRUS_SCANNER is clamd's address, like tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl.")
    faults += _stripe_faults(settings)
    faults += _ledger_faults(settings)
    if settings.is_production:
        faults += _production_faults(settings)
    return faults


def _stripe_faults(settings: Settings) -> list[str]:
    key = settings.stripe_secret_key
    live = key.startswith(("sk_live_", "rk_live_"))
    test = key.startswith(("sk_test_", "rk_test_"))
    faults = []
    if not live and not test:
        faults.append("STRIPE_SECRET_KEY begins with sk_live_, rk_live_, sk_test_ or rk_test_.")
    base = settings.stripe_api_base
    if base:
        if urlsplit(base).hostname not in LOOPBACK:
            faults.append("STRIPE_API_BASE may only name this machine (127.0.0.1). Leave it out to speak to Stripe.")
        if live:
            faults.append("A live Stripe key is never sent to the stand-in: leave STRIPE_API_BASE out, or use a test key.")
    elif settings.env == "test":
        faults.append("A test run speaks to the stand-in alone: set STRIPE_API_BASE to its address.")
    if live and not settings.is_secure:
        faults.append("A live Stripe key needs a BASE_URL that begins with https://.")
    if not settings.stripe_webhook_secrets:
        faults.append("STRIPE_WEBHOOK_SECRET is missing: without it no event from Stripe can be believed.")
    if settings.is_production and test:
        faults.append("STRIPE_SECRET_KEY is a test key. Production takes a live one.")
    return faults


def _ledger_faults(settings: Settings) -> list[str]:
    faults = []
    if settings.ledger_signing_key and not SIGNING_KEY.fullmatch(settings.ledger_signing_key):
        faults.append("LEDGER_SIGNING_KEY is not a signing key: it is one line, as “fundapp ledger keys make” prints it.")
    if settings.ledger_origin and not ORIGIN.fullmatch(settings.ledger_origin):
        faults.append("LEDGER_ORIGIN is one name without spaces and without a plus, like fund.example.org/ledger.")
    return faults


def _production_faults(settings: Settings) -> list[str]:
    faults = []
    if settings.database_url is None:
        faults.append("DATABASE_URL is missing: the application's role in PostgreSQL.")
    if settings.secret_key == DEMO_SECRET or len(settings.secret_key) < 32:
        faults.append("SECRET_KEY is missing, too short (32 characters at least) or the demo's.")
    if not settings.private_keys or DEMO_PRIVATE_KEY in settings.private_keys:
        faults.append("PRIVATE_KEYS is missing or the demo's. “fundapp keys make” makes a key.")
    elif min(map(len, settings.private_keys)) < SHORTEST_PRIVATE_KEY:
        faults.append(f"PRIVATE_KEYS has a key of less than {SHORTEST_PRIVATE_KEY} characters. “fundapp keys make” makes a longer one.")
    if DEMO_WEBHOOK_SECRET in settings.stripe_webhook_secrets:
        faults.append("STRIPE_WEBHOOK_SECRET is the demo's.")
    if not settings.is_secure:
        faults.append("BASE_URL begins with https:// in production.")
    if settings.mail_url.startswith("file:"):
        faults.append("MAIL_URL is a folder. Production sends mail: smtp:// or smtps://.")
    if settings.stripe_api_base:
        faults.append("STRIPE_API_BASE is never set in production.")
    if not settings.ledger_origin or settings.ledger_origin.endswith("/demo"):
        faults.append("LEDGER_ORIGIN is missing or the demo's: the name of this ledger, which never changes.")
    return faults
