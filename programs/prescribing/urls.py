from django.urls import path

from programs.prescribing.views import (
    changes,
    editing,
    fitting,
    going_on,
    library,
    measures,
    pages,
    paper,
    picking,
    review,
    starting,
)

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
    path("<int:patient_id>/versions/<int:version_id>/fit/", fitting.fit, name="fit"),
    path("<int:patient_id>/versions/<int:version_id>/fit/<int:place>/", fitting.relax, name="relax"),
    path("<int:patient_id>/versions/<int:version_id>/order/", editing.order, name="order"),
    path("<int:patient_id>/versions/<int:version_id>/add/", picking.add, name="add"),
    path(
        "<int:patient_id>/versions/<int:version_id>/exercises/<int:exercise_id>/",
        editing.exercise,
        name="exercise",
    ),
    path("<int:patient_id>/measures/", measures.measures, name="measures"),
    path("<int:patient_id>/measures/activities/", measures.activity, name="activities"),
    path(
        "<int:patient_id>/measures/activities/<int:activity_id>/off/",
        measures.retire_activity,
        name="activity_off",
    ),
    path(
        "<int:patient_id>/versions/<int:version_id>/exercises/<int:exercise_id>/swap/",
        picking.swap,
        name="swap",
    ),
    path("<int:patient_id>/versions/<int:version_id>/next-block/", going_on.next_block, name="next_block"),
    path("<int:patient_id>/versions/<int:version_id>/steps-up/", going_on.steps_up, name="steps_up"),
    path("<int:patient_id>/versions/<int:version_id>/changed/", going_on.changed, name="changed"),
    path("<int:patient_id>/versions/<int:version_id>/keep/", starting.keep, name="keep"),
    path("<int:patient_id>/versions/<int:version_id>/begin/", starting.begin, name="begin"),
    path("<int:patient_id>/hands-on/", going_on.note_hands_on, name="hands_on"),
    path("<int:patient_id>/review/", review.review, name="review"),
    path("<int:patient_id>/logs/<int:log_id>/seen/", changes.seen, name="seen"),
    path("<int:patient_id>/logs/<int:log_id>/go-on/", review.go_on, name="go_on"),
]
