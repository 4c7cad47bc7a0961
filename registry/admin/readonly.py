"""Entries that come, change and go by verbs, and never by a form of the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class NeitherAddedNorDeleted(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NeitherAddedNorDeleted):
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
