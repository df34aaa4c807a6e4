"""What the Fund holds about people: for how long, and what they may ask of it. And the audit trail's daily seal."""
