"""Asking, deciding and confirming: the catalogue, persons by code, grant requests and what became of them."""
