"""The engine's adapter: Prefect embedded or on a server, claims on the outbox, dispatcher and worker, core's own flows."""
