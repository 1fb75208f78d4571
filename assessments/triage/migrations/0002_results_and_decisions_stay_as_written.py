"""The database itself refuses to alter or delete a result or a decision: a new answer is a new row."""

from django.db import migrations

FORWARD = """
create function triage_rows_stay_as_written() returns trigger language plpgsql as $$
begin
    raise exception 'triage rows stay as written: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger results_stay_as_written before update or delete on triage_result
    for each row execute function triage_rows_stay_as_written();
create trigger decisions_stay_as_written before update or delete on triage_decision
    for each row execute function triage_rows_stay_as_written();
"""
BACK = """
drop trigger decisions_stay_as_written on triage_decision;
drop trigger results_stay_as_written on triage_result;
drop function triage_rows_stay_as_written();
"""


class Migration(migrations.Migration):
    dependencies = [("triage", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
