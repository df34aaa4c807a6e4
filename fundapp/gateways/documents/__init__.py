"""Printed pages, made from plain values: posters for collection points, receipts for gifts."""

from fundapp.gateways.documents.poster import low_ink_poster_pdf, poster_pdf
from fundapp.gateways.documents.receipt import receipt_pdf

__all__ = ["low_ink_poster_pdf", "poster_pdf", "receipt_pdf"]
