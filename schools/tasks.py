"""What Celery's worker does for the schools' plans."""

from celery import shared_task
from django.utils import timezone

from schools.actions import runs
from schools.models import PlanRun


@shared_task
def lay_out_plans(run: int) -> None:
    """Lay out portion after portion, until nothing is left."""
    for found in PlanRun.objects.filter(pk=run):
        while runs.lay_out_portion(run=found, now=timezone.now()):
            pass
