"""Answers stay as written, whoever asks; an activity changes once, when it is taken off the list; and an activity is
rated by nobody but the patient who named it."""

from django.db import migrations

FORWARD = """
alter table outcomes_activity add constraint an_activity_has_one_patient unique (id, patient_id);
alter table outcomes_answer add constraint an_answer_belongs_to_its_activitys_patient
    foreign key (activity_id, patient_id) references outcomes_activity (id, patient_id);

create function answers_stay_as_written() returns trigger language plpgsql as $$
begin
    raise exception 'answers stay as written: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger answers_stay_as_written before update or delete on outcomes_answer
    for each row execute function answers_stay_as_written();

create function activities_stay_as_named() returns trigger language plpgsql as $$
declare
    may_change text[] := array['retired_at', 'retired_by_id'];
begin
    if tg_op = 'UPDATE' and old.retired_at is null and to_jsonb(new) - may_change = to_jsonb(old) - may_change then
        return new;
    end if;
    raise exception 'activities stay as named: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger activities_stay_as_named before update or delete on outcomes_activity
    for each row execute function activities_stay_as_named();
"""
BACK = """
drop trigger activities_stay_as_named on outcomes_activity;
drop function activities_stay_as_named();
drop trigger answers_stay_as_written on outcomes_answer;
drop function answers_stay_as_written();
alter table outcomes_answer drop constraint an_answer_belongs_to_its_activitys_patient;
alter table outcomes_activity drop constraint an_activity_has_one_patient;
"""


class Migration(migrations.Migration):
    dependencies = [("outcomes", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
