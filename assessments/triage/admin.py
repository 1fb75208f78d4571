"""What managers may set about results. Results and answers themselves change only through actions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from assessments.triage.models import TriageSettings
from clinic.audit.actions import record
from clinic.audit.models import Entry


@admin.register(TriageSettings)
class TriageSettingsAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["__str__", "impression_first"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not TriageSettings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: TriageSettings, *told: Any) -> None:
        super().save_model(request, obj, *told)
        state = "on" if obj.impression_first else "off"
        record(
            action=Entry.Action.CHANGED,
            patient=None,
            by=request.user,  # type: ignore[arg-type]  # the guard let managers in, nobody else
            what=f"impression first: {state}",
        )
