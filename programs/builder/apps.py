from django.apps import AppConfig


class BuilderConfig(AppConfig):
    name = "programs.builder"
