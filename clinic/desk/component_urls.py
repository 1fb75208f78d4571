"""The components' pages, only while DEBUG is on. They live here because clinic.ui lies below the guards."""

from django.urls import path

from clinic.audit.guards import open_to_everyone
from clinic.ui import gallery

shown = open_to_everyone(because="made-up people only, and only while DEBUG is on")

app_name = "ui"
urlpatterns = [
    path("", shown(gallery.gallery), name="gallery"),
    path("refused/", shown(gallery.refused), name="refused"),
    path("patient/", shown(gallery.phone), name="phone"),
]
