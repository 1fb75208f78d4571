from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "programs.plans"
    verbose_name = "Programs"
