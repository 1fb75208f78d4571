"""The constraints look at the held time from now on, buffers included, and at resources too."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("booking", "0003_every_visit_says_until_when_its_time_is_held")]

    operations = [
        migrations.AlterField(
            model_name="appointment",
            name="held_until",
            field=models.DateTimeField(help_text="Its end and the buffer after it."),
        ),
        migrations.RemoveConstraint(
            model_name='appointment',
            name='one_appointment_at_a_time',
        ),
        migrations.RemoveConstraint(
            model_name='appointment',
            name='an_appointment_ends_after_it_starts',
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('overbooked_because', ''), ('status__in', ['arrived', 'booked', 'confirmed', 'done', 'in_session'])), expressions=[(models.Func('clinician', 'clinician', models.Value('[]'), function='int8range', output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField()), '&&'), (models.Func('starts_at', 'held_until', function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='one_appointment_at_a_time', violation_error_message='That time is taken. Pick another.'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('overbooked_because', ''), ('status__in', ['arrived', 'booked', 'confirmed', 'done', 'in_session']), ('resource__isnull', False)), expressions=[(models.Func('resource', 'resource', models.Value('[]'), function='int8range', output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField()), '&&'), (models.Func('starts_at', 'held_until', function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='one_appointment_of_a_resource_at_a_time', violation_error_message='That time is taken. Pick another.'),
        ),
        migrations.AddConstraint(
            model_name='appointment',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at')), ('held_until__gte', models.F('ends_at'))), name='an_appointment_ends_after_it_starts'),
        ),
    ]
