"""Proposals of who gets how much: asked for, computed by `ksbb.allocation`, edited, approved, carried out."""
