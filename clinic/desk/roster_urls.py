"""Managers' pages about what can be booked and when people work; part of clinic.desk.urls."""

from django.urls import URLPattern, path

from clinic.desk.views import absences, importing, resources, rosters, types

urlpatterns: list[URLPattern] = [
    path("hours/", rosters.hours, name="hours"),
    path("hours/holidays/new/", absences.add_holiday, name="add_holiday"),
    path("hours/away/<int:absence_id>/", absences.absence, name="absence"),
    path("hours/<int:clinician_id>/", rosters.roster, name="roster"),
    path("hours/<int:clinician_id>/week/", rosters.change_week, name="change_week"),
    path("hours/<int:clinician_id>/away/new/", absences.add_absence, name="add_absence"),
    path("hours/<int:clinician_id>/extra/new/", absences.add_extra_hours, name="add_extra_hours"),
    path(
        "hours/<int:clinician_id>/extra/<int:extra_id>/remove/",
        absences.remove_extra_hours,
        name="remove_extra_hours",
    ),
    path("hours/<int:clinician_id>/import/", importing.import_calendar, name="import_calendar"),
    path("hours/<int:clinician_id>/import/remove/", importing.remove_import, name="remove_import"),
    path("types/", types.types, name="types"),
    path("types/new/", types.make, name="make_type"),
    path("types/<int:type_id>/", types.change, name="change_type"),
    path("types/<int:type_id>/retire/", types.retire, name="retire_type"),
    path("rooms/", resources.resources, name="resources"),
    path("rooms/<int:resource_id>/", resources.resource, name="resource"),
    path("rooms/kinds/<int:kind_id>/", resources.kind, name="resource_kind"),
]
