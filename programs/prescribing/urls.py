from django.urls import path

from programs.prescribing.views import changes, library, measures, pages, paper

app_name = "prescribing"
urlpatterns = [
    path("", pages.worklist, name="worklist"),
    path("library/", library.library, name="library"),
    path("<int:patient_id>/panel/", pages.panel, name="panel"),
    path("<int:patient_id>/decisions/<int:decision_id>/propose/", changes.propose, name="propose"),
    path("<int:patient_id>/versions/<int:version_id>/", pages.program, name="program"),
    path("<int:patient_id>/versions/<int:version_id>/pdf/", paper.program_pdf, name="program_pdf"),
    path("<int:patient_id>/versions/<int:version_id>/release/", changes.release, name="release"),
    path("<int:patient_id>/versions/<int:version_id>/revise/", changes.revise, name="revise"),
    path("<int:patient_id>/versions/<int:version_id>/end/", changes.end, name="end"),
    path("<int:patient_id>/versions/<int:version_id>/note/", changes.note, name="note"),
    path(
        "<int:patient_id>/versions/<int:version_id>/exercises/<int:exercise_id>/",
        changes.exercise,
        name="exercise",
    ),
    path("<int:patient_id>/measures/", measures.measures, name="measures"),
    path("<int:patient_id>/measures/activities/", measures.activity, name="activities"),
    path(
        "<int:patient_id>/measures/activities/<int:activity_id>/off/",
        measures.retire_activity,
        name="activity_off",
    ),
    path("<int:patient_id>/logs/<int:log_id>/seen/", changes.seen, name="seen"),
]
