// Shows a mark's own words on hover and focus; arrow keys walk the marks of a chart. Pages work without it.
"use strict";
for (const svg of document.querySelectorAll("svg[data-chart]")) {
  const marks = [...svg.querySelectorAll('[role="graphics-symbol"][aria-label]')]
    .filter((mark) => mark.getAttribute("aria-roledescription") !== "axis");
  if (!marks.length) continue;
  const figure = svg.closest("figure");
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  figure.append(tip);
  const show = (mark) => {
    const box = mark.getBoundingClientRect();
    const frame = figure.getBoundingClientRect();
    tip.textContent = mark.getAttribute("aria-label");
    tip.hidden = false;
    const centre = box.left + Math.min(box.width, frame.width) / 2 - frame.left - tip.offsetWidth / 2;
    tip.style.left = `${Math.max(0, Math.min(centre, frame.width - tip.offsetWidth))}px`;
    tip.style.top = `${Math.max(box.top - frame.top - tip.offsetHeight - 6, -tip.offsetHeight - 6)}px`;
  };
  const hide = () => { tip.hidden = true; };
  let at = -1;
  const go = (to) => {
    at = Math.max(0, Math.min(to, marks.length - 1));
    marks[at].setAttribute("tabindex", "-1");
    marks[at].focus();
  };
  svg.setAttribute("tabindex", "0");
  svg.addEventListener("pointerover", (event) => {
    const mark = event.target.closest("[aria-label]");
    if (marks.includes(mark)) show(mark); else hide();
  });
  svg.addEventListener("pointerleave", hide);
  svg.addEventListener("focusin", (event) => { if (marks.includes(event.target)) show(event.target); });
  svg.addEventListener("focusout", hide);
  svg.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: marks.length - 1 };
    if (event.key in steps) { event.preventDefault(); go(steps[event.key]); }
    if (event.key === "Escape") hide();
  });
}
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelectorAll(".term");
  for (const term of open || []) term.classList.add("dismissed");
});
for (const term of document.querySelectorAll(".term")) {
  for (const event of ["pointerenter", "focusin"]) term.addEventListener(event, () => term.classList.remove("dismissed"));
}
