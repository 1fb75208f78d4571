"""Photos and videos of a screen; the database itself refuses to add, alter or remove one once it is signed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FORWARD = """
create function recordings_of_signed_screens_stay_as_written() returns trigger language plpgsql as $$
begin
    if exists (
        select 1 from screens_screen
        where signed_at is not null
          and (tg_op <> 'DELETE' and id = new.screen_id or tg_op <> 'INSERT' and id = old.screen_id)
    ) then
        raise exception 'recordings of a signed screen stay as written: % refused', tg_op
            using errcode = 'restrict_violation';
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    return new;
end $$;
create trigger recordings_of_signed_screens_stay_as_written before insert or update or delete on screens_recording
    for each row execute function recordings_of_signed_screens_stay_as_written();
"""
BACK = """
drop trigger recordings_of_signed_screens_stay_as_written on screens_recording;
drop function recordings_of_signed_screens_stay_as_written();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('screens', '0002_signed_screens_stay_as_written'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Recording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('section', models.CharField(max_length=60)),
                ('test', models.CharField(blank=True, max_length=60)),
                ('kind', models.CharField(choices=[('photo', 'Photo'), ('video', 'Video')], max_length=5)),
                ('stored_name', models.CharField(max_length=32)),
                ('content_type', models.CharField(max_length=20)),
                ('bytes', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('caption', models.CharField(blank=True, max_length=200)),
                ('added_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('removed_because', models.CharField(blank=True, max_length=200)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('removed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('screen', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recordings', to='screens.screen')),
            ],
            options={
                'ordering': ['added_at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('stored_name',), name='a_recording_has_a_file_of_its_own'), models.CheckConstraint(condition=models.Q(('bytes__gte', 1)), name='a_recording_is_not_empty'), models.CheckConstraint(condition=models.Q(models.Q(('content_type', 'image/jpeg'), ('kind', 'photo')), models.Q(('content_type__in', ['video/mp4', 'video/quicktime', 'video/webm']), ('kind', 'video')), _connector='OR'), name='a_recording_is_of_a_type_we_hand_out'), models.CheckConstraint(condition=models.Q(models.Q(('removed_at__isnull', True), ('removed_because', ''), ('removed_by__isnull', True)), models.Q(('removed_at__isnull', False), ('removed_by__isnull', False), models.Q(('removed_because', ''), _negated=True)), _connector='OR'), name='a_removal_says_when_by_whom_and_why')],
            },
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
