"""Types and hours as they are kept, to look at. They are changed on the desk's own pages, through actions."""

from django.contrib import admin

from clinic.booking.models import Absence, AppointmentType, Resource, WorkingHours
from clinic.people.admin import ReadOnly


@admin.register(AppointmentType)
class AppointmentTypeAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = [
        "name",
        "minutes",
        "buffer_minutes",
        "needs",
        "is_assessment",
        "bookable_online",
        "retired_on",
    ]
    list_select_related = ["needs"]


@admin.register(Resource)
class ResourceAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["name", "kind", "retired_on"]
    list_select_related = ["kind"]


@admin.register(WorkingHours)
class WorkingHoursAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["clinician", "weekday", "starts", "ends", "from_day", "until_day", "every_weeks"]
    list_select_related = ["clinician__account"]


@admin.register(Absence)
class AbsenceAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["kind", "clinician", "starts_at", "ends_at"]
    list_select_related = ["clinician__account"]
