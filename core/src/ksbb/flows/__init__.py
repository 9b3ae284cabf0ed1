"""The engine's adapter: Prefect in this process, the dispatcher that hands it the outbox, core's own flows."""
