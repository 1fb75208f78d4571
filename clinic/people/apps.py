from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "clinic.people"
    verbose_name = "People"

    def ready(self) -> None:
        from clinic.people import checks  # noqa: F401  # registers them
