"""How reminders are decided, by noun; ``sessions_log/reminders.py`` is where to begin."""
