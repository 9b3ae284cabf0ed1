"""Write the README: `python -m ksbb.testing.quality`."""

from ksbb.testing.quality.readme import README, written

README.write_text(written(), "utf-8")
