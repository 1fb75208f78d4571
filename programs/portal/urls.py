from django.urls import path

from programs.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.today, name="today"),
    path("program/", views.program, name="program"),
    path("log/", views.log, name="log"),
    path("logged/<int:log_id>/", views.logged, name="logged"),
    path("appointments/", views.appointments, name="appointments"),
]
