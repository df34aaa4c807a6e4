"""What goes wrong with the database, in sentences."""

from fundapp.core.errors import FundError


class DatabaseFault(FundError):
    """The database cannot serve; the sentence says why and what to do."""

    status = 503
