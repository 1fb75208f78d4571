"""`{% load booking_online %}{% online_booking_url as url %}`: where people book online; empty where nothing is open."""

from django import template
from django.urls import reverse
from django.utils import timezone

from clinic.booking.online import bookable_online

register = template.Library()


@register.simple_tag
def online_booking_url() -> str:
    """The public page lies above the desk, so it is named as a string."""
    return reverse("online:begin") if bookable_online(timezone.localdate()).exists() else ""
