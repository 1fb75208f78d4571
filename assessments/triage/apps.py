from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "assessments.triage"

    def ready(self) -> None:
        from assessments.triage import checks  # noqa: F401  (registers them)
