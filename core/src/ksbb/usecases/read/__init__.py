"""Queries: what people may read, each with the right that it needs."""
