"""What managers may set about the calendar. Appointments themselves change only through actions."""

from django.contrib import admin

from clinic.booking.models import AppointmentType, WorkingHours


@admin.register(AppointmentType)
class AppointmentTypeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["name", "minutes", "is_assessment"]


@admin.register(WorkingHours)
class WorkingHoursAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ["clinician", "weekday", "starts", "ends"]
    list_select_related = ["clinician__account"]
