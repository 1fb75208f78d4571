"""No phase opens by what a patient says at home alone: a clinician measures something of every gate."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from assessments.screens.offered import offered_screens
from assessments.screens.reading import load_screen
from clinic.knowledge.conditions import All
from programs.builder.reading import load_recipe
from programs.prescribing.gates import parts_of


def gates():
    for catalogue in offered_screens():
        for phase in load_recipe(catalogue).phases.values():
            if phase.exit_when is not None:
                yield pytest.param(catalogue, phase.exit_when, id=f"{catalogue} phase {phase.number}")


def measured(catalogue, gate):
    """What must hold of the gate and rests on an item that no patient is asked at home."""
    screen = load_screen(catalogue)
    home = {item.id for item in screen.asked_at_home}
    facts = [test.fact for part in parts_of(gate) for test in part.tests()]
    return [fact for fact in facts if not set(screen.items_behind(fact)) <= home]


@pytest.mark.parametrize(("catalogue", "gate"), list(gates()))
def test_a_clinician_measures_something_of_every_gate(catalogue, gate):
    assert measured(catalogue, gate)


@pytest.mark.parametrize("catalogue", offered_screens())
def test_a_gate_a_patient_could_open_alone_is_seen(catalogue):
    """The guard can fail: a gate of nothing but what is asked at home has nothing measured."""
    home = [SimpleNamespace(fact=item.id) for item in load_screen(catalogue).asked_at_home]
    assert home
    assert measured(catalogue, All((SimpleNamespace(tests=lambda: home),))) == []
