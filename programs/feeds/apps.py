from django.apps import AppConfig


class FeedsConfig(AppConfig):
    name = "programs.feeds"
    verbose_name = "Calendar feeds"
