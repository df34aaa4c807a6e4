"""Gifts by cheque and bank: entered by one, checked by another, then gifts like any other."""
