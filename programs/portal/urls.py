from django.urls import path

from programs.portal import calendar_views, found, measure_views, paper, question_views, views

app_name = "portal"
urlpatterns = [
    path("", views.today, name="today"),
    path("program/", views.program, name="program"),
    path("program/pdf/", paper.program_pdf, name="program_pdf"),
    path("calendar/", calendar_views.calendar, name="calendar"),
    path("calendar/<str:calendar_token>.ics", calendar_views.calendar_feed, name="calendar_feed"),
    path("found/", found.found, name="found"),
    path("log/", views.log, name="log"),
    path("logged/<int:log_id>/", views.logged, name="logged"),
    path("appointments/", views.appointments, name="appointments"),
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
