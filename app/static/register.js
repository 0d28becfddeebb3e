// The register keeps ticking without a network: a tick is kept on the phone first, sent at once, and sent again
// when the signal is back. Every message says what a mark is to be, so sending it twice changes nothing.
function startRegister(form) {
  const key = form.dataset.key;
  const band = document.querySelector("[data-offline]");
  const correction = document.getElementById("correction");
  let kept = load();
  let sending = false;

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
      // Private windows may refuse: then the tick lives in the form, and "Save the register" sends it.
    }
  }
  function show(selector, value) {
    const place = document.querySelector(selector);
    if (place && place.textContent !== String(value)) place.textContent = value;
  }
  function count() {
    const rows = [...form.querySelectorAll("fieldset")].map((row) => row.querySelector("input:checked")?.value);
    show("[data-here]", rows.filter((mark) => mark === "present").length);
    show("[data-missing]", rows.filter((mark) => !mark).length);
  }
  function fieldsOf(id) {
    const found = {};
    for (const name of ["mark", "late", "early", "why"]) {
      const field = form.elements.namedItem(`${name}-${id}`);
      if (field) found[`${name}-${id}`] = field.value;
    }
    return found;
  }

  async function send() {
    if (sending || !Object.keys(kept).length) return;
    sending = true;
    const going = kept;
    const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, session: form.elements.session.value });
    for (const fields of Object.values(going)) for (const [name, value] of Object.entries(fields)) body.set(name, value);
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Ticks": "1" }, redirect: "error" });
      if (answer.status >= 500) throw new Error(answer.status);
      band.hidden = true;
      for (const id of Object.keys(going)) if (kept[id] === going[id]) delete kept[id];
      keep();
      if (!answer.ok) location.reload(); // refused: the page says why, and shows what is kept on the server
    } catch {
      band.hidden = false;
    } finally {
      sending = false;
    }
    if (band.hidden && Object.keys(kept).length) send();
  }

  function changed(event) {
    const id = event.target.name?.replace(/^(mark|late|early|why)-/, "");
    if (!id || id === event.target.name) return;
    count();
    if (correction) return; // a closed register is corrected with a reason, by its button
    kept[id] = fieldsOf(id);
    keep();
    send();
  }

  for (const fields of Object.values(kept))
    for (const [name, value] of Object.entries(fields)) {
      const field = form.elements.namedItem(name);
      if (field) field.value = value;
    }
  count();
  send();
  form.addEventListener("change", changed);
  // The plain save carries every tick of this page with it.
  form.addEventListener("submit", () => { if (navigator.onLine) { kept = {}; keep(); } });
  addEventListener("online", send);
  const again = setInterval(() => (form.isConnected ? send() : clearInterval(again)), 10000);
}

// Someone not on the list is added without leaving the page.
function startWalkIn(walkIn) {
  walkIn.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = walkIn.querySelector("button[type=submit]");
    button.disabled = true;
    try {
      const answer = await fetch(walkIn.action, { method: "POST", body: new FormData(walkIn) });
      if (answer.redirected && !new URL(answer.url).pathname.endsWith("/register")) {
        location.assign(answer.url);
        return;
      }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes);
      begin();
      const message = document.querySelector("main .govuk-error-summary, main h1");
      message.tabIndex = -1;
      message.focus();
    } catch {
      button.disabled = false;
      document.querySelector("[data-offline]").hidden = false;
    }
  });
}

function begin() {
  const form = document.getElementById("register");
  if (form && !document.querySelector("main .rt-banner--problem")) startRegister(form);
  const walkIn = document.querySelector("#walk-in form");
  if (walkIn) startWalkIn(walkIn);
}

begin();
