"""How what leads to somebody looks when it is typed: shared by the rooms that look words through before they keep them."""

from __future__ import annotations

import re

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
TELEPHONE = re.compile(r"(?<![\w.,£])(?:\+44[\s().-]*\d|0)(?:[\s().-]{0,2}\d){9,10}(?!\w)")
ACCOUNT = re.compile(r"\b\d{2}[- ]\d{2}[- ]\d{2}\b(?:\D{0,20}\b\d{8}\b)")
