"""Released versions, their exercises and what patients logged stay as written, whoever asks; and a version or a
session can only belong to the patient whose program it is."""

from django.db import migrations

FORWARD = """
alter table plans_program add constraint a_program_has_one_patient unique (id, patient_id);
alter table plans_version add constraint a_version_has_one_patient unique (id, patient_id);
alter table plans_version add constraint a_version_belongs_to_its_programs_patient
    foreign key (program_id, patient_id) references plans_program (id, patient_id);
alter table plans_sessionlog add constraint a_session_belongs_to_its_versions_patient
    foreign key (version_id, patient_id) references plans_version (id, patient_id);

create function released_versions_stay_as_written() returns trigger language plpgsql as $$
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
create trigger released_versions_stay_as_written before update or delete on plans_version
    for each row execute function released_versions_stay_as_written();

create function released_exercises_stay_as_written() returns trigger language plpgsql as $$
declare
    touched bigint[] := case tg_op when 'INSERT' then array[new.version_id] when 'DELETE' then array[old.version_id]
        else array[old.version_id, new.version_id] end;
begin
    if exists (select from plans_version where id = any (touched) and state <> 'proposed') then
        raise exception 'exercises of a released version stay as written: % refused', tg_op
            using errcode = 'restrict_violation';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger released_exercises_stay_as_written before insert or update or delete on plans_exercise
    for each row execute function released_exercises_stay_as_written();

create function logged_sessions_stay_as_written() returns trigger language plpgsql as $$
begin
    raise exception 'logged sessions stay as written: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger logged_sessions_stay_as_written before update or delete on plans_sessionlog
    for each row execute function logged_sessions_stay_as_written();
create trigger logged_sessions_stay_as_written before update or delete on plans_exerciselog
    for each row execute function logged_sessions_stay_as_written();
create trigger logged_sessions_stay_as_written before update or delete on plans_logseen
    for each row execute function logged_sessions_stay_as_written();
"""
BACK = """
drop trigger logged_sessions_stay_as_written on plans_logseen;
drop trigger logged_sessions_stay_as_written on plans_exerciselog;
drop trigger logged_sessions_stay_as_written on plans_sessionlog;
drop function logged_sessions_stay_as_written();
drop trigger released_exercises_stay_as_written on plans_exercise;
drop function released_exercises_stay_as_written();
drop trigger released_versions_stay_as_written on plans_version;
drop function released_versions_stay_as_written();
alter table plans_sessionlog drop constraint a_session_belongs_to_its_versions_patient;
alter table plans_version drop constraint a_version_belongs_to_its_programs_patient;
alter table plans_version drop constraint a_version_has_one_patient;
alter table plans_program drop constraint a_program_has_one_patient;
"""


class Migration(migrations.Migration):
    dependencies = [("plans", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
