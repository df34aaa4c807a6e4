"""Printed pages, made from plain values: posters for collection points, receipts for gifts."""

from fundapp.gateways.documents.pieces import PIECES, Facts, pieces_pdf
from fundapp.gateways.documents.poster import low_ink_poster_pdf, poster_pdf
from fundapp.gateways.documents.receipt import receipt_pdf

__all__ = ["PIECES", "Facts", "low_ink_poster_pdf", "pieces_pdf", "poster_pdf", "receipt_pdf"]
