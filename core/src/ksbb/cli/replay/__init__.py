"""The replay: a made-up, deterministic history of KSBB in which every published figure comes out exactly."""
