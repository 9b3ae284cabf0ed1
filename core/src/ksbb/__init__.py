"""KSBB: software that carries aid from a commitment to a documented handover."""
