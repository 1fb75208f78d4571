from django.urls import include, path

from programs.portal import (
    app_views,
    calendar_views,
    found,
    measure_views,
    paper,
    question_views,
    session_views,
    views,
)

app_name = "portal"
urlpatterns = [
    path("", views.today, name="today"),
    path("session/", session_views.session, name="session"),
    path("program/", views.program, name="program"),
    path("progress/", views.progress, name="progress"),
    path("program/pdf/", paper.program_pdf, name="program_pdf"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/<str:calendar_token>.ics", calendar_views.calendar_feed, name="calendar_feed"),
    path("found/", found.found, name="found"),
    path("log/", session_views.log, name="log"),
    path("log/send/", session_views.send, name="send"),
    path("coming/", session_views.coming, name="coming"),
    path("coming/figures/", session_views.figures, name="figures"),
    path("logged/<int:log_id>/", views.logged, name="logged"),
    path("logged/<int:log_id>/morning/", views.morning, name="morning"),
    path("offline/", app_views.offline, name="offline"),
    path("worker.js", app_views.worker, name="worker"),
    path("appointments/", views.appointments, name="appointments"),
    path("book/", include("programs.portal.booking.own_urls")),
    path("measures/", measure_views.measures, name="measures"),
    path("measures/ask/<slug:measure>/", measure_views.measure, name="measure"),
    path("measures/activities/", measure_views.activities, name="activities"),
    path("measures/activities/<int:activity_id>/", measure_views.activity, name="activity"),
    path("measures/activities/<int:activity_id>/off/", measure_views.retire_activity, name="activity_off"),
    path("questions/", question_views.begin, name="questions"),
    path("questions/where/", question_views.where, name="questions_where"),
    path("questions/<slug:place>/thanks/", question_views.done, name="questions_done"),
    path("questions/<slug:place>/ask/<slug:item>/", question_views.question, name="question"),
    path("questions/<slug:place>/ask/<slug:item>/ring-us/", question_views.warning, name="question_warning"),
]
