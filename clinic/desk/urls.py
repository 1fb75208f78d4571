from django.urls import URLPattern, path

from clinic.desk import roster_urls
from clinic.desk.views import (
    access_log,
    booking,
    contacts,
    day,
    finding,
    moving,
    numbers,
    offering,
    overbooked,
    patients,
    registering,
    reminders,
    series,
    series_rest,
    wait_list,
)

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", day.today, name="today"),
    path("book/", booking.book, name="book"),
    path("book/find/", finding.find_time, name="find_time"),
    path("overbooked/", overbooked.overbooked, name="overbooked"),
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
    path("patients/<int:patient_id>/series/new/", series.new_series, name="new_series"),
    path(
        "patients/<int:patient_id>/appointments/<int:appointment_id>/series/",
        series_rest.series,
        name="series",
    ),
    path(
        "patients/<int:patient_id>/appointments/<int:appointment_id>/series/move/",
        series_rest.move_series,
        name="move_series",
    ),
    path(
        "patients/<int:patient_id>/appointments/<int:appointment_id>/series/cancel/",
        series_rest.cancel_series,
        name="cancel_series",
    ),
    path("wait-list/", wait_list.wait_list, name="wait_list"),
    path("wait-list/to-be-seen/", wait_list.to_be_seen, name="to_be_seen"),
    path("wait-list/settings/", wait_list.policy, name="wait_policy"),
    path("patients/<int:patient_id>/wait/", wait_list.add, name="wait"),
    path("patients/<int:patient_id>/wait/<int:entry_id>/", wait_list.change, name="wait_change"),
    path("who-waits/", offering.who_waits, name="who_waits"),
    path("offers/", offering.offer_time, name="offer_time"),
    path("offers/<uuid:round_id>/take-back/", offering.take_back, name="take_offer_back"),
    path("access-log/", access_log.access_log, name="access_log"),
    path("numbers/", numbers.numbers, name="numbers"),
    path("numbers.csv", numbers.numbers_csv, name="numbers_csv"),
    path("reminders/", reminders.reminders, name="reminders"),
    path(
        "reminders/<int:patient_id>/<int:reminder_id>/resend/",
        reminders.resend_reminder,
        name="resend_reminder",
    ),
    *roster_urls.urlpatterns,
]
