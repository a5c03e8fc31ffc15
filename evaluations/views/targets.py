"""What the leadership aims at in each figure."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.requests import GET_OR_POST, SignedInRequest
from evaluations.actions import set_targets
from evaluations.addresses import address
from evaluations.definitions import DEFINITIONS
from evaluations.forms import TargetsForm
from evaluations.policies import user_can_set_targets
from evaluations.selection import selected
from evaluations.targets import history_of


@GET_OR_POST
def targets(request: SignedInRequest) -> HttpResponse:
    """The targets of the selection's programme, from its school year on."""
    today = timezone.localdate()
    if not user_can_set_targets(request.user, today):
        raise PermissionDenied
    selection = selected(request.GET, today)
    if selection is None:
        return render(request, "evaluations/overview_empty.html")
    form = TargetsForm(request.POST or None, holds=selection.targets)
    if request.method == "POST" and form.is_valid() and selection.mended:
        form.add_error(None, selection.mended)
    if request.method == "POST" and form.is_valid():
        set_targets(
            programme_year=selection.programme_year, percents=form.percents, by=request.user, now=timezone.now()
        )
        messages.success(request, _("The targets from %(year)s are saved.") % {"year": selection.year})
        return redirect(address(selection, "overview"))
    history = [(row, DEFINITIONS[row.figure].title) for row in history_of(selection.programme_year)]
    context = {"selection": selection, "form": form, "history": history}
    return render(request, "evaluations/targets.html", context)
