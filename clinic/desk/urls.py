from django.urls import URLPattern, path

from clinic.desk.views import (
    access_log,
    booking,
    contacts,
    day,
    moving,
    patients,
    putting,
    registering,
    reminders,
    weeks,
)

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", day.today, name="today"),
    path("day/version/", day.day_version, name="day_version"),
    path("day/part/", day.day_part, name="day_part"),
    path("week/", weeks.week, name="week"),
    path("month/", weeks.month, name="month"),
    path("book/", booking.book, name="book"),
    path("patients/", patients.search_patients, name="patients"),
    path("patients/register/", registering.register, name="register"),
    path("patients/<int:patient_id>/", patients.record, name="patient"),
    path("patients/<int:patient_id>/edit/", patients.edit, name="edit_patient"),
    path("patients/<int:patient_id>/contacts/new/", contacts.add, name="add_channel"),
    path("patients/<int:patient_id>/contacts/<int:channel_id>/consent/", contacts.consent, name="consent"),
    path("patients/<int:patient_id>/sign-in-link/", contacts.send_link, name="send_link"),
    path(
        "patients/<int:patient_id>/appointments/<int:appointment_id>/status/",
        day.appointment_status,
        name="appointment_status",
    ),
    path(
        "patients/<int:patient_id>/appointments/<int:appointment_id>/move/",
        moving.move,
        name="move",
    ),
    path(
        "patients/<int:patient_id>/appointments/<int:appointment_id>/put/",
        putting.put,
        name="put",
    ),
    path(
        "patients/<int:patient_id>/appointments/<int:appointment_id>/undo/",
        putting.undo,
        name="undo",
    ),
    path("access-log/", access_log.access_log, name="access_log"),
    path("reminders/", reminders.reminders, name="reminders"),
    path(
        "reminders/<int:patient_id>/<int:reminder_id>/resend/",
        reminders.resend_reminder,
        name="resend_reminder",
    ),
]
