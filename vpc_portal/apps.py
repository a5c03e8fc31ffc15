from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "vpc_portal"

    def ready(self) -> None:
        from vpc_portal.logs import shorten_secrets

        shorten_secrets()
