from django.apps import AppConfig


class ChartingConfig(AppConfig):
    name = "assessments.charting"
    verbose_name = "Charting"
