"""How early a visit of a type is reminded of: blank as the clinic has it, 0 not at all."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('booking', '0006_visits_are_found_by_clinician_and_time'),
        ('people', '0002_texts_are_agreed_to_and_channels_stop'),
    ]

    operations = [
        migrations.AddField(
            model_name='appointmenttype',
            name='first_reminder_days',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Days before the visit its first reminder goes out; 0: none goes, blank: as the clinic has it.', null=True),
        ),
        migrations.AddField(
            model_name='appointmenttype',
            name='last_reminder_hours',
            field=models.PositiveSmallIntegerField(blank=True, help_text='Hours before the visit its last reminder goes out; 0: none goes, blank: as the clinic has it.', null=True),
        ),
        migrations.AddConstraint(
            model_name='appointmenttype',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('first_reminder_days', None), ('first_reminder_days__lte', 14), _connector='OR'), models.Q(('last_reminder_hours', None), ('last_reminder_hours__lte', 24), _connector='OR')), name='reminders_of_a_type_come_in_its_last_two_weeks'),
        ),
    ]
