from django.apps import AppConfig


class SessionsLogConfig(AppConfig):
    name = "sessions_log"

    def ready(self) -> None:
        from outbox.kinds import Kind, register
        from sessions_log.mails import compose_approaching, compose_missing, compose_plan
        from sessions_log.models import ReminderItem

        reminder = ReminderItem.Kind
        register(Kind(reminder.TERM_PLAN, reminder.TERM_PLAN.label, compose_plan, can_wait=True))
        register(Kind(reminder.APPROACHING, reminder.APPROACHING.label, compose_approaching, can_wait=True))
        register(Kind(reminder.LOG_MISSING, reminder.LOG_MISSING.label, compose_missing, can_wait=True))
