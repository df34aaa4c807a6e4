"""Giving's verbs for the rooms above it."""

from __future__ import annotations

from fundapp.giving.alarms import close_alarm

__all__ = ["close_alarm"]
