// The lines of a register: which mark and minutes they show, and whose mark it is.

export const PARTS = ["mark", "late", "early", "why"];
const NOBODY = { mark: "", late: "", early: "", why: "" };

export function linesOf(form) {
  const ids = [...form.querySelectorAll("input[name^=was-]")].map((was) => was.name.slice(4));

  function field(part, id) {
    return form.elements.namedItem(`${part}-${id}`);
  }
  function read(id) {
    const found = {};
    for (const part of PARTS) found[part] = field(part, id)?.value.trim() ?? "";
    if (found.mark === "none") found.mark = "";
    return found;
  }
  function write(id, wanted) {
    for (const radio of field("mark", id) ?? []) radio.checked = radio.value === wanted.mark;
    for (const part of PARTS.slice(1)) field(part, id).value = wanted[part];
    note(id);
  }
  function choose(id, mark) {
    for (const radio of field("mark", id)) radio.checked = radio.value === mark;
  }

  // Here, late and minutes belong together: "Late" alone notes the minutes since the start.
  function agree(id, part) {
    const now = read(id);
    if (part === "mark" && now.mark === "late") {
      field("late", id).value = now.late || lateBy();
      if (!field("late", id).value) askMinutes(id);
    } else if (part === "mark") {
      field("late", id).value = "";
      if (now.mark !== "present") field("early", id).value = "";
    } else if (now.late && ["", "present"].includes(now.mark)) choose(id, "late");
    else if (!now.late && now.mark === "late") choose(id, "present");
    else if (now.early && !now.mark) choose(id, "present");
  }
  function lateBy() {
    const minutes = Math.ceil((Date.now() - Number(form.dataset.starts)) / 60000);
    return minutes > 0 && minutes < Number(form.dataset.minutes) ? String(minutes) : "";
  }
  // Before the start and after the end nobody knows how late somebody was.
  function askMinutes(id) {
    line(id).querySelector(".rt-more-marks").open = true;
    field("late", id).focus();
  }

  // The same words as in the page's own lines (lines.py).
  function note(id) {
    const { mark, late, early, why } = read(id);
    const said = [mark === "excused" && "Excused", late && `${late} minutes late`, early && `left ${early} minutes early`, why];
    line(id).querySelector("[data-note]").textContent = said.filter(Boolean).join(", ");
  }
  function line(id) {
    return document.getElementById(`line-${id}`);
  }
  function nameOf(id) {
    return document.getElementById(`name-${id}`).firstChild.textContent.trim();
  }
  function say(id, words, earlier) {
    const place = line(id).querySelector("[data-said-by]");
    const list = place.querySelector("[data-earlier]");
    place.querySelector("[data-said]").textContent = words;
    if (earlier) list.replaceChildren(...earlier.map((one) => Object.assign(document.createElement("li"), { textContent: one })));
    list.parentElement.hidden = !list.children.length;
    place.hidden = !words && !list.children.length;
  }
  function isTyping(id) {
    return document.activeElement?.matches("input:not([type=radio])") && line(id).contains(document.activeElement);
  }

  // How everybody stands, as the site said last: all but those whose own tick is still to be sent.
  function show(told, isKept) {
    for (const id of ids) {
      if (isKept(id)) continue;
      const [mark, late, early, why, said] = told.lines[id] ?? ["", "", "", "", ""];
      const now = read(id);
      const other = now.mark !== mark || now.late !== late || now.early !== early || now.why !== why;
      if (other && !isTyping(id)) write(id, { mark, late, early, why });
      say(id, said, told.earlier[id] ?? []);
    }
  }
  function fault(id, words) {
    const place = document.getElementById(`fault-${id}`);
    if (!place || (place.hidden && !words)) return;
    place.querySelector("[data-fault]").textContent = words;
    place.hidden = !words;
    line(id).classList.toggle("rt-register__wrong", Boolean(words));
    field("late", id).classList.toggle("govuk-input--error", Boolean(words));
    if (words) line(id).querySelector(".rt-more-marks").open = true;
  }

  // The counter and the button for everybody else.
  function count() {
    const marks = ids.map((id) => read(id).mark);
    const missing = marks.filter((mark) => !mark).length;
    put("[data-here]", marks.filter((mark) => mark === "present" || mark === "late").length);
    put("[data-missing]", missing);
    for (const button of document.querySelectorAll("[data-everybody]")) button.hidden = !missing;
  }
  function put(selector, value) {
    for (const place of document.querySelectorAll(selector))
      if (place.textContent !== String(value)) place.textContent = value;
  }
  return { ids, read, write, agree, say, show, fault, count, nameOf, isThere: (id) => ids.includes(id), NOBODY };
}
