"""The books in forms that other programs read, a module each. `registry` lists them."""
