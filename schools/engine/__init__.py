"""How a plan is laid out: places in the year, who sits in them, in which weeks, and what cannot be kept."""
