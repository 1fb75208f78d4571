"""Named in INSTALLED_APPS in place of Django's own admin."""

from django.contrib.admin.apps import AdminConfig


class SettingsConfig(AdminConfig):
    """Django's admin with our site in it (clinic/desk/admin_site.py)."""

    default_site = "clinic.desk.admin_site.ClinicAdmin"
