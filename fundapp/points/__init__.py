"""Collection points: where the posters hang, and the codes on them."""
