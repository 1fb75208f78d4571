"""Audit rows, to look at. They are never added, changed or deleted by hand; the database refuses it too."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from clinic.audit.models import Entry
from clinic.people.admin import ReadOnly, WritesDownReads
from clinic.people.models import Patient


@admin.register(Entry)
class EntryAdmin(ReadOnly, WritesDownReads, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "account", "job", "role", "action", "patient", "what", "page", "request_id")
    list_select_related = ("account", "patient")
    list_filter = ("action", "role")
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        return super().get_queryset(request).select_related("account", "patient")

    def patients_of(self, rows: list[Any]) -> list[Patient]:
        return [row.patient for row in rows if row.patient is not None]
