// Finding people on a register, and adding those who are not on it.

// What somebody should read first after adding a person.
const FIRST = ["main .govuk-error-summary", "main .rt-choices__heading", "main .rt-banner--success", "main h1"];

// Finding a name: two letters are enough in a hall full of people.
export function startFinding(form) {
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
export function startWalkIn(walkIn, begin) {
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
