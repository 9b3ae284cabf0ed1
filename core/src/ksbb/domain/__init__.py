"""The field's rules in pure Python: quantities and their conservation, stages, parties, areas, targets, needs, rights."""
