"""Deciding together: several signatures, the panel’s votes, awards split over things and funds."""
