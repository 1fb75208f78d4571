from django.apps import AppConfig


class PrescribingConfig(AppConfig):
    name = "programs.prescribing"
    verbose_name = "Prescribing"
