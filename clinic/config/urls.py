"""Every address of the clinic, by the door it belongs to."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

handler400 = "clinic.ui.errors.bad_request"
handler403 = "clinic.ui.errors.forbidden"
handler404 = "clinic.ui.errors.not_found"
handler500 = "clinic.ui.errors.server_error"

urlpatterns = [
    path("", include("clinic.desk.entrance_urls")),
    path("desk/", include("clinic.desk.urls")),
    path("hooks/", include("clinic.desk.hook_urls")),
    path("chart/", include("assessments.charting.urls")),
    path("programs/", include("programs.prescribing.urls")),
    path("my/", include("programs.portal.urls")),
    path("book/", include("programs.portal.booking.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

if settings.DEVELOPMENT_PAGES:
    urlpatterns += [
        path("components/", include("clinic.desk.component_urls")),
        path("mailbox/", include("clinic.desk.mailbox_urls")),
    ]
