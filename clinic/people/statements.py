"""Statements put together once and sent many times with other values.

Django puts a query together anew each time it is asked, which takes a sender of reminders longer than everything
else it does. Here that happens at the first asking. What is asked stays a queryset, so columns and conditions are said
where they always were, and a test holds each answer against the queryset's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import AutoField, Model, QuerySet
from django.db.models.sql import InsertQuery, UpdateQuery

M = TypeVar("M", bound=Model)

# What nobody stores: where it turns up in a statement a value belongs.
STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda place: -(10**9) - place,
    str: lambda place: f"\u2063the value at place {place}\u2063",
    dt.datetime: lambda place: dt.datetime(1, 1, 1 + place, tzinfo=dt.UTC),
}


class _Statement:
    """SQL, its parameters, and which of them is which of the values it is sent with."""

    def __init__(self, made: tuple[str, Sequence[Any]], stand_ins: Sequence[Any]) -> None:
        self.sql, self._params = made
        self._places = [
            (at, place)
            for at, param in enumerate(self._params)
            for place, stand_in in enumerate(stand_ins)
            if isinstance(param, type(stand_in)) and param == stand_in
        ]
        if {place for _, place in self._places} != set(range(len(stand_ins))):
            raise ValueError(f"A value is not in the statement, or not as it is: {self.sql}")

    def bound(self, values: Sequence[Any]) -> tuple[Any, ...]:
        bound = list(self._params)
        for at, place in self._places:
            bound[at] = values[place]
        return tuple(bound)


def _stand_ins(kinds: Sequence[type]) -> list[Any]:
    return [STAND_INS[kind](place) for place, kind in enumerate(kinds)]


A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Asked(Generic[A]):
    """A statement and the values it is sent with; `together` sends several."""

    statement: _Statement
    values: Sequence[Any]
    answer: Callable[[Any], A]

    def execute(self, cursor: Any) -> None:
        cursor.execute(self.statement.sql, self.statement.bound(self.values))

    def alone(self) -> A:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            self.execute(cursor)
            return self.answer(cursor)


def together(*asked: Asked[Any]) -> list[Any]:
    """Their answers; the server is waited for once, not for each. In a transaction, which an error of one ends."""
    connection: Any = connections[DEFAULT_DB_ALIAS]
    with ExitStack() as stack:
        cursors = [stack.enter_context(connection.cursor()) for _ in asked]
        with connection.wrap_database_errors, connection.connection.pipeline():
            for one, cursor in zip(asked, cursors, strict=True):
                one.execute(cursor)
        return [one.answer(cursor) for one, cursor in zip(asked, cursors, strict=True)]


class Reading(Generic[M]):
    """`Reading(lambda pk: Reminder.objects.filter(pk=pk), int)`, called with a pk, gives the list of its rows.

    Kinds of values: int, str, an aware datetime; None never. Rows that are locked must be read in a transaction.
    """

    def __init__(self, ask: Callable[..., QuerySet[M]], *kinds: type) -> None:
        self._ask, self._kinds = ask, kinds

    @cached_property
    def _made(self) -> tuple[QuerySet[M], Any, _Statement]:
        values = _stand_ins(self._kinds)
        rows = self._ask(*values)
        compiler: Any = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        statement = _Statement(compiler.as_sql(), values)
        converters = compiler.get_converters([selected[0] for selected in compiler.select])
        compiler.get_converters = lambda _: converters
        return rows, compiler, statement

    def _rows(self, cursor: Any) -> list[M]:
        rows, made, _ = self._made
        fetched = cursor.fetchall()
        compiler = copy(made)
        compiler.connection = connections[DEFAULT_DB_ALIAS]  # this thread's
        compiler.execute_sql = lambda *_, **__: [fetched]
        found = rows.all()
        found.query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        return list(found)

    def asked(self, *values: Any) -> Asked[list[M]]:
        return Asked(self._made[2], values, self._rows)

    def __call__(self, *values: Any) -> list[M]:
        return self.asked(*values).alone()


class Writing:
    """`Writing(lambda pk, at: (Reminder.objects.filter(pk=pk), {"sent_at": at}), int, datetime)` gives rows changed."""

    def __init__(self, change: Callable[..., tuple[QuerySet[Any], Mapping[str, Any]]], *kinds: type) -> None:
        self._change, self._kinds = change, kinds

    @cached_property
    def _made(self) -> _Statement:
        values = _stand_ins(self._kinds)
        rows, fields = self._change(*values)
        query: Any = rows.query.chain(UpdateQuery)
        query.add_update_values(dict(fields))
        return _Statement(query.get_compiler(DEFAULT_DB_ALIAS).as_sql(), values)

    def asked(self, *values: Any) -> Asked[int]:
        return Asked(self._made, values, lambda cursor: int(cursor.rowcount))

    def __call__(self, *values: Any) -> int:
        return self.asked(*values).alone()


class Adding:
    """`Adding(lambda pk, at: Entry(patient_id=pk, at=at), int, datetime)` puts in one row, whose key nobody asks for.

    What the model fills in by itself must be the same each time: one that counts, draws or reads a clock is refused.
    """

    def __init__(self, row: Callable[..., Model], *kinds: type) -> None:
        self._row, self._kinds = row, kinds

    @cached_property
    def _made(self) -> _Statement:
        values = _stand_ins(self._kinds)
        made, again = (self._inserting(self._row(*values)) for _ in range(2))
        if made != again:
            raise ValueError(f"A column is filled in anew for each row: {made[0]}")
        return _Statement(made, values)

    def _inserting(self, row: Model) -> tuple[str, Sequence[Any]]:
        query = InsertQuery(type(row))
        fields = [field for field in row._meta.local_concrete_fields if not isinstance(field, AutoField)]
        query.insert_values(fields, [row])
        compiler: Any = query.get_compiler(DEFAULT_DB_ALIAS)
        ((sql, params),) = compiler.as_sql()
        return sql, params

    def asked(self, *values: Any) -> Asked[None]:
        return Asked(self._made, values, lambda cursor: None)

    def __call__(self, *values: Any) -> None:
        self.asked(*values).alone()
