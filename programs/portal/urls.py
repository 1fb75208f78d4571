from django.urls import path

from programs.portal import found, question_views, views

app_name = "portal"
urlpatterns = [
    path("", views.today, name="today"),
    path("program/", views.program, name="program"),
    path("found/", found.found, name="found"),
    path("log/", views.log, name="log"),
    path("logged/<int:log_id>/", views.logged, name="logged"),
    path("appointments/", views.appointments, name="appointments"),
    path("questions/", question_views.begin, name="questions"),
    path("questions/thanks/", question_views.done, name="questions_done"),
    path("questions/ask/<slug:item>/", question_views.question, name="question"),
    path("questions/ask/<slug:item>/ring-us/", question_views.warning, name="question_warning"),
]
