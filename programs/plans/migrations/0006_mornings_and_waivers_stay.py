"""Mornings told, go-ons and hands-on treatment stay as written, as sessions do; waivers stay with a released version."""

from django.db import migrations

STAY = ("plans_morninglog", "plans_goon", "plans_handson")
FORWARD = "".join(
    f"""
create trigger logged_sessions_stay_as_written before update or delete on {table}
    for each row execute function logged_sessions_stay_as_written();"""
    for table in STAY
)
BACK = "".join(f"drop trigger logged_sessions_stay_as_written on {table};" for table in STAY)
WAIVERS = """
create trigger released_exercises_stay_as_written before insert or update or delete on plans_waiver
    for each row execute function released_exercises_stay_as_written();
"""
WAIVERS_BACK = "drop trigger released_exercises_stay_as_written on plans_waiver;"


class Migration(migrations.Migration):
    dependencies = [("plans", "0005_blocks_of_weeks")]
    operations = [migrations.RunSQL(FORWARD + WAIVERS, BACK + WAIVERS_BACK)]
