"""Everything that writes more than one form's own row, by noun."""
