"""Objections to announced changes."""

from django.contrib import admin

from ..models import Objection
from .readonly import ReadOnly


@admin.register(Objection)
class ObjectionAdmin(ReadOnly):
    list_display = ("reference", "release", "state")
