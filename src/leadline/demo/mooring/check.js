// Three questions: every answer is told, then passed or failed with the score.
"use strict";
begin(async (session) => {
  const questions = [...document.querySelectorAll("fieldset")];
  const answers = questions.map((question) => question.dataset);
  ready("Answer all three.");
  onClick("done", async () => {
    const given = new FormData(document.getElementById("questions"));
    if (answers.some(({ question }) => !given.get(question))) {
      return ready("One answer is missing.");
    }
    let right = 0;
    for (const [position, { question, right: wanted }] of answers.entries()) {
      const response = given.get(question);
      right += Number(response === wanted);
      await session.tell("answered", {
        object: asked(session, question, questions[position]),
        result: { response, success: response === wanted },
      });
    }
    const scaled = Math.round((100 * right) / answers.length) / 100;
    const score = { scaled, raw: right, min: 0, max: answers.length };
    const success = scaled >= session.mastery;
    await session.tell(success ? "passed" : "failed", { result: { score, success }, moveOn: true });
    await session.end();
  });
});

function asked(session, question, fieldset) {
  const choices = [...fieldset.querySelectorAll("label")].map((label) => ({
    id: label.firstElementChild.value,
    description: { en: label.textContent.trim() },
  }));
  return {
    id: `${session.activity}/questions/${question}`,
    definition: {
      type: "http://adlnet.gov/expapi/activities/cmi.interaction",
      interactionType: "choice",
      name: { en: fieldset.querySelector("legend").textContent },
      correctResponsesPattern: [fieldset.dataset.right],
      choices,
    },
  };
}
