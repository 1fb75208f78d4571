"""A patient chooses when they are reminded at home; what was logged or released lately is found by its time."""

import datetime
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0002_texts_are_agreed_to_and_channels_stop'),
        ('plans', '0006_mornings_and_waivers_stay'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReminderTimes',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sessions_at', models.TimeField(blank=True, help_text='On days with a session; null: not at all.', null=True)),
                ('mornings', models.CharField(choices=[('hard', 'After a session that hurt'), ('each', 'After each session'), ('none', 'Never')], default='hard', max_length=10)),
                ('mornings_at', models.TimeField(default=datetime.time(9, 0))),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'reminder times',
            },
        ),
        migrations.AddIndex(
            model_name='sessionlog',
            index=models.Index(fields=['logged_at'], name='sessions_by_time'),
        ),
        migrations.AddIndex(
            model_name='version',
            index=models.Index(fields=['released_at'], name='versions_by_release'),
        ),
        migrations.AddField(
            model_name='remindertimes',
            name='patient',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reminder_times', to='people.patient'),
        ),
        migrations.AddConstraint(
            model_name='remindertimes',
            constraint=models.CheckConstraint(condition=models.Q(('mornings__in', ['hard', 'each', 'none'])), name='mornings_are_asked_about_as_we_know'),
        ),
    ]
