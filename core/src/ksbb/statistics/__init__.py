"""Roll-ups: what was committed and handed over, and which areas are helped."""
