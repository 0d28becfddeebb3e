// Someone not on the list: found while their name is typed, added without leaving the page; without signal kept on the
// phone and added later, under an id of the phone's own, so that sending it twice adds nobody twice.

import { keepAnew } from "./register-keep.js";
import { AGAIN, ageOf, post } from "./register-sending.js";
import { load, store } from "./register-storage.js";

// What somebody should read first after adding a person.
const FIRST = ["main .govuk-error-summary", "main .rt-choices__heading", "main .rt-banner--success", "main h1"];
const NOT_TYPED = ["csrf_token", "session", "kept"];

export function startWalkIns(form, begin) {
  const key = form.dataset.key;
  const section = document.querySelector("[data-kept]");
  let waiting = load(key, []);
  let sending = false;
  let timer = 0;

  function keep() {
    store(key, waiting.length ? waiting : null);
    show();
  }
  function drop(id) {
    waiting = waiting.filter((one) => one.kept !== id);
    keep();
  }

  // The list of those who were typed without signal.
  function show() {
    section.hidden = !waiting.length;
    section.querySelector("ul").replaceChildren(...waiting.map(itemOf));
  }
  function itemOf(one) {
    const item = document.createElement("li");
    const name = one.typed.name || one.typed.email || one.called;
    item.append(piece("strong", name), piece("span", one.asked || one.works || ""));
    if (one.asked) item.append(act("Say who it is", name, () => ask(one)));
    item.append(act("Leave out", name, () => (drop(one.kept), section.querySelector("h2, button")?.focus())));
    return item;
  }
  function piece(element, words) {
    return Object.assign(document.createElement(element), { textContent: words });
  }
  function act(words, name, onclick) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "rt-link", onclick });
    button.append(words, Object.assign(piece("span", `: ${name}`), { className: "govuk-visually-hidden" }));
    return button;
  }
  function ask(one) {
    for (const [name, value] of Object.entries(one.typed)) if (form.elements.namedItem(name)?.type) form.elements.namedItem(name).value = value;
    form.elements.kept.value = one.kept;
    form.closest("details").open = true;
    form.requestSubmit();
  }

  async function send() {
    clearTimeout(timer);
    if (sending || !form.isConnected || !waiting.some((one) => !one.asked)) return;
    sending = true;
    let added = false;
    try {
      for (const one of waiting.filter((each) => !each.asked)) {
        const answer = await post(form, () => ({ ...one.typed, kept: one.kept, age: ageOf(one) }));
        if (answer.ok) {
          added = true;
          drop(one.kept);
        } else if (answer.status === 422) {
          one.asked = (await answer.json()).asked;
          keep();
        } else if (answer.status >= 500 || answer.status === 429) timer = setTimeout(send, AGAIN);
        else break; // signed out, or refused: the register's own band says so
      }
    } catch {
      timer = setTimeout(send, AGAIN);
    } finally {
      sending = false;
    }
    if (added && !document.activeElement?.matches("main input, main select")) await refresh();
  }
  async function refresh() {
    try {
      const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
      if (answer.ok) replaceMain(await answer.text());
    } catch {
      // They stand in the list that is opened next.
    }
  }
  function replaceMain(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes);
    document.title = page.title;
    begin();
    keepAnew().catch(() => {});
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const buttons = form.querySelectorAll("button");
    form.elements.kept.value ||= newId();
    const id = form.elements.kept.value;
    const body = new FormData(form, event.submitter);
    for (const button of buttons) button.disabled = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(20000) });
      if (answer.redirected) drop(id);
      if (answer.redirected && new URL(answer.url).pathname !== location.pathname) {
        location.assign(answer.url);
        return;
      }
      replaceMain(await answer.text());
      const message = FIRST.map((place) => document.querySelector(place)).find(Boolean);
      message.tabIndex = -1;
      message.focus();
    } catch {
      for (const button of buttons) button.disabled = false;
      keepTyped(id, body, event.submitter);
    }
  });
  function keepTyped(id, body, submitter) {
    const typed = Object.fromEntries([...body].filter(([name, value]) => value && !NOT_TYPED.includes(name)));
    if (!typed.person && !typed.email && !(typed.name && typed.agency)) {
      complain("No signal: type their name and choose their agency, or type their work email, to keep them on this phone.");
      return;
    }
    const works = typed.setting || (typed.agency && form.elements.agency.selectedOptions[0].textContent);
    const called = typed.person && submitter.querySelector("strong")?.textContent;
    waiting = [...waiting.filter((one) => one.kept !== id), { kept: id, at: Date.now(), typed, works, called, asked: "" }];
    keep();
    for (const name of ["name", "email", "setting", "agency", "kept"]) form.elements.namedItem(name).value = "";
    form.querySelector("[data-choices]").replaceChildren();
    complain("");
    form.closest("details").open = false;
    const heading = section.querySelector("h2");
    heading.tabIndex = -1;
    heading.focus();
    clearTimeout(timer);
    timer = setTimeout(send, AGAIN);
  }
  function complain(words) {
    const place = form.querySelector("[data-unsent]") ?? document.createElement("p");
    place.dataset.unsent = "";
    place.className = "rt-offline";
    place.setAttribute("role", "alert");
    place.textContent = words;
    place.hidden = !words;
    form.append(place);
  }
  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_");
  }

  if (form.dataset.people) startSuggesting(form);
  show();
  return { send, isKeeping: () => waiting.length > 0 };
}

// While a name is typed, those who may be meant are offered.
function startSuggesting(form) {
  const name = form.elements.namedItem("name");
  const choices = form.querySelector("[data-choices]");
  let pause = 0;

  async function suggest() {
    const asked = name.value.trim();
    try {
      const answer = await fetch(`${form.dataset.people}?${new URLSearchParams({ name: asked })}`, { redirect: "error" });
      const told = answer.ok ? await answer.json() : { people: [] };
      if (name.value.trim() === asked) choices.replaceChildren(...(told.people.length ? [listOf(told.people)] : []));
    } catch {
      // Without signal nobody is suggested.
    }
  }
  // The same buttons as in templates/register/people.html.
  function listOf(people) {
    const list = document.createElement("ul");
    list.className = "rt-choices";
    for (const person of people) {
      const button = Object.assign(document.createElement("button"), { name: "person", value: person.value });
      button.append(
        piece("strong", "", person.name),
        piece("span", "", person.work),
        ...(person.waited ? [piece("span", "rt-tag rt-tag--warn", "Waited for this course")] : []),
        piece("span", "rt-choices__act", "Add, here"),
      );
      list.appendChild(document.createElement("li")).append(button);
    }
    return list;
  }
  function piece(element, className, textContent) {
    return Object.assign(document.createElement(element), { className, textContent });
  }
  name.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(suggest, 250);
  });
}
