"""The clinician's pages. An address names the patient and the row, and the row is fetched through the patient."""

from django.urls import path

from assessments.charting.views import (
    amend,
    calendar,
    chart,
    day,
    overruled,
    paper,
    recording,
    result,
    rule_book,
    screen,
    start,
)

app_name = "charting"
urlpatterns = [
    path("", day.today, name="today"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<str:clinician_token>.ics", calendar.calendar_feed, name="calendar_feed"),
    path("overruled/", overruled.overruled, name="overruled"),
    path("rules/", rule_book.newest, name="rules"),
    path("rules/<str:label>/", rule_book.rule_book, name="rule_book"),
    path("patients/", day.patients, name="patients"),
    path("patients/<int:patient_id>/", chart.patient, name="patient"),
    path("patients/<int:patient_id>/screens/", start.start, name="screen_start"),
    path("patients/<int:patient_id>/screens/<int:screen_id>/answers/", screen.answers, name="answers"),
    path("patients/<int:patient_id>/screens/<int:screen_id>/amend/", amend.amend, name="amend"),
    path("patients/<int:patient_id>/screens/<int:screen_id>/withdraw/", amend.withdraw, name="withdraw"),
    path("patients/<int:patient_id>/screens/<int:screen_id>/pdf/", paper.pdf, name="pdf"),
    path("patients/<int:patient_id>/screens/<int:screen_id>/find/", screen.find, name="find"),
    path("patients/<int:patient_id>/screens/<int:screen_id>/sign/", screen.sign, name="sign"),
    path(
        "patients/<int:patient_id>/screens/<int:screen_id>/in/<slug:section>/", screen.section, name="screen"
    ),
    path(
        "patients/<int:patient_id>/screens/<int:screen_id>/recordings/",
        recording.recordings,
        name="recordings",
    ),
    path(
        "patients/<int:patient_id>/screens/<int:screen_id>/recordings/<int:recording_id>/remove/",
        recording.remove,
        name="recording_remove",
    ),
    path("patients/<int:patient_id>/recordings/<int:recording_id>/", recording.recording, name="recording"),
    path("patients/<int:patient_id>/results/<int:result_id>/", result.triage, name="triage"),
    path(
        "patients/<int:patient_id>/results/<int:result_id>/impression/", result.impression, name="impression"
    ),
    path("patients/<int:patient_id>/results/<int:result_id>/decision/", result.decide, name="decide"),
    path("patients/<int:patient_id>/results/<int:result_id>/tell/", result.tell, name="tell"),
]
