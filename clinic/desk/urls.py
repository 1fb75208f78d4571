from django.urls import URLPattern, path

from clinic.desk import roster_urls
from clinic.desk.views import access_log, booking, contacts, day, moving, patients, registering, reminders

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", day.today, name="today"),
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
    path("access-log/", access_log.access_log, name="access_log"),
    path("reminders/", reminders.reminders, name="reminders"),
    path(
        "reminders/<int:patient_id>/<int:reminder_id>/resend/",
        reminders.resend_reminder,
        name="resend_reminder",
    ),
    *roster_urls.urlpatterns,
]
