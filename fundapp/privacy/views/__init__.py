"""This room's pages."""

from flask import Blueprint

from fundapp.privacy.views import complaining, complaints, home, person, readings, rights

blueprints: tuple[Blueprint, ...] = (
    home.blueprint,
    rights.blueprint,
    complaints.blueprint,
    readings.blueprint,
    complaining.blueprint,
    person.blueprint,
)
