"""Only included while DEBUG is on (clinic/config/urls.py)."""

from django.urls import path

from clinic.ui import gallery

app_name = "ui"
urlpatterns = [
    path("", gallery.gallery, name="gallery"),
    path("refused/", gallery.refused, name="refused"),
    path("patient/", gallery.phone, name="phone"),
]
