"""The database itself refuses to alter or delete an audit row, whoever asks."""

from django.db import migrations

FORWARD = """
create function audit_rows_stay_as_written() returns trigger language plpgsql as $$
begin
    raise exception 'audit rows stay as written: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger rows_stay_as_written before update or delete on audit_entry
    for each row execute function audit_rows_stay_as_written();
"""
BACK = """
drop trigger rows_stay_as_written on audit_entry;
drop function audit_rows_stay_as_written();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACK)]
