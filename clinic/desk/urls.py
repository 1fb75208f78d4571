from django.urls import URLPattern, path

from clinic.desk.views import reminders

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("reminders/", reminders.reminders, name="reminders"),
    path(
        "reminders/<int:patient_id>/<int:reminder_id>/resend/",
        reminders.resend_reminder,
        name="resend_reminder",
    ),
]
