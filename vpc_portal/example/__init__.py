"""A made-up municipality for the demo, made by the portal's own actions. Nothing in it exists.

The same seed and day give the same municipality.
"""
