from django.apps import AppConfig


class SessionsLogConfig(AppConfig):
    name = "sessions_log"

    def ready(self) -> None:
        from outbox.control import reminder_makers
        from outbox.kinds import register
        from outbox.texts import register_texts
        from programmes.reminders import set_leads
        from schools.actions.removing import named_elsewhere
        from schools.asides import session_asides
        from schools.mailing.heirs import hand_on
        from sessions_log.asking_texts import ASKING_TEXTS
        from sessions_log.entries import is_named
        from sessions_log.handing_on import hand_on_key, hand_on_reminders
        from sessions_log.mail_kinds import KINDS
        from sessions_log.mail_texts import REMINDER_TEXTS
        from sessions_log.reminders import due
        from sessions_log.reminding.measures import leads_of_measures
        from sessions_log.views.asides import session_log

        session_asides.append(session_log)

        register_texts(*REMINDER_TEXTS, *ASKING_TEXTS)
        set_leads(leads_of_measures)
        reminder_makers.append(due)
        for kind in KINDS:
            register(kind)
        named_elsewhere.append(is_named)
        hand_on.extend([hand_on_reminders, hand_on_key])
