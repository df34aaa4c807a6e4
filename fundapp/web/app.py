"""What one running app is made of, and how a view reaches it. Nothing is global: each app holds its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app

from fundapp.config import Settings
from fundapp.core.db import Database
from fundapp.core.keys import Keys

EXTENSION = "fund"


@dataclass(frozen=True, slots=True)
class Fund:
    """One town's app: its settings, database, keys and ways to the outside (`gateways`, which this room does not know)."""

    settings: Settings
    database: Database
    keys: Keys
    gateways: Any


def install(app: Flask, fund: Fund) -> None:
    """Give an app what it is made of."""
    app.extensions[EXTENSION] = fund


def fund_of(app: Flask) -> Fund:
    """What an app is made of."""
    return cast(Fund, app.extensions[EXTENSION])


def fund() -> Fund:
    """What the app that serves this request is made of."""
    return fund_of(current_app)


def settings() -> Settings:
    """The settings of the app that serves this request."""
    return fund().settings


def keys() -> Keys:
    """The keys of the app that serves this request."""
    return fund().keys


def database() -> Database:
    """The database of the app that serves this request."""
    return fund().database
