"""The platform as its users meet it: real commands and real processes. `python -m tests.e2e.replay_through_servers`."""
