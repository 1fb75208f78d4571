from django.apps import AppConfig


class BuilderConfig(AppConfig):
    name = "programs.builder"

    def ready(self) -> None:
        from programs.builder import checks  # noqa: F401  (registers them)
