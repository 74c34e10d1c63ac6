"""Every address of the house; each leads to a view that says who may see it."""

from django.urls import path

from leadline.web.declared import insist
from leadline.web.openapi import openapi, openapi_cmi5
from leadline.web.pages.access_log.view import access_log
from leadline.web.pages.account.urls import ACCOUNT
from leadline.web.pages.budget.view import budget
from leadline.web.pages.check.view import check
from leadline.web.pages.competency.view import competency
from leadline.web.pages.completions.view import completions
from leadline.web.pages.compliance.urls import COMPLIANCE
from leadline.web.pages.course.split import course_groups, course_trend
from leadline.web.pages.course.view import course
from leadline.web.pages.credentials.change import (
    bound_credential,
    give_access,
    revoke_credential,
    rotate_secret,
)
from leadline.web.pages.credentials.view import credential, credentials
from leadline.web.pages.customers.kept import customers_kept
from leadline.web.pages.customers.view import customers
from leadline.web.pages.decisions.acts import decide, log_change
from leadline.web.pages.decisions.view import decision, decisions
from leadline.web.pages.definitions.view import definition, definitions
from leadline.web.pages.delayed_check.acts import end_check, save_check, schedule_check
from leadline.web.pages.delayed_check.form import new_check
from leadline.web.pages.delayed_check.view import delayed_check
from leadline.web.pages.depth.view import depth
from leadline.web.pages.files.acts import bring_file, drop_file, send_file, try_file
from leadline.web.pages.files.view import files
from leadline.web.pages.findings.acts import judge
from leadline.web.pages.findings.view import finding, findings
from leadline.web.pages.goals.declare import (
    declare_cost,
    declare_programme,
    declare_question,
)
from leadline.web.pages.goals.view import goals
from leadline.web.pages.home.view import home
from leadline.web.pages.incidents.view import incidents
from leadline.web.pages.my_learning.checks import answer_check, my_check
from leadline.web.pages.my_learning.courses import launch
from leadline.web.pages.my_learning.view import my_learning
from leadline.web.pages.outcomes.effect import outcome_effect
from leadline.web.pages.outcomes.lot import outcome_trial
from leadline.web.pages.outcomes.view import outcomes
from leadline.web.pages.package.acts import assign, retire
from leadline.web.pages.package.view import package
from leadline.web.pages.packages.add import add_package
from leadline.web.pages.packages.view import packages
from leadline.web.pages.people.view import my_team, people
from leadline.web.pages.person.view import person
from leadline.web.pages.portfolio.view import portfolio
from leadline.web.pages.programme.baseline import baseline, freeze_baseline
from leadline.web.pages.programme.view import programme
from leadline.web.pages.programmes.view import programmes
from leadline.web.pages.quarantine.replay import replay
from leadline.web.pages.quarantine.view import quarantine
from leadline.web.pages.questions.view import questions
from leadline.web.pages.retention.view import retention
from leadline.web.pages.sign_in.sso import SSO
from leadline.web.pages.sign_in.view import choose_role, second_factor, sign_in, sign_out
from leadline.web.pages.trust.view import trust
from leadline.web.pages.unmatched.view import unmatched
from leadline.web.pages.video.view import video
from leadline.web.pages.who_sees_what.view import who_sees_what

urlpatterns = [
    path("openapi.json", openapi, name="openapi"),
    path("openapi-cmi5.json", openapi_cmi5, name="openapi-cmi5"),
    path("", home, name="home"),
    path("sign-in", sign_in, name="account_login"),
    path("sign-in/factor", second_factor, name="mfa_authenticate"),
    path("sign-out", sign_out, name="account_logout"),
    *SSO,
    *ACCOUNT,
    *COMPLIANCE,
    path("compliance/incidents", incidents, name="incidents"),
    path("role", choose_role, name="choose-role"),
    path("programmes", programmes, name="programmes"),
    path("programmes/course", course, name="course"),
    path("programmes/course/months", course_trend, name="course-trend"),
    path("programmes/course/groups", course_groups, name="course-groups"),
    path("programmes/video", video, name="video"),
    path("programmes/findings", findings, name="findings"),
    path("programmes/findings/one", finding, name="finding"),
    path("programmes/findings/judge", judge, name="judge-finding"),
    path("reviews/decisions", decisions, name="decisions"),
    path("reviews/decisions/one", decision, name="decision"),
    path("reviews/decisions/decide", decide, name="decide"),
    path("reviews/changes/log", log_change, name="log-change"),
    path("programmes/questions", questions, name="questions"),
    path("programmes/retention", retention, name="retention"),
    path("programmes/completions", completions, name="completions"),
    path("programmes/checks/new", new_check, name="new-check"),
    path("programmes/checks/save", save_check, name="save-check"),
    path("programmes/checks/<slug:key>", delayed_check, name="delayed-check"),
    path("programmes/checks/<slug:key>/schedule", schedule_check, name="schedule-check"),
    path("programmes/checks/<slug:key>/end", end_check, name="end-check"),
    path("checks/<str:token>", check, name="check"),
    path("programmes/packages", packages, name="packages"),
    path("programmes/packages/add", add_package, name="add-package"),
    path("programmes/packages/<slug:course_id>", package, name="package"),
    path("programmes/packages/<slug:course_id>/assign", assign, name="assign"),
    path("programmes/packages/<slug:course_id>/retire", retire, name="retire-package"),
    path("programmes/goals", goals, name="goals"),
    path("programmes/goals/declare", declare_programme, name="declare-programme"),
    path("programmes/programme", programme, name="programme"),
    path("programmes/programme/ask", declare_question, name="declare-question"),
    path("programmes/programme/baseline", baseline, name="baseline"),
    path("programmes/programme/freeze", freeze_baseline, name="freeze-baseline"),
    path("impact/budget", budget, name="budget"),
    path("impact/budget/cost", declare_cost, name="declare-cost"),
    path("impact/competency", competency, name="competency"),
    path("impact/portfolio", portfolio, name="portfolio"),
    path("impact/customers", customers, name="customers"),
    path("impact/customers/kept", customers_kept, name="customers-kept"),
    path("impact/outcomes", outcomes, name="outcomes"),
    path("impact/outcomes/course", outcome_effect, name="outcome-effect"),
    path("impact/outcomes/trial", outcome_trial, name="outcome-trial"),
    path("people", people, name="people"),
    path("people/my-team", my_team, name="my-team"),
    path("people/my-learning", my_learning, name="my-learning"),
    path("people/my-learning/launch", launch, name="launch"),
    path("people/my-learning/checks/<slug:invitation>", my_check, name="my-check"),
    path("people/my-learning/checks/<slug:invitation>/send", answer_check, name="answer-check"),
    path("people/<int:key>", person, name="person"),
    path("trust", trust, name="trust"),
    path("trust/credentials", credentials, name="credentials"),
    path("trust/credentials/give", give_access, name="give-access"),
    path("trust/credentials/<slug:key>", credential, name="credential"),
    path("trust/credentials/<slug:key>/rotate", rotate_secret, name="rotate-secret"),
    path("trust/credentials/<slug:key>/bounds", bound_credential, name="bound-credential"),
    path("trust/credentials/<slug:key>/revoke", revoke_credential, name="revoke-credential"),
    path("trust/files", files, name="files"),
    path("trust/files/add", send_file, name="send-file"),
    path("trust/files/try", try_file, name="try-file"),
    path("trust/files/bring", bring_file, name="bring-file"),
    path("trust/files/drop", drop_file, name="drop-file"),
    path("trust/quarantine", quarantine, name="quarantine"),
    path("trust/quarantine/replay", replay, name="replay"),
    path("trust/depth", depth, name="depth"),
    path("trust/unmatched", unmatched, name="unmatched"),
    path("trust/definitions", definitions, name="definitions"),
    path("trust/definitions/<slug:name>", definition, name="definition"),
    path("trust/who-sees-what", who_sees_what, name="who-sees-what"),
    path("trust/access-log", access_log, name="access-log"),
]

insist(urlpatterns)
