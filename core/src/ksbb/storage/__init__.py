"""Storage: tables, the unit of work with its events and outbox, and the migrations. SQLite and PostgreSQL alike."""
