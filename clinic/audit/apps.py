from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "clinic.audit"
    verbose_name = "Who read or changed whose record"

    def ready(self) -> None:
        from clinic.audit.actions import record
        from clinic.people import journal

        journal.install(record)
