"""A log names its warning signs. One “something sudden” of before becomes the symptom of that name; nothing is lost."""

import django.contrib.postgres.fields
from django.db import migrations, models

# The rows stay as written for everybody else: only this step may say the same in the new column.
FORWARD = """
alter table plans_sessionlog disable trigger logged_sessions_stay_as_written;
update plans_sessionlog set symptoms = '{sudden}' where sudden;
alter table plans_sessionlog enable trigger logged_sessions_stay_as_written;
"""
BACK = """
alter table plans_sessionlog disable trigger logged_sessions_stay_as_written;
update plans_sessionlog set sudden = true where cardinality(symptoms) > 0;
alter table plans_sessionlog enable trigger logged_sessions_stay_as_written;
"""
KNOWN = ["sudden_pain", "pop", "bruise", "swelling", "limp", "numbness", "sudden"]


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0003_a_program_can_be_ended"),
        ("triage", "0005_own_impressions_and_rechecks"),
    ]
    operations = [
        migrations.AddField(
            model_name="sessionlog",
            name="symptoms",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20),
                blank=True,
                default=list,
                help_text="Warning signs (triage's Symptom).",
                size=None,
            ),
        ),
        migrations.RunSQL(FORWARD, BACK),
        migrations.RemoveField(model_name="sessionlog", name="sudden"),
        migrations.AddConstraint(
            model_name="sessionlog",
            constraint=models.CheckConstraint(
                name="symptoms_of_a_session_are_known",
                condition=models.Q(symptoms__contained_by=KNOWN),
            ),
        ),
    ]
