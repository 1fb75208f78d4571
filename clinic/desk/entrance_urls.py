"""The way in: landing pages, one-time links, health."""

from django.conf import settings
from django.urls import URLPattern, path

from clinic.desk.views import demo, entrance, health, stopping

urlpatterns: list[URLPattern] = [
    path("", entrance.home, name="home"),
    path("healthz", health.healthz, name="healthz"),
    path("stop-mail/<str:mail_key>/", stopping.stop_mail, name="unsubscribe"),
    path("sign-in/new", entrance.link_request, name="link_request"),
    path("sign-in/<str:token>", entrance.link, name="link"),
]

if settings.DEVELOPMENT_PAGES:
    urlpatterns.append(path("demo/", demo.demo, name="demo"))
