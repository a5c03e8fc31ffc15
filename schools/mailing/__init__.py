"""What the app tells people by mail: letters, the links in them, and what each reader was last told."""
