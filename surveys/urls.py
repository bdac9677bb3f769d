"""Addresses of the desk's pages about the questionnaire."""

from surveys.access import ACCESS, guarded
from surveys.views import corrections, importing, making, proposals, questionnaire, running

app_name = "surveys"

urlpatterns = guarded(
    ACCESS,
    [
        ("new-wave/", making.new, "new"),
        ("new-wave/blank/", making.blank, "blank"),
        ("new-wave/bank/", making.from_bank, "from_bank"),
        ("new-wave/file/", importing.upload, "upload"),
        ("new-wave/file/<str:upload>/", importing.look, "look"),
        ("waves/<slug:slug>/copy/", making.copy, "copy"),
        ("waves/<slug:slug>/questionnaire/<slug:key>/", making.questionnaire, "questionnaire"),
        ("waves/<slug:slug>/file/", questionnaire.file, "file"),
        ("waves/<slug:slug>/times/", running.times, "times"),
        ("waves/<slug:slug>/open/", proposals.ready, "open"),
        ("waves/<slug:slug>/draft/", running.draft, "draft"),
        ("waves/<slug:slug>/closing/", proposals.closing, "closing"),
        ("waves/<slug:slug>/proposals/<int:number>/", proposals.proposal, "proposal"),
        ("waves/<slug:slug>/proposals/<int:number>/aside/", proposals.lay_aside, "lay_aside"),
        ("waves/<slug:slug>/corrections/", corrections.corrections, "corrections"),
        ("waves/<slug:slug>/corrections/<str:item>/", corrections.correct, "correct"),
    ],
)
