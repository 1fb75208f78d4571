"""What the tags draw, and that nothing a person typed becomes markup."""

import datetime as dt
import re

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import engines
from django.test import RequestFactory
from django.utils import timezone

from clinic.ui import badges, context, drawing, errors, fields, icons, layouts


def drawn(source, **facts):
    return engines["django"].from_string("{% load clinic_ui crispy_forms_tags %}" + source).render(facts)


class BookingForm(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the passport.")
    notes = forms.CharField(label="Notes", required=False)
    goal = fields.ChoiceCardsField(label="Goal", choices=[("race", "Race")], hints={"race": "On a day."})


def test_the_clinics_zone_is_said_as_a_place_and_not_as_a_file():
    at = dt.datetime(2026, 3, 5, 10, tzinfo=dt.UTC)
    with timezone.override("America/New_York"):
        assert drawn("{% clinic_zone %}") == "America/New York"
        assert '<span class="zone">America/New York</span>' in drawn("{% clinic_time at %}", at=at)


def test_the_emergency_numbers_of_a_text_can_be_tapped_and_nothing_else_becomes_markup():
    shown = drawn("{{ text|emergency_links }}", text="Call (112 or 999) now <b>")
    numbers = '<a class="ring" href="tel:112">112</a> or <a class="ring" href="tel:999">999</a>'
    assert shown == f"Call ({numbers}) now &lt;b&gt;"
    assert drawn("{% filter emergency_links %}<p>112 or 999</p>{% endfilter %}") == f"<p>{numbers}</p>"


def test_every_state_has_words_and_an_icon_that_exists():
    for family in badges.FAMILIES.values():
        for shown in family.values():
            assert shown.text
            assert shown.icon in icons.SHAPES


def test_no_two_states_of_a_family_look_alike_without_colour():
    for family in badges.FAMILIES.values():
        assert len({shown.text for shown in family.values()}) == len(family)


def test_a_state_nobody_drew_never_looks_like_a_known_one():
    assert "On hold" in drawn('{% status_badge "on_hold" %}')
    assert badges.badge("appointment", "on_hold").icon == "question"
    with pytest.raises(KeyError):
        badges.badge("mood", "booked")


@pytest.mark.parametrize(
    "source",
    [
        "{% page_header bad lead=bad eyebrow=bad back_url=bad back_label=bad %}{{ bad }}{% endpage_header %}",
        '{% notice "info" bad %}{{ bad }}{% endnotice %}',
        "{% button bad href=bad data_row=bad %}",
        "{% table_region bad %}{{ bad }}{% endtable_region %}",
        "{% empty_state bad bad bad bad %}",
        "{% fact_lists supporting=texts against=texts unknown=texts %}",
        "{% facts pairs %}",
        "{% timeline events label=bad %}",
        "{% pagination bad bad label=bad %}",
        "{% status_badge bad %}",
        "{% key_hints pairs title=bad %}{% endkey_hints %}",
    ],
)
def test_typed_text_stays_text(source):
    bad = '"><script>alert(1)</script>'
    facts = {
        "bad": bad,
        "texts": [bad, {"text": bad, "detail": bad, "rule": bad, "source": bad}],
        "pairs": [(bad, bad)],
        "events": [
            {"at": dt.datetime(2026, 3, 3, tzinfo=dt.UTC), "what": bad, "who": bad, "detail": bad, "url": bad}
        ],
    }
    html = drawn(source, **facts)
    assert "<script" not in html
    assert "alert(1)" in html.lower()


def test_no_component_breaks_the_content_security_policy():
    for page in ("gallery", "refused", "phone"):
        html = _gallery(page)
        assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", html)
        assert not re.search(r"<script(?![^>]*\ssrc=)", html)


def _gallery(page):
    from django.contrib.messages.storage.fallback import FallbackStorage

    from clinic.ui import gallery

    request = RequestFactory().get("/components/")
    request.user = AnonymousUser()
    request.session = {}
    request._messages = FallbackStorage(request)
    return getattr(gallery, page)(request).content.decode()


def test_a_field_is_tied_to_its_hint_and_its_error():
    html = drawn("{% form_field form.name %}", form=BookingForm({}))
    described = re.search(r'<input[^>]*aria-describedby="([^"]+)"', html).group(1).split()
    assert described == ["id_name_helptext", "id_name_error"]
    for name in described:
        assert f'id="{name}"' in html
    assert 'aria-invalid="true"' in html


def test_only_fields_beside_needed_ones_are_called_optional():
    class Free(forms.Form):
        notes = forms.CharField(required=False)

    assert "(optional)" in drawn("{% form_field form.notes %}", form=BookingForm())
    assert "(optional)" not in drawn("{% form_field form.notes %}", form=Free())


def test_the_summary_links_to_each_refused_field():
    form = BookingForm({"goal": "walk"})
    form.is_valid()
    form.add_error(None, "Somebody else took this time.")
    html = drawn("{% error_summary form %}", form=form)
    assert 'href="#id_name"' in html
    assert 'href="#id_goal_0"' in html
    assert html.index("Somebody else") < html.index("#id_name")
    assert drawn("{% error_summary form %}", form=BookingForm()) == ""


def _squeezed(html):
    return re.sub(r"\s*\n\s*|(?<=>)\s+(?=<)", "", html).strip()


def test_crispy_draws_the_same_field_and_summary():
    form = BookingForm({})
    helper = layouts.ClinicFormHelper("Book", cancel_url="/desk/", form=form)
    html = drawn("{% crispy form helper %}", form=form, helper=helper)
    assert _squeezed(drawn("{% form_field form.name %}", form=form)) in _squeezed(html)
    assert "data-error-summary" in html
    assert ">Book</button>" in html
    assert 'href="/desk/"' in html


def test_a_time_names_its_zone(settings):
    settings.TIME_ZONE = "Europe/London"
    html = drawn("{% clinic_time at %}", at=dt.datetime(2026, 7, 1, 9, 0, tzinfo=dt.UTC))
    assert "10:00" in html
    assert "Europe/London" in html


@pytest.mark.parametrize(("state", "words"), [("saved", "Saved 10:42"), ("unsaved", "Not saved yet")])
def test_says_what_is_saved(state, words):
    at = dt.datetime(2026, 3, 3, 10, 42, tzinfo=dt.UTC)
    assert words in drawn("{% saved_state at state %}", at=at, state=state)


def test_the_bar_says_who_the_page_is_about():
    class Ana:
        full_name, preferred_name, birth_date, record_number = (
            "Ana Silva",
            "",
            dt.date(1991, 3, 14),
            "R000007",
        )

        def age_on(self, day):
            return 34

    html = drawn('{% patient_bar ana url="/chart/7/" %}', ana=Ana())
    for fact in ("Ana Silva", "14 Mar 1991", "(34)", "R000007", 'href="/chart/7/"'):
        assert fact in html


def test_a_button_of_no_known_kind_is_refused():
    with pytest.raises(ValueError, match="primary, quiet, secondary"):
        drawing.button("x", href="", kind="loud", icon="", attrs={})


def test_nobody_has_links_without_a_role_and_missing_pages_are_left_out(monkeypatch):
    monkeypatch.setitem(
        context.LINKS,
        "manager",
        (("Gone", "desk:no_such_page", "gear"), ("Sign in", "account_login", "lock")),
    )
    assert context.nav_items("") == []
    items = context.nav_items("manager", current="account_login")
    assert [(item.label, item.current) for item in items] == [("Sign in", True)]


def test_every_link_has_an_icon_that_exists():
    assert {icon for links in context.LINKS.values() for _label, _name, icon in links} <= set(icons.SHAPES)


@pytest.mark.parametrize("status", errors.STATUSES)
def test_an_error_page_says_what_to_do_next(status):
    answer = errors.page(status)
    text = answer.content.decode()
    assert answer.status_code == status
    assert "<h1>" in text
    assert re.search(r"Nothing was|was not saved", text)


def test_the_page_for_our_own_faults_needs_nothing():
    answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "try again" in answer.content.decode()


def test_a_refused_question_ends_in_its_own_mark():
    class Asked(forms.Form):
        worst = forms.CharField(label="How was it at its worst?")
        best = forms.CharField(label="Best")

    html = drawn("{% error_summary form %}", form=Asked({}))
    assert "worst? This field" in html
    assert "Best: This field" in html
