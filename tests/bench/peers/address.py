"""Addresses of databases, in the forms that peers want. Standard library only."""

from urllib.parse import parse_qs, unquote, urlsplit


def plain(url: str) -> str:
    """The URL for libpq and psycopg."""
    return url.replace("postgresql+asyncpg://", "postgresql://", 1)


def django(url: str) -> dict[str, object]:
    """The URL as Django's setting of a database, with connections that are kept."""
    parts = urlsplit(plain(url))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or parse_qs(parts.query).get("host", [""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
    }
