"""A made-up municipality for the demo, made by the portal's own actions. The same seed and day give the same
municipality."""
