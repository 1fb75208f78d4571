"""Imported calendars are told apart by name; those there are get one. The desk says whether a newcomer is new.

Links to visits that are long over are found by when the visit began, to be forgotten.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

UNTIL_NOW = "Other calendar"


def name_those_there_are(apps, schema_editor):
    apps.get_model("booking", "Absence").objects.exclude(imported_as="").update(imported_from=UNTIL_NOW)


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0004_buffers_and_resources_are_held_too"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="absence",
            name="imported_from",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Which calendar that is, as the manager calls it.",
                max_length=60,
            ),
            preserve_default=False,
        ),
        migrations.RunPython(name_those_there_are, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="absence", name="an_imported_absence_is_listed_once"),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("imported_as", ""), _negated=True),
                fields=("clinician", "imported_from", "imported_as"),
                name="an_imported_absence_is_listed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("imported_as", ""), ("imported_from", "")),
                    models.Q(
                        models.Q(("imported_as", ""), _negated=True),
                        models.Q(("imported_from", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="an_imported_absence_says_from_where",
            ),
        ),
        migrations.AddIndex(
            model_name="appointmentlink",
            index=models.Index(fields=["starts_at"], name="visit_links_to_forget"),
        ),
        migrations.CreateModel(
            name="NewcomerCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("checked_at", models.DateTimeField()),
                (
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="newcomer_check",
                        to="people.patient",
                    ),
                ),
                (
                    "same_as",
                    models.ForeignKey(
                        blank=True,
                        help_text="None: it is another person.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.patient",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("same_as__isnull", True),
                            models.Q(("same_as", models.F("patient")), _negated=True),
                            _connector="OR",
                        ),
                        name="a_record_is_not_its_own_double",
                    )
                ],
            },
        ),
    ]
