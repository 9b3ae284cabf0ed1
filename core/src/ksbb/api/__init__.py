"""The HTTP API under `/api/v1`: one file per resource on a common foundation."""
