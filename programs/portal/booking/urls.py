"""The public pages, at /book/."""

from django.urls import path

from programs.portal.booking import asking, pages
from programs.portal.booking.doors import for_visitors

app_name = "online"
urlpatterns = [
    path("", for_visitors(pages.begin), name="begin"),
    path("questions/", for_visitors(pages.first_questions), name="safety"),
    path("questions/more/", for_visitors(pages.more_questions), name="more"),
    path("emergency/", for_visitors(pages.emergency), name="emergency"),
    path("ring-us/", for_visitors(pages.ring_us), name="ring_us"),
    path("visit/", for_visitors(pages.what_for), name="type"),
    path("times/", for_visitors(pages.when), name="times"),
    path("you/", for_visitors(asking.who), name="last"),
    path("code/", for_visitors(asking.code), name="code"),
    path("booked/", for_visitors(asking.booked), name="booked"),
]
