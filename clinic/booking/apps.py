from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "clinic.booking"
    verbose_name = "Booking"
