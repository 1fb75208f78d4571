"""The database itself refuses to alter a signed screen or any of its answers, whoever asks."""

from django.db import migrations

FORWARD = """
create function signed_screens_stay_as_written() returns trigger language plpgsql as $$
begin
    if old.signed_at is not null then
        raise exception 'a signed screen stays as written: % refused', tg_op using errcode = 'restrict_violation';
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    return new;
end $$;
create trigger signed_screens_stay_as_written before update or delete on screens_screen
    for each row execute function signed_screens_stay_as_written();

create function answers_of_signed_screens_stay_as_written() returns trigger language plpgsql as $$
begin
    if exists (
        select 1 from screens_screen
        where signed_at is not null
          and (tg_op <> 'DELETE' and id = new.screen_id or tg_op <> 'INSERT' and id = old.screen_id)
    ) then
        raise exception 'answers of a signed screen stay as written: % refused', tg_op
            using errcode = 'restrict_violation';
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    return new;
end $$;
create trigger answers_of_signed_screens_stay_as_written before insert or update or delete on screens_answer
    for each row execute function answers_of_signed_screens_stay_as_written();
"""
BACK = """
drop trigger answers_of_signed_screens_stay_as_written on screens_answer;
drop function answers_of_signed_screens_stay_as_written();
drop trigger signed_screens_stay_as_written on screens_screen;
drop function signed_screens_stay_as_written();
"""


class Migration(migrations.Migration):
    dependencies = [("screens", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
