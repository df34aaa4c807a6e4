"""Paper slips, with which the person whom requests are for sees what was asked, pauses it, answers, complains, and stops a story."""
