// The register keeps ticking without a network: a tick is kept on the phone first, sent at once, and sent again when
// the signal is back. Every message says what a mark is to be and how old it is, so that sending it twice changes
// nothing and the latest word on a person wins, whichever phone it comes from.

const PARTS = ["mark", "late", "early", "why"];
// What somebody should read first after adding a person.
const FIRST = ["main .govuk-error-summary", "main .rt-choices__heading", "main .rt-banner--success", "main h1"];
const AGAIN = 8000; // milliseconds until what could not be sent is tried again

function startRegister(form) {
  const key = form.dataset.key;
  const band = document.querySelector("[data-offline]");
  const everybody = form.querySelector("[data-everybody]");
  const kept = load();
  const shown = marks();
  let sending = false;
  let timer = 0;

  function load() {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? {};
    } catch {
      return {};
    }
  }
  function keep() {
    try {
      if (Object.keys(kept).length) localStorage.setItem(key, JSON.stringify(kept));
      else localStorage.removeItem(key);
    } catch {
      // A private window may refuse. Then the ticks live as long as this page.
    }
  }

  function field(part, id) {
    return form.elements.namedItem(`${part}-${id}`);
  }
  function marks() {
    const found = {};
    for (const was of form.querySelectorAll("input[name^=was-]")) {
      const id = was.name.slice(4);
      found[id] = marked(id);
    }
    return found;
  }
  function marked(id) {
    const value = field("mark", id)?.value ?? "";
    return value === "none" ? "" : value;
  }
  function setMark(id, kind) {
    for (const radio of field("mark", id) ?? []) radio.checked = radio.value === kind;
    shown[id] = kind;
  }
  function put(selector, value) {
    for (const place of document.querySelectorAll(selector))
      if (place.textContent !== String(value)) place.textContent = value;
  }
  function count() {
    const all = Object.values(shown);
    put("[data-here]", all.filter((mark) => mark === "present").length);
    const missing = all.filter((mark) => !mark).length;
    put("[data-missing]", missing);
    if (everybody) everybody.hidden = !missing;
  }

  // The grey band: words, and perhaps where to go.
  function say(words, link) {
    band.replaceChildren(words);
    if (link) {
      const anchor = document.createElement("a");
      anchor.href = link.href;
      anchor.textContent = link.text;
      band.append(" ", anchor);
    }
    band.hidden = !words;
  }
  function sayKept() {
    const number = Object.keys(kept).length;
    say(`No signal: ${number === 1 ? "1 tick is" : `${number} ticks are`} kept on this phone, will send.`);
  }

  function message(going) {
    const body = new URLSearchParams({
      csrf_token: form.elements.csrf_token.value,
      session: form.elements.session.value,
    });
    for (const [id, tick] of Object.entries(going)) {
      for (const part of PARTS) body.set(`${part}-${id}`, tick[part]);
      body.set(`age-${id}`, Math.max(0, Math.round((Date.now() - tick.at) / 1000)));
    }
    return body;
  }

  // With nothing to send it still asks how the register stands: another phone may have marked meanwhile, and a page
  // that was fetched while its last ticks were on their way does not know of them.
  async function send() {
    clearTimeout(timer);
    if (sending || !form.isConnected || "closed" in form.dataset) return;
    sending = true;
    const going = { ...kept };
    let again = 0;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: message(going),
        headers: { "X-Ticks": "1" },
        redirect: "manual",
        signal: AbortSignal.timeout(20000),
      });
      if (answer.ok) {
        arrived(going, await answer.json());
        again = Object.keys(kept).length; // ticked while these were on their way: at once
      } else again = await failed(answer, going);
    } catch {
      if (Object.keys(kept).length) {
        again = AGAIN;
        sayKept();
      }
    } finally {
      sending = false;
    }
    if (again) timer = setTimeout(send, again);
  }

  function arrived(going, told) {
    for (const [id, tick] of Object.entries(going)) if (kept[id]?.at === tick.at) delete kept[id];
    keep();
    say("");
    for (const [id, kind] of Object.entries(told.marks))
      if (id in shown && !kept[id] && !told.faults[id] && marked(id) !== kind) {
        setMark(id, kind);
        note(id);
      }
    for (const id of Object.keys(going)) showFault(id, told.faults[id] ?? "");
    count();
    if (told.of !== Object.keys(shown).length)
      say("Somebody was added on another phone, or gave the place up.", { href: location.href, text: "Show the list as it is" });
  }

  // Whoever was signed out signs in again; a page that is too old is opened anew; a refusal is said. Ticks stay
  // kept unless the register refuses them.
  async function failed(answer, going) {
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      const some = Object.keys(kept).length;
      say(`You are signed out.${some ? " Your ticks are kept on this phone." : ""}`, {
        href: form.dataset.signIn,
        text: some ? "Sign in to send them" : "Sign in again",
      });
      return 0;
    }
    if (!Object.keys(going).length) return 0;
    if (answer.status === 409) {
      for (const id of Object.keys(going)) delete kept[id];
      keep();
      say(`Not saved: ${(await answer.json()).refused}`, { href: location.href, text: "Show the register as it is" });
      return 0;
    }
    if (answer.status >= 500 || answer.status === 429) {
      sayKept();
      return AGAIN;
    }
    say("Your ticks are kept on this phone.", { href: location.href, text: "Open the register again to send them" });
    return 0;
  }

  function showFault(id, words) {
    const place = document.getElementById(`fault-${id}`);
    if (!place || (place.hidden && !words)) return;
    place.querySelector("[data-fault]").textContent = words;
    place.hidden = !words;
    place.closest("li").classList.toggle("rt-register__wrong", Boolean(words));
    field("late", id).classList.toggle("govuk-input--error", Boolean(words));
    if (words) place.closest("li").querySelector(".rt-more-marks").open = true;
  }

  // The same words as in the page's own lines.
  function note(id) {
    const late = field("late", id).value.trim();
    const early = field("early", id).value.trim();
    const said = [
      shown[id] === "excused" && "Excused",
      late && `${late} minutes late`,
      early && `left ${early} minutes early`,
      field("why", id).value.trim(),
    ];
    document.getElementById(`line-${id}`).querySelector("[data-note]").textContent = said.filter(Boolean).join(", ");
  }

  function tick(id) {
    const found = { at: Date.now() };
    for (const part of PARTS) found[part] = field(part, id).value;
    // No mark chosen is a wish too: the last one is taken back (minutes alone say that somebody was there).
    if (!found.mark && !found.late && !found.early) found.mark = "none";
    shown[id] = marked(id);
    kept[id] = found;
    keep();
    count();
    note(id);
  }
  function idOf(input) {
    return input.name?.match(/^(?:mark|late|early|why)-(.+)$/)?.[1];
  }

  form.addEventListener("change", ({ target }) => {
    const id = idOf(target);
    if (!id) return;
    if ("closed" in form.dataset) {
      shown[id] = marked(id);
      note(id);
      count(); // a closed register is corrected with a reason, by its button
      return;
    }
    tick(id);
    send();
  });
  // A second tap takes a tick back. (The click comes before the change, so that `shown` still has the last mark.)
  form.addEventListener("click", ({ target }) => {
    if (target.type !== "radio" || !target.value || shown[idOf(target)] !== target.value) return;
    target.checked = false;
    target.dispatchEvent(new Event("change", { bubbles: true }));
  });
  everybody?.addEventListener("click", (event) => {
    event.preventDefault();
    for (const id of Object.keys(shown)) {
      if (shown[id]) continue;
      setMark(id, "present");
      tick(id);
    }
    send();
  });
  form.addEventListener("submit", (event) => {
    if ("closed" in form.dataset) return;
    event.preventDefault(); // Enter in a field: it was kept already
    document.activeElement?.blur();
  });

  for (const [id, found] of Object.entries(kept)) {
    if (!(id in shown)) {
      delete kept[id]; // no longer on this register
      continue;
    }
    for (const part of PARTS.slice(1)) field(part, id).value = found[part];
    setMark(id, found.mark === "none" ? "" : found.mark);
    note(id);
  }
  for (const plain of form.querySelectorAll("[data-plain]")) plain.hidden = true;
  count();
  send();
  return { send, isKeeping: () => Object.keys(kept).length > 0 };
}

// Finding a name: two letters are enough in a hall full of people.
function startFinding(form) {
  const box = document.getElementById("find");
  const nobody = document.querySelector("[data-nobody]");
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const people = [...form.querySelectorAll(".rt-register > li")].map((line) => {
    const name = line.querySelector(".rt-register__name").firstChild.textContent;
    return { line, words: plain(name).split(/[\s-]+/) };
  });

  function find() {
    const wanted = plain(box.value).split(/[\s-]+/).filter(Boolean);
    let found = 0;
    for (const { line, words } of people) {
      line.hidden = !wanted.every((piece) => words.some((word) => word.startsWith(piece)));
      found += !line.hidden;
    }
    for (const list of form.querySelectorAll(".rt-register")) {
      const empty = !list.querySelector(":scope > li:not([hidden])");
      list.hidden = empty;
      list.previousElementSibling.hidden = empty;
    }
    nobody.hidden = found > 0;
    form.querySelector(".rt-register-actions").hidden = wanted.length > 0;
    nobody.querySelector("[data-called]").textContent = box.value.trim();
  }

  if (people.length < 8) return;
  document.querySelector("[data-find]").hidden = false;
  box.addEventListener("input", find);
  box.addEventListener("focus", () => box.select());
  nobody.querySelector("[data-add]").addEventListener("click", () => {
    const fold = document.getElementById("walk-in");
    const name = fold.querySelector("[name=name]");
    fold.open = true;
    name.value = box.value.trim();
    box.value = "";
    find();
    name.focus();
    name.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

// Someone not on the list is found while their name is typed, and added without leaving the page.
function startWalkIn(walkIn) {
  const name = walkIn.elements.namedItem("name");
  const choices = walkIn.querySelector("[data-choices]");
  let pause = 0;

  async function suggest() {
    const asked = name.value.trim();
    try {
      const answer = await fetch(`${walkIn.dataset.people}?${new URLSearchParams({ name: asked })}`, { redirect: "error" });
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
  function piece(element, name, words) {
    return Object.assign(document.createElement(element), { className: name, textContent: words });
  }
  name.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(suggest, 250);
  });

  walkIn.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearTimeout(pause);
    const buttons = walkIn.querySelectorAll("button");
    const body = new FormData(walkIn, event.submitter);
    for (const button of buttons) button.disabled = true;
    try {
      const answer = await fetch(walkIn.action, { method: "POST", body });
      if (answer.redirected && !new URL(answer.url).pathname.endsWith("/register")) {
        location.assign(answer.url);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes);
      document.title = page.title;
      begin();
      const message = FIRST.map((place) => document.querySelector(place)).find(Boolean);
      message.tabIndex = -1;
      message.focus();
    } catch {
      for (const button of buttons) button.disabled = false;
      const place = walkIn.querySelector("[data-unsent]") ?? document.createElement("p");
      place.dataset.unsent = "";
      place.className = "rt-offline";
      place.setAttribute("role", "alert");
      place.textContent = "No signal: nobody was added yet. What you typed is still here; press the button again.";
      walkIn.append(place);
    }
  });
}

let current = null;

function begin() {
  const form = document.getElementById("register");
  const ticked = form?.querySelector("input[type=radio]");
  current = ticked ? startRegister(form) : null;
  if (ticked) startFinding(form);
  const walkIn = document.querySelector("#walk-in form");
  if (walkIn) startWalkIn(walkIn);
}

addEventListener("online", () => current?.send());
document.addEventListener("visibilitychange", () => document.hidden || current?.send());
// What was ticked must not be left behind by closing: it is sent first.
document.addEventListener("submit", (event) => {
  if (event.target.id === "close" && current?.isKeeping()) {
    event.preventDefault();
    current.send();
    document.getElementById("counter").scrollIntoView();
  }
}, true);

begin();
