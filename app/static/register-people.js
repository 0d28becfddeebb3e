// Finding people on a register by two letters of their name.

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
