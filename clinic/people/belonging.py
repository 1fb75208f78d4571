"""Which patient a form was drawn for, said by the form itself, so that a save from the wrong page is refused.

The address of a post names a record; the hidden field says whose page it came from. They agree unless something
went wrong between the two (a tab, a script, a proxy, a page put together by hand), and then nothing is saved.
"""

from __future__ import annotations

from django.http import HttpRequest

from clinic.people.models import Patient

PATIENT_FIELD = "form_patient"
SENT_ALONG = {"csrfmiddlewaretoken", "form_owner", PATIENT_FIELD, "seen", "password"}
LONGEST = 5000  # characters of one field that the refusal shows again


def belongs(request: HttpRequest, patient: Patient) -> bool:
    """Whether the posted form says that it was drawn for this patient. Saying nothing is no."""
    return request.POST.getlist(PATIENT_FIELD) == [str(patient.pk)]


def drawn_for(request: HttpRequest) -> Patient | None:
    """The patient the posted form names, if there is such a one."""
    named = request.POST.get(PATIENT_FIELD, "")
    if not (named.isascii() and named.isdecimal() and len(named) < 19):
        return None
    return Patient.objects.filter(pk=named).first()


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """(field in words, what was typed) of everything that was filled in, to be shown again on the refusal."""
    shown = []
    for name, values in request.POST.lists():
        words = ", ".join(value for value in values if value.strip())
        if name not in SENT_ALONG and words:
            shown.append((name.replace("_", " ").replace("-", " "), words[:LONGEST]))
    return shown
