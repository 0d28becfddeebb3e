// The register keeps ticking without a network: a tick is kept on the phone first, sent at once, and sent again when
// the signal is back. Every message says what a mark is to be and how old it is, so that sending it twice changes
// nothing and the latest word on a person wins, whichever phone it comes from.

import { forget, isKept, seenKey } from "./register-keep.js";
import { PARTS, linesOf } from "./register-lines.js";
import { AGAIN, ageOf, post } from "./register-sending.js";
import { load, store } from "./register-storage.js";

const UNDO = 20;

export function startRegister(form) {
  const key = form.dataset.key;
  const closed = "closed" in form.dataset;
  const band = document.querySelector("[data-offline]");
  const undo = document.querySelector("[data-undo]");
  const lines = linesOf(form);
  const kept = load(key, {});
  const seen = seenKey(form.elements.session.value);
  const shown = {};
  const undone = [];
  let sending = false;
  let timer = 0;

  function keep() {
    store(key, Object.keys(kept).length ? kept : null);
  }
  function ticks() {
    const number = Object.keys(kept).length;
    return number === 1 ? "1 tick is" : `${number} ticks are`;
  }

  // The grey band: words, and perhaps where to go or what to do.
  function say(words, way) {
    if (band.firstChild?.textContent === words && !way) return;
    band.replaceChildren(words);
    if (way) {
      const act = document.createElement(way.href ? "a" : "button");
      Object.assign(act, way.href ? { href: way.href } : { type: "button", className: "rt-link", onclick: way.act });
      act.textContent = way.text;
      band.append(" ", act);
    }
    band.hidden = !words;
  }
  function sayNoSignal() {
    const some = Object.keys(kept).length;
    say(some ? `No signal: ${ticks()} kept on this phone, will send.` : "No signal: tick as usual, what you tick is kept on this phone.");
  }

  function message(going) {
    const fields = {};
    for (const [id, tick] of Object.entries(going)) {
      for (const part of PARTS) fields[`${part}-${id}`] = tick[part];
      fields[`age-${id}`] = ageOf(tick);
    }
    return fields;
  }

  // With nothing to send it still asks how the register stands: another phone may have marked meanwhile, and a page
  // that was fetched while its last ticks were on their way, or was kept for hours, does not know of them.
  async function send() {
    clearTimeout(timer);
    if (sending || !form.isConnected || closed) return;
    sending = true;
    const going = { ...kept };
    let again = 0;
    try {
      const answer = await post(form, () => message(going));
      if (answer.ok) {
        arrived(going, await answer.json());
        again = Object.keys(kept).length; // ticked while these were on their way: at once
      } else again = await failed(answer);
    } catch {
      again = AGAIN;
      sayNoSignal();
    } finally {
      sending = false;
    }
    if (again) timer = setTimeout(send, again);
  }

  function arrived(going, told) {
    for (const [id, tick] of Object.entries(going)) if (kept[id]?.at === tick.at) delete kept[id];
    keep();
    say("");
    lines.show(told, (id) => kept[id] || told.faults[id]);
    for (const id of lines.ids) if (!kept[id]) shown[id] = lines.read(id);
    for (const id of Object.keys(going)) lines.fault(id, told.faults[id] ?? "");
    lines.count();
    if (isKept() && !told.closed) store(seen, { at: told.at, lines: told.lines, earlier: told.earlier });
    if (told.closed) sayClosed();
    else if (told.of !== lines.ids.length)
      say("Somebody was added on another phone, or gave the place up.", { href: location.href, text: "Show the list as it is" });
  }

  // Whoever was signed out signs in again; a refusal is said. Ticks stay kept until the register has taken them.
  async function failed(answer) {
    const some = Object.keys(kept).length;
    const mine = some ? ` Your ${ticks()} kept on this phone.` : "";
    if (answer.type === "opaqueredirect" || answer.status === 401)
      say(`You are signed out.${mine}`, { href: form.dataset.signIn, text: some ? "Sign in to send them" : "Sign in again" });
    else if (answer.status === 409) {
      const told = await answer.json();
      if (told.closed) sayClosed();
      else say(`Not saved: ${told.refused}`, { href: location.href, text: "Show the register as it is" });
    } else if ([403, 404, 410].includes(answer.status)) {
      forget(location.pathname);
      say(`This register does not open for you any more.${mine}`, { href: form.dataset.signIn, text: "Sign in to see why" });
    } else if (answer.status >= 500 || answer.status === 429) {
      sayNoSignal();
      return AGAIN;
    } else say(`Something is old on this page.${mine}`, { href: location.href, text: "Open the register again to send them" });
    return 0;
  }
  function sayClosed() {
    forget(location.pathname);
    const some = Object.keys(kept).length;
    say(`The register was closed meanwhile.${some ? ` ${ticks()} not saved.` : ""}`, {
      href: location.href,
      text: some ? "Open it, and say why you correct it" : "Show it as it is",
    });
  }

  function tick(id) {
    const found = { ...lines.read(id), at: Date.now() };
    // No mark chosen is a wish too: the last one is taken back.
    if (!found.mark) found.mark = "none";
    shown[id] = lines.read(id);
    kept[id] = found;
    keep();
    lines.say(id, "Not sent yet");
  }
  function ticked(before) {
    for (const id of Object.keys(before)) tick(id);
    undone.push(before);
    if (undone.length > UNDO) undone.shift();
    after();
  }
  function after() {
    lines.count();
    const last = Object.keys(undone.at(-1) ?? {});
    undo.hidden = !last.length;
    undo.firstElementChild.textContent = last.length > 1 ? `: ${last.length} people` : last.length ? `: ${lines.nameOf(last[0])}` : "";
    send();
  }
  function partOf(input) {
    return input.name?.match(/^(mark|late|early|why)-(.+)$/)?.slice(1) ?? [];
  }

  form.addEventListener("change", ({ target }) => {
    const [part, id] = partOf(target);
    if (!id) return;
    const before = shown[id];
    if (part !== "why") lines.agree(id, part);
    lines.write(id, lines.read(id));
    if (closed) {
      shown[id] = lines.read(id);
      lines.count(); // a closed register is corrected with a reason, by its button
    } else ticked({ [id]: before });
  });
  // A second tap takes a tick back. (The click comes before the change, so that `shown` still has the last mark.)
  form.addEventListener("click", ({ target }) => {
    const [, id] = partOf(target);
    if (target.type !== "radio" || !id || shown[id].mark !== target.value) return;
    target.checked = false;
    target.dispatchEvent(new Event("change", { bubbles: true }));
  });
  undo?.addEventListener("click", () => {
    for (const [id, before] of Object.entries(undone.pop() ?? {})) {
      lines.write(id, before);
      tick(id);
    }
    after();
    if (undo.hidden) form.querySelector("input[type=radio]").focus();
  });
  for (const button of document.querySelectorAll("[data-everybody]")) button.addEventListener("click", allHere);
  function allHere(event) {
    event.preventDefault();
    const before = {};
    for (const id of lines.ids) {
      if (lines.read(id).mark) continue;
      before[id] = shown[id];
      lines.write(id, { ...lines.NOBODY, mark: "present" });
    }
    ticked(before);
  }
  form.addEventListener("submit", (event) => {
    if (closed) {
      store(key, null); // what was kept stands in the form that is sent
      return;
    }
    event.preventDefault(); // Enter in a field: it was kept already
    document.activeElement?.blur();
  });

  const known = load(seen, null);
  if (known && known.at > Number(form.dataset.at)) lines.show(known, () => false);
  for (const [id, found] of Object.entries(kept)) {
    if (!lines.isThere(id)) {
      delete kept[id]; // no longer on this register
      continue;
    }
    lines.write(id, { ...found, mark: found.mark === "none" ? "" : found.mark });
    lines.say(id, "Not sent yet");
  }
  for (const id of lines.ids) shown[id] = lines.read(id);
  for (const plain of form.querySelectorAll("[data-plain]")) plain.hidden = true;
  lines.count();
  if (closed && Object.keys(kept).length)
    say(`${ticks()} filled in below and not saved: give a reason and save, or`, {
      act: () => (store(key, null), location.reload()),
      text: "leave them out",
    });
  send();
  return { send, isKeeping: () => Object.keys(kept).length > 0 };
}
