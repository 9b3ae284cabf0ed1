"""What people do: one module per act. Each act loads, asks the domain, stores and appends its event, in one unit of work."""
