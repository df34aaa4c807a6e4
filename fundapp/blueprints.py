"""Every room's pages, in one list: the composition root registers them. A new room adds its line."""

from __future__ import annotations

from flask import Blueprint

from fundapp.people.views import blueprints as people
from fundapp.web import design

BLUEPRINTS: tuple[Blueprint, ...] = (*people,)

# Where nothing real is at stake.
DEMO_BLUEPRINTS: tuple[Blueprint, ...] = (design.blueprint,)
