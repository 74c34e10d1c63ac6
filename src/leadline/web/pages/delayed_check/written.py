"""A delayed check as a form writes it, and as a form shows it again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from leadline.checks import BadQuiz, Content, Plan, Question, Quiz

BLANKS = 4  # empty blocks for further questions
BLOCKS_MAX = 20
MARK = "*"  # before each right answer, which stands on a line of its own
FIELDS = ("course", "check", "of", "title", "pass_mark", "from_day", "to_day", "share")


@dataclass(frozen=True)
class Written:
    """The fields of the form: `fields` by name; items: ids of the course's own questions that are
    picked; blocks: (question, answers) of those that were typed in."""

    fields: Mapping[str, str]
    items: tuple[str, ...] = ()
    blocks: tuple[tuple[str, str], ...] = ()

    def padded(self) -> Sequence[tuple[str, str]]:
        """The blocks, and some empty ones."""
        room = max(0, BLOCKS_MAX - len(self.blocks))
        return [*self.blocks, *([("", "")] * min(BLANKS, room))]


def posted(sent: QueryDict) -> Written:
    """What was sent, as far as the form goes."""
    pairs = zip(sent.getlist("text"), sent.getlist("answers"), strict=False)
    typed = [(text.strip(), answers.strip()) for text, answers in pairs]
    blocks = tuple(pair for pair in typed if any(pair))
    fields = {name: sent.get(name, "").strip() for name in FIELDS}
    return Written(fields, tuple(sent.getlist("item")), blocks[:BLOCKS_MAX])


def shown_again(quiz: Quiz) -> Written:
    """A check as the form that wrote it."""
    plan, content = quiz.plan, quiz.content
    fields = {
        "course": plan.course,
        "check": quiz.key,
        "of": plan.of,
        "title": content.title,
        "pass_mark": f"{100 * content.pass_mark:g}",
        "from_day": str(plan.from_day),
        "to_day": str(plan.to_day),
        "share": f"{100 * plan.share:g}",
    }
    items = tuple(question.item for question in content.questions if question.item)
    typed = [question for question in content.questions if not question.item]
    blocks = tuple((question.text, _lines(question)) for question in typed)
    return Written(fields, items, blocks)


def read(written: Written, known: Sequence[Question]) -> tuple[Plan, Content]:
    """What the form says. known: the course's own questions. Raises BadQuiz."""
    fields = written.fields
    plan = Plan(
        course=fields["course"],
        of=fields["of"],
        from_day=_whole("from_day", fields),
        to_day=_whole("to_day", fields),
        share=_percent("share", fields),
    )
    by_id = {question.item: question for question in known}
    picked = [by_id[item] for item in written.items if item in by_id]
    typed = [_question(*block) for block in written.blocks]
    content = Content(fields["title"], (*picked, *typed), _percent("pass_mark", fields))
    return plan, content


def _question(text: str, answers: str) -> Question:
    lines = [line.strip() for line in answers.splitlines() if line.strip()]
    keys = tuple(place for place, line in enumerate(lines) if line.startswith(MARK))
    choices = tuple(line.removeprefix(MARK).strip() for line in lines)
    return Question(text, choices, keys)


def _lines(question: Question) -> str:
    return "\n".join(
        f"{MARK} {text}" if place in question.keys else text
        for place, text in enumerate(question.choices)
    )


def _whole(name: str, fields: Mapping[str, str]) -> int:
    text = fields[name]
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise BadQuiz(name, _("“%(text)s” is no whole number.") % {"text": text[:20]}, _REMEDY)
    return int(text)


def _percent(name: str, fields: Mapping[str, str]) -> float:
    return _whole(name, fields) / 100


_REMEDY = "Write one such as 14."
