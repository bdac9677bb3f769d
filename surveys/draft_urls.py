"""Addresses of the wave desk, on which a draft is edited."""

from surveys.access import guarded
from surveys.draft_access import ACCESS
from surveys.views import desk, desk_items, desk_wave

app_name = "draft"

DESK = "waves/<slug:slug>/desk"

urlpatterns = guarded(
    ACCESS,
    [
        (f"{DESK}/", desk.edit, "desk"),
        (f"{DESK}/history/", desk.steps, "history"),
        (f"{DESK}/move/", desk.move, "move"),
        (f"{DESK}/undo/", desk.undo_last, "undo"),
        (f"{DESK}/asked/", desk_wave.asked, "asked"),
        (f"{DESK}/about/", desk_wave.about, "about"),
        (f"{DESK}/roles/", desk_wave.roles, "roles"),
        (f"{DESK}/breakdowns/", desk_wave.banners, "banners"),
        (f"{DESK}/scales/", desk_wave.add_scale, "add_scale"),
        (f"{DESK}/scales/<str:scale>/", desk_wave.scale, "scale"),
        (f"{DESK}/scales/<str:scale>/remove/", desk_wave.remove_scale, "remove_scale"),
        (f"{DESK}/sections/", desk_wave.add_section, "add_section"),
        (f"{DESK}/sections/<str:section>/", desk_wave.section, "section"),
        (f"{DESK}/sections/<str:section>/remove/", desk_wave.remove_section, "remove_section"),
        (f"{DESK}/sections/<str:section>/questions/", desk_items.add_item, "add_item"),
        (f"{DESK}/questions/<str:item>/", desk_items.item, "item"),
        (f"{DESK}/questions/<str:item>/condition/", desk_items.rule, "rule"),
        (f"{DESK}/questions/<str:item>/remove/", desk_items.remove_item, "remove_item"),
        (f"{DESK}/questions/<str:item>/comments/", desk_items.comments, "comments"),
    ],
)
