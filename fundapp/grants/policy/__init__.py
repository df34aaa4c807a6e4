"""What the standing policy allows, who must sign for what, and how much one person may have in a year."""
