"""Addresses of respondents' pages. A token stands only here, in mails and in the bars of respondents' browsers."""

from django.urls import path

from respondents.views import answering, erasing, leaving, opening, sending, typed_code

app_name = "respondents"

urlpatterns = [
    path("a/<str:token>/", opening.start, name="start"),
    path("a/<str:token>/begin/", opening.begin, name="begin"),
    path("a/<str:token>/page/<str:name>/", answering.page, name="page"),
    path("a/<str:token>/check/", sending.check, name="check"),
    path("a/<str:token>/received/", sending.received, name="received"),
    path("a/<str:token>/withdraw/", sending.take_back, name="withdraw"),
    path("a/<str:token>/promise/", opening.promise, name="promise"),
    path("a/<str:token>/paper/", opening.paper, name="paper"),
    path("a/<str:token>/leave/", leaving.leave, name="leave"),
    path("a/<str:token>/leave/pass-on/", leaving.pass_on, name="pass_on"),
    path("a/<str:token>/leave/gone/", leaving.gone, name="gone"),
    path("a/<str:token>/stop/", leaving.stop, name="stop"),
    path("code/", typed_code.open_by_code, name="code"),
    path("withdraw/", erasing.erase_by_receipt, name="erase"),
]
