"""Delayed checks that Leadline itself schedules, sends, asks and scores (METHODS C)."""

from leadline.checks.checks import Checks, Parts
from leadline.checks.quiz import BadQuiz, Content, Plan, Question, Quiz

__all__ = ["BadQuiz", "Checks", "Content", "Parts", "Plan", "Question", "Quiz"]
