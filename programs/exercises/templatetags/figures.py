"""`{% load figures %}`: the drawing of an exercise. Pages that use it link css/figures.css."""

from django import template
from django.utils.safestring import SafeString, mark_safe

from programs.exercises import figures

register = template.Library()


@register.simple_tag
def figure(exercise_id: str, *, moving: bool = True) -> SafeString:
    """{% figure "hip_thrust" %}: it moves where the person's browser may; nothing when there is no drawing."""
    return mark_safe(figures.moving_svg(exercise_id, moving=moving))  # our own drawing, its words escaped


@register.simple_tag
def figure_pair(exercise_id: str) -> SafeString:
    """{% figure_pair "hip_thrust" %}: start and end side by side, for paper; nothing when there is no drawing."""
    return mark_safe(figures.pair_svg(exercise_id, classed=True))  # our own drawing, its words escaped
