"""A clinician may end a released program without another in its place; when, by whom and why is kept."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

GUARD = """
create or replace function released_versions_stay_as_written() returns trigger language plpgsql as $$
declare
    may_change text[] := case new.state
        when 'replaced' then array['state', 'replaced_at']
        when 'ended' then array['state', 'ended_at', 'ended_by_id', 'ended_because']
    end;
begin
    if old.state = 'proposed' then
        return case tg_op when 'DELETE' then old else new end;
    end if;
    if tg_op = 'UPDATE' and old.state = 'released' and to_jsonb(new) - may_change = to_jsonb(old) - may_change then
        return new;
    end if;
    raise exception 'released versions stay as written: % refused', tg_op using errcode = 'restrict_violation';
end $$;
"""
GUARD_BEFORE = """
create or replace function released_versions_stay_as_written() returns trigger language plpgsql as $$
begin
    if old.state = 'proposed' then
        return case tg_op when 'DELETE' then old else new end;
    end if;
    if tg_op = 'UPDATE' and old.state = 'released' and new.state = 'replaced'
        and to_jsonb(new) - 'state' - 'replaced_at' = to_jsonb(old) - 'state' - 'replaced_at' then
        return new;
    end if;
    raise exception 'released versions stay as written: % refused', tg_op using errcode = 'restrict_violation';
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0002_what_was_released_stays"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField("version", "ended_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "version",
            "ended_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "version", "ended_because", models.TextField(blank=True, help_text="For clinicians.")
        ),
        migrations.AlterField(
            "version",
            "state",
            models.CharField(
                choices=[
                    ("proposed", "Proposed"),
                    ("released", "Released"),
                    ("replaced", "Replaced"),
                    ("ended", "Ended"),
                ],
                default="proposed",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint("version", "a_release_says_when_and_by_whom"),
        migrations.AddConstraint(
            "version",
            models.CheckConstraint(
                name="a_release_says_when_and_by_whom",
                condition=Q(state="proposed", released_at__isnull=True, released_by__isnull=True)
                | (~Q(state="proposed") & Q(released_at__isnull=False, released_by__isnull=False)),
            ),
        ),
        migrations.AddConstraint(
            "version",
            models.CheckConstraint(
                name="an_ended_program_says_when_by_whom_and_why",
                condition=(
                    Q(state="ended", ended_at__isnull=False, ended_by__isnull=False) & ~Q(ended_because="")
                )
                | (~Q(state="ended") & Q(ended_at__isnull=True, ended_by__isnull=True, ended_because="")),
            ),
        ),
        migrations.RunSQL(GUARD, GUARD_BEFORE),
    ]
