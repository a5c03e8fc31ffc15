"""How reminders are decided, by noun. Begin with ``sessions_log/reminders.py``."""
