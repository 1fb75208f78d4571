"""The development mailbox; included only while DEBUG is on."""

from django.urls import path

from clinic.desk.views import mailbox

app_name = "mailbox"
urlpatterns = [
    path("", mailbox.mailbox, name="list"),
    path("<str:file>/<int:place>/", mailbox.message, name="message"),
    path("<str:file>/<int:place>/answer/", mailbox.answer, name="answer"),
]
