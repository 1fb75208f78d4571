"""Visits booked before buffers existed hold their time until they end."""

from django.db import migrations
from django.db.models import F


def until_they_end(apps, schema_editor):
    apps.get_model("booking", "Appointment").objects.filter(held_until=None).update(held_until=F("ends_at"))


class Migration(migrations.Migration):
    dependencies = [("booking", "0002_what_a_calendar_holds")]

    operations = [migrations.RunPython(until_they_end, migrations.RunPython.noop)]
