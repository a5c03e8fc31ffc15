"""Celery, configured by Django's settings. Each app's ``tasks`` are found by themselves."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vpc_portal.settings")

app = Celery("vpc_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
