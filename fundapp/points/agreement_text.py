"""The agreement with hosts: its present version. To change it, write a new one under a new number: what was agreed to is never edited.

It says who is who, where the poster hangs, that nobody handles money, who is rung when something is wrong, and how either ends it
(Code of Fundraising Practice 2025, 7.5.1 and 7.5.3).
"""

from __future__ import annotations

VERSION = 1

WORDS = """\
1. You let us hang one poster or more of the Changing Lives Fund at the place you named. It stays ours.
2. People give with their own phones, to us. You handle no money, you are paid nothing, and nothing is taken from a gift for you.
3. Each poster names the charity, its registered number and how to reach it. Leave those words and the code uncovered.
4. Look at each poster when you open, once a week at least. If it is damaged, if anything is stuck on it, or if the place it names \
is not yours, take it down and ring us the same day. Do not put it right yourself.
5. Ask nobody to give. The poster is there for whoever wants to.
6. If somebody says they were asked for a password, a code from their bank or anything but a gift, ring us at once.
7. We print the posters and bring them. We may come by to look at them while you are open.
8. We keep your name and how to reach you to speak about the poster, and for nothing else. Once the last poster is down we forget \
them as our retention schedule says.
9. You can end this on any day, and so can we, without giving a reason. Take the poster down, and tell us so that its code is retired.
"""
