"""The page that withdraws an announced release, with a reason that customers read."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from ..actions import announcing
from ..actions.checking import Problem
from ..actions.entering import CannotPublish
from ..actions.withdrawing import withdraw as take_back
from ..exchange import content as shape
from ..models import Objection, Release, ServiceProfile
from . import following, gate
from .entry_form import EntryForm, source_first
from .looking import done, just_entered


class WithdrawForm(EntryForm):
    TEXTS = ("reason",)


def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    if not request.user.has_perm("registry.publish_release"):
        raise PermissionDenied
    release = get_object_or_404(Release.objects.policies(), number=number)
    content = shape.decode(release.content)
    codes = source_first(content["languages"], content["source_language"])
    form = WithdrawForm(request.POST if request.method == "POST" else None, codes=codes)
    if request.method != "POST" or not form.is_valid():
        return _look(request, release, form)
    try:
        entry = take_back(number, reason=form.said("reason"), by=request.user)
    except CannotPublish as refused:
        release = Release.objects.select_related("ended_by__publication").get(number=number)
        ender = _ender(release)
        if ender and ender.is_withdrawal and just_entered(request, ender):
            return _withdrawn(request, ender)
        return _look(request, release, form, form.shown(refused.problems))
    return _withdrawn(request, entry)


def _withdrawn(request: HttpRequest, entry: Release) -> HttpResponse:
    return done(request, entry, _("Release %(number)s is withdrawn.") % {"number": entry.ends_id})


def _ender(release: Release) -> Release | None:
    return getattr(release, "ended_by", None)


def _look(
    request: HttpRequest, release: Release, form: WithdrawForm, problems: list[Problem] | None = None
) -> HttpResponse:
    """The form; for a release that is not announced, or no more, what has become of it instead."""
    profile = ServiceProfile.load()
    today = profile.today() if profile else release.announced_on
    announced = Release.objects.announced(today).filter(number=release.number).exists()
    gone = request.method == "POST" and not announced
    context: dict[str, Any] = {
        "release": release,
        "ender": _ender(release),
        "is_announced": announced,
        "gone": gone,
        "form": form,
        # That it is not announced is what the whole page says then.
        "problems": gate.refused(request, problems or [])[0] if announced else [],
    }
    if announced:
        in_force = Release.objects.in_force(today).first()
        objections = Objection.objects.waiting().filter(release=release).count()
        last = Release.objects.end_of_chain()
        number = last.number + 1 if last else 1
        told = announcing.reach({"type": Release.Type.WITHDRAWAL.value, "number": number, "ends": release.number})
        context["follows"] = following.of_withdrawal(release, in_force, today, objections=objections, told=told)
    title = _("Withdraw release %(number)s") % {"number": release.number}
    around = {**admin.site.each_context(request), "title": title, "opts": Release._meta}
    status = 409 if gone else 200
    return TemplateResponse(request, "admin/registry/release/withdraw.html", {**around, **context}, status=status)
