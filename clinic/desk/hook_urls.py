"""Where providers call. Which address to give them: clinic/decisions/2026-11-channels.md."""

from django.urls import path

from clinic.desk.views import hooks

app_name = "hooks"
urlpatterns = [
    path("texts/status/", hooks.texts_status, name="texts_status"),
    path("texts/incoming/", hooks.texts_incoming, name="texts_incoming"),
    path("mail/", hooks.mail, name="mail"),
]
