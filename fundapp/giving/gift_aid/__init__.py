"""Gift Aid: what donors declare, which gifts it covers, and who may look."""
