from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "programs.demo"
    verbose_name = "Demo clinic"
