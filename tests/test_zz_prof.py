import cProfile, pstats, io, time, os
import datetime as dt
import pytest
from django.utils import timezone
from django.db import connection
from clinic.reminders import actions
from clinic.reminders.models import Reminder
from tests.drills.reminders import people

pytestmark = pytest.mark.django_db(transaction=True)


def test_prof(settings, tmp_path):
    from django.core.management import call_command

    call_command("loaddata", "appointment_types", verbosity=0)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    people.fill(400, now=timezone.now())
    actions.collect(now=timezone.now())
    actions.collect(now=timezone.now())
    ids = list(Reminder.objects.values_list("pk", flat=True))
    assert len(ids) > 620, len(ids)
    actions.send_batch(ids[:20], clock=timezone.now)
    a, b = ids[20:320], ids[320:620]
    t = time.process_time()
    w = time.perf_counter()
    for i in range(0, 300, 20):
        actions.send_batch(a[i : i + 20], clock=timezone.now)
    out = f"cpu/letter {(time.process_time() - t) / 300 * 1000:.2f} ms wall {(time.perf_counter() - w) / 300 * 1000:.2f} ms\n"
    p = cProfile.Profile()
    p.enable()
    for i in range(0, 300, 20):
        actions.send_batch(b[i : i + 20], clock=timezone.now)
    p.disable()
    s = io.StringIO()
    st = pstats.Stats(p, stream=s)
    st.sort_stats("cumtime").print_stats(90)
    st.sort_stats("tottime").print_stats(40)
    open("/tmp/prof.txt", "w").write(out + s.getvalue())
