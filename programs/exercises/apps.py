from django.apps import AppConfig


class ExercisesConfig(AppConfig):
    name = "programs.exercises"

    def ready(self) -> None:
        from programs.exercises import checks  # noqa: F401  (registers them)
