"""The portal's wiring. Celery is imported here, so that every process knows its tasks."""

from vpc_portal.celery import app as celery_app

__all__ = ["celery_app"]
