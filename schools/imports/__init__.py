"""Classes read in from CSV and XLSX: files in, rows out, then what they would change."""
