"""Peers: the same twelve transitions with a history row each on PostgreSQL, the way each library means them.

Each is a script with its own exact dependencies in its head (`uv run --script`), so that the project's resolution knows
nothing of them; where uv or a package can't be had, the peer is left out, and the report says so. Python has one worker
process everywhere; libraries without asyncio get a thread for each case under way.
"""
