from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "clinic.ui"
    label = "ui"
    verbose_name = "How the pages look"
