"""What managers keep: staff accounts and clinicians. Records are looked at here, never changed.

Each page that shows a patient writes its rows in the journal, as every other page does.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from clinic.people import journal
from clinic.people.models import Account, Clinician, ContactChannel, Patient
from clinic.people.roles import STAFF, Role

STAFF_ROLES = [(role.value, role.label) for role in Role if role in STAFF]


class ReadOnly:
    """For rows that only actions write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class WritesDownReads:
    """A ModelAdmin of rows about patients: what a page showed is journalled before the page is sent."""

    def patients_of(self, rows: list[Any]) -> list[Patient]:
        """The patients those rows are about."""
        raise NotImplementedError

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer: HttpResponse = super().changelist_view(request, extra_context)  # type: ignore[misc]
        shown = getattr(answer, "context_data", None) or {}
        if "cl" in shown:
            self._journal(request, "listed", list(shown["cl"].result_list))
        return answer

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)  # type: ignore[misc]
        if row is not None:
            self._journal(request, "read", [row])
        return row

    def _journal(self, request: HttpRequest, action: str, rows: list[Any]) -> None:
        assert isinstance(request.user, Account)  # noqa: S101  # the guard let nobody else in
        for patient in dict.fromkeys(self.patients_of(rows)):
            journal.write(action=action, patient=patient, by=request.user, what="settings")


class StaffCreationForm(AdminUserCreationForm):  # type: ignore[type-arg]  # takes none at run time
    role = forms.ChoiceField(choices=STAFF_ROLES)

    class Meta(AdminUserCreationForm.Meta):
        model = Account
        fields = ("username", "email", "display_name", "role")


class StaffChangeForm(UserChangeForm):  # type: ignore[type-arg]  # takes none at run time
    role = forms.ChoiceField(choices=STAFF_ROLES)

    class Meta(UserChangeForm.Meta):
        model = Account


@admin.register(Account)
class StaffAdmin(UserAdmin):  # type: ignore[type-arg]  # takes none at run time
    """Staff only: a patient's account is opened with their record. Nobody is deleted; they become inactive."""

    form, add_form = StaffChangeForm, StaffCreationForm
    list_display = ("username", "display_name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("username", "display_name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Who", {"fields": ("display_name", "email", "role", "is_active")}),
        ("When", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username",
                    "email",
                    "display_name",
                    "role",
                    "usable_password",
                    "password1",
                    "password2",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return super().get_queryset(request).filter(role__in=[role.value for role in STAFF])

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:  # noqa: FBT001
        # What they may open follows from the role alone, these pages included.
        obj.is_staff = obj.is_superuser = obj.role == Role.MANAGER
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Clinician)
class ClinicianAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # takes none at run time
    list_display = ("__str__", "title", "works_here_since", "left_on")
    list_select_related = ("account",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "account":
            kwargs["queryset"] = Account.objects.filter(role=Role.CLINICIAN)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ChannelInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # takes none at run time
    model = ContactChannel
    extra = 0
    fields = ("kind", "value", "consent_given_at", "consent_withdrawn_at")


@admin.register(Patient)
class PatientAdmin(ReadOnly, WritesDownReads, admin.ModelAdmin):  # type: ignore[type-arg]
    """To look at; the desk's pages register and correct."""

    list_display = ("record_number", "legal_family_name", "legal_given_name", "preferred_name", "birth_date")
    list_per_page = 25
    show_full_result_count = False
    ordering = ("-pk",)
    exclude = ("search_words",)
    inlines = (ChannelInline,)

    def patients_of(self, rows: list[Any]) -> list[Patient]:
        return rows
