"""A page as a document to be kept: PDF, through the same look as the page."""

from django.http import HttpResponse

from leadline.paper import typeset
from leadline.web.anatomy import Paper


def as_pdf(paper: Paper, name: str) -> HttpResponse:
    """The document as a download. The same values of the same instant give the same bytes."""
    made = typeset(paper.template, paper.values, paper.at)
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="leadline-{name}.pdf"'
    return response
