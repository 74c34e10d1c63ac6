"""The buttons of a finding: its cause confirmed or rejected, itself rejected or opened again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from leadline.accounts.viewing import app
from leadline.actions.decisions import Decisions
from leadline.insights.stored import UnknownFinding
from leadline.privacy.lens import Lens
from leadline.privacy.policy import Deed
from leadline.privacy.refusals import NotThere, UnknownQuestion
from leadline.web.addresses import finding_page
from leadline.web.page import action
from leadline.web.places import doing


@action(sees=doing(Deed.DECIDE))
def judge(request: HttpRequest, lens: Lens) -> HttpResponse:
    """Write down what somebody makes of a finding or of one of its causes."""
    said = {name: request.POST.get(name, "") for name in ("finding", "cause", "reason", "verdict")}
    key, cause, reason = said["finding"], said["cause"], said["reason"]
    decisions = Decisions(app(), lens)
    if said["verdict"] in ("confirm", "reject") and not cause:
        raise UnknownQuestion(_("Say which cause it is about."))
    try:
        if said["verdict"] == "confirm":
            decisions.confirm(key, cause, reason)
        elif said["verdict"] in ("reject", "none"):
            decisions.reject(key, cause if said["verdict"] == "reject" else None, reason)
        elif said["verdict"] == "reopen":
            decisions.reopen(key, reason)
        else:
            raise UnknownQuestion(_("Confirm, reject, or open again."))
    except UnknownFinding as problem:
        raise NotThere from problem
    except ValueError as problem:
        raise UnknownQuestion(str(problem)) from problem
    return redirect(finding_page(key))
