"""The portal's wiring. Celery is made here, so that its tasks know it in every process."""

from vpc_portal.celery import app as celery_app

__all__ = ["celery_app"]
