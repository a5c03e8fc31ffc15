"""What changed beside the work: indicators, their comparisons, and how they are read in."""
