"""Series: one plan, many dates."""
