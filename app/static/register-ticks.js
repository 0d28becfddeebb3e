// The register keeps ticking without a network: a tick is kept on the phone first, sent at once, and sent again when
// the signal is back. Every message says what a mark is to be and how old it is, so that sending it twice changes
// nothing and the latest word on a person wins, whichever phone it comes from.

const PARTS = ["mark", "late", "early", "why"];
const AGAIN = 8000; // milliseconds until what could not be sent is tried again

export function startRegister(form) {
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
