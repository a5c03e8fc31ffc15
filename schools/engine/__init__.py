"""How a plan is laid out: places in the year, which session takes each, in which week, and which rules cannot be
kept."""
