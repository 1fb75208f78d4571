from django.apps import AppConfig


class OutcomesConfig(AppConfig):
    name = "programs.outcomes"
    verbose_name = "Outcome measures"

    def ready(self) -> None:
        from programs.outcomes import checks  # noqa: F401  (registers them)
