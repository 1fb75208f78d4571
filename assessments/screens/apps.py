from django.apps import AppConfig


class ScreensConfig(AppConfig):
    name = "assessments.screens"

    def ready(self) -> None:
        from assessments.screens import checks  # noqa: F401  (registers them)
