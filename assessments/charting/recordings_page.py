"""Photos and videos of a screen as pages show them, and how one is handed out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse

from assessments.screens.amending import earlier_versions
from assessments.screens.definitions import Screen as Definition
from assessments.screens.models import Recording, Screen
from assessments.screens.recordings import shelf
from assessments.screens.recordings.actions import Subject
from assessments.screens.recordings.refusals import LARGEST, MOST_A_SCREEN, NoFile, in_words

TYPES = "image/jpeg,image/png,image/webp,video/mp4,video/quicktime,video/webm"
ENDINGS = {"image/jpeg": "jpg", "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One recording with its words; `what` names the test or section it shows."""

    row: Recording
    what: str

    @property
    def url(self) -> str:
        return reverse("charting:recording", args=[self.row.screen.patient_id, self.row.pk])

    @property
    def small_url(self) -> str:
        return f"{self.url}?small=1"

    @property
    def remove_url(self) -> str:
        screen = self.row.screen
        return reverse("charting:recording_remove", args=[screen.patient_id, screen.pk, self.row.pk])

    @property
    def may_go(self) -> bool:
        """Only out of a draft of its own: what was signed with an earlier version stays with that one."""
        return not self.row.screen.is_signed

    @property
    def is_photo(self) -> bool:
        return self.row.kind == Recording.Kind.PHOTO

    @property
    def title(self) -> str:
        """What to call it where no picture can be seen."""
        return f"{self.row.get_kind_display()}, {self.what}" + (
            f": {self.row.caption}" * bool(self.row.caption)
        )

    @property
    def size(self) -> str:
        return in_words(max(self.row.bytes, LARGEST // 100))


def shown(screen: Screen) -> list[Shown]:
    """The screen's recordings that were not removed, and those of the versions it amends, in exam order."""
    definition = screen.definition
    places = list(subjects(definition))
    theirs = Recording.objects.standing().filter(screen__in=[screen.pk, *earlier_versions(screen)])
    rows = list(theirs.select_related("added_by", "screen"))
    named = [Shown(row, name_of(definition, Subject(row.section, row.test))) for row in rows]
    order = {place: number for number, place in enumerate(places)}
    return sorted(named, key=lambda one: order.get(Subject(one.row.section, one.row.test), len(order)))


def by_subject(recordings: list[Shown]) -> Mapping[Subject, list[Shown]]:
    found: dict[Subject, list[Shown]] = defaultdict(list)
    for one in recordings:
        found[Subject(one.row.section, one.row.test)].append(one)
    return found


def subjects(definition: Definition) -> dict[Subject, str]:
    """Everything a recording of this screen may show → its name, in exam order."""
    found = {}
    for section in definition.sections:
        found[Subject(section.id)] = section.title
        found |= {Subject(section.id, test.id): test.name for test in section.tests}
    return found


def name_of(definition: Definition, subject: Subject) -> str:
    return subjects(definition).get(subject, "this screen")


def page_url(screen: Screen, subject: Subject | None = None) -> str:
    """The page that adds and removes, with what it is to show already chosen."""
    url = reverse("charting:recordings", args=[screen.patient_id, screen.pk])
    return f"{url}?of={_key(subject)}" if subject else url


def back_url(screen: Screen, subject: Subject) -> str:
    """The section the subject belongs to, at its test."""
    url = reverse("charting:screen", args=[screen.patient_id, screen.pk, subject.section])
    return f"{url}#test-{subject.test}" if subject.test else url


def subject_from(definition: Definition, key: str) -> Subject:
    """What `section/test` names; the first section for anything else."""
    known = subjects(definition)
    return next((one for one in known if _key(one) == key), next(iter(known)))


def handed_out(row: Recording, *, small: bool) -> HttpResponse:
    """A photo to look at, a video to download: under a plain name, of the type its content had when it came."""
    photo = row.kind == Recording.Kind.PHOTO
    try:
        data = shelf.place(row.stored_name, small=small and photo).read_bytes()
    except FileNotFoundError as error:
        raise Http404(f"the file of {row} is gone") from error
    name = f"{row.kind}-{row.pk}.{ENDINGS[row.content_type]}"
    response = HttpResponse(data, content_type=row.content_type)
    response["Content-Disposition"] = f'{"inline" if photo else "attachment"}; filename="{name}"'
    return response


class RecordingForm(forms.Form):
    """A file from the disk or from the phone's camera, what it shows, and a caption."""

    shows = forms.ChoiceField(label="What it shows")
    camera = forms.FileField(
        label="Take it now",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/*,video/*", "capture": "environment"}),
    )
    file = forms.FileField(
        label="Photo or video",
        allow_empty_file=True,
        error_messages={"required": str(NoFile())},
        help_text=f"JPEG, PNG, WebP, MP4, MOV or WebM, at most {in_words(LARGEST)}. About 15 seconds of video.",
        widget=forms.FileInput(attrs={"accept": TYPES, "data-largest": LARGEST}),
    )
    caption = forms.CharField(
        label="Caption",
        required=False,
        max_length=200,
        help_text="What to look at, for example “left heel lifts early”.",
    )

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        chosen = self.fields["shows"]
        assert isinstance(chosen, forms.ChoiceField)  # noqa: S101 - for the type checker
        chosen.choices = [
            (
                section.title,
                [
                    (_key(Subject(section.id)), f"{section.title}, as a whole"),
                    *((_key(Subject(section.id, test.id)), test.name) for test in section.tests),
                ],
            )
            for section in definition.sections
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if (taken := cleaned.get("camera")) is not None and "file" not in self.files:
            self.errors.pop("file", None)
            cleaned["file"] = taken
        return cleaned

    @property
    def subject(self) -> Subject:
        return subject_from(self.definition, self.cleaned_data["shows"])


class RemovalForm(forms.Form):
    """Why a photo or video goes. The reason stays in the record."""

    because = forms.CharField(
        label="Why it goes",
        min_length=3,
        max_length=200,
        error_messages={
            "required": "Nothing was removed: say in a few words why it goes, for example “wrong patient”.",
            "min_length": "Nothing was removed: say in a few words why it goes, for example “wrong patient”.",
        },
    )


def limits() -> str:
    return f"At most {MOST_A_SCREEN} a screen, {in_words(LARGEST)} each."


def _key(subject: Subject) -> str:
    return f"{subject.section}/{subject.test}" if subject.test else subject.section
