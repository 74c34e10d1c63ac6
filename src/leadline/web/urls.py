"""Every address of the house; each leads to a view that says who may see it."""

from django.urls import path

from leadline.web.pages.definitions.view import definition, definitions
from leadline.web.pages.sign_in.view import choose_role, sign_in, sign_out
from leadline.web.pages.who_sees_what.view import who_sees_what

urlpatterns = [
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
    path("role", choose_role, name="choose-role"),
    path("trust/definitions", definitions, name="definitions"),
    path("trust/definitions/<slug:name>", definition, name="definition"),
    path("trust/who-sees-what", who_sees_what, name="who-sees-what"),
]
