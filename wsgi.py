"""What a web server loads: `wsgi:app`."""

import os

from fundapp import create_app
from fundapp.config import Settings
from fundapp.web.logs import configure

settings = Settings.read(os.environ)
configure(settings)
app = create_app(settings)
