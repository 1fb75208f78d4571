"""A patient may say “not today” of a day; that stays as said, as logged sessions do."""

import django.db.models.deletion
from django.db import migrations, models

STAYS = """
create trigger logged_sessions_stay_as_written before update or delete on plans_nottoday
    for each row execute function logged_sessions_stay_as_written();
"""
BACK = "drop trigger logged_sessions_stay_as_written on plans_nottoday;"


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_texts_are_agreed_to_and_channels_stop'),
        ('plans', '0007_patients_choose_when_they_are_reminded'),
    ]

    operations = [
        migrations.CreateModel(
            name='NotToday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on_day', models.DateField(help_text="A day in the patient's own zone.")),
                ('said_at', models.DateTimeField()),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='not_todays', to='people.patient')),
            ],
            options={
                'verbose_name_plural': 'not todays',
                'ordering': ['-on_day', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('patient', 'on_day'), name='a_day_is_put_off_once')],
            },
        ),
        migrations.RunSQL(STAYS, BACK),
    ]
