"""A signed-in patient's own, at /my/book/."""

from django.urls import path

from programs.portal.booking import own, pages
from programs.portal.booking.doors import for_own_visits

app_name = "booking"
urlpatterns = [
    path("", for_own_visits(pages.begin), name="begin"),
    path("questions/", for_own_visits(pages.first_questions), name="safety"),
    path("emergency/", for_own_visits(pages.emergency), name="emergency"),
    path("ring-us/", for_own_visits(pages.ring_us), name="ring_us"),
    path("visit/", for_own_visits(pages.what_for), name="type"),
    path("times/", for_own_visits(pages.when), name="times"),
    path("check/", for_own_visits(own.check), name="last"),
    path("booked/", for_own_visits(own.booked), name="booked"),
]
