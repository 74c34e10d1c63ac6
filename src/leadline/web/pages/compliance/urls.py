"""The addresses of Compliance."""

from django.urls import path

from leadline.web.pages.compliance.alerts import alerts
from leadline.web.pages.compliance.calendar import compliance_calendar
from leadline.web.pages.compliance.declared import requirements
from leadline.web.pages.compliance.evidence import evidence, evidence_pack
from leadline.web.pages.compliance.forecast import compliance_forecast
from leadline.web.pages.compliance.people import obligation_timeline, obligations
from leadline.web.pages.compliance.view import compliance

COMPLIANCE = [
    path("compliance", compliance, name="compliance"),
    path("compliance/calendar", compliance_calendar, name="compliance-calendar"),
    path("compliance/people", obligations, name="obligations"),
    path("compliance/person", obligation_timeline, name="obligation"),
    path("compliance/alerts", alerts, name="alerts"),
    path("compliance/forecast", compliance_forecast, name="compliance-forecast"),
    path("compliance/evidence", evidence, name="evidence"),
    path("compliance/evidence/pack", evidence_pack, name="evidence-pack"),
    path("compliance/requirements", requirements, name="requirements"),
]
