from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "clinic.reminders"
    verbose_name = "Reminders"

    def ready(self) -> None:
        from clinic.reminders import checks  # noqa: F401  # registers itself
