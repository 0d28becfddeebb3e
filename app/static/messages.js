// Buttons that put a field where the caret is. Without script the list of fields is there to copy from.
const text = document.querySelector("textarea[name=text]");
let target = text;
for (const box of document.querySelectorAll("input[name=subject], textarea[name=text]"))
  box.addEventListener("focus", () => { target = box; });
for (const button of document.querySelectorAll("[data-field]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    target.setRangeText(button.dataset.field, target.selectionStart, target.selectionEnd, "end");
    target.focus();
  });
}
// Enter after a name looks for somebody: the form's first button would save the words.
const named = document.querySelector("input[name=named]");
const find = document.querySelector("button[name=do][value=find]");
named?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !find) return;
  event.preventDefault();
  find.click();
});
// What was typed is not lost by leaving the page in passing.
const form = text?.form;
let typed = false;
form?.addEventListener("input", () => { typed = true; });
form?.addEventListener("submit", (event) => { if (!event.submitter?.formTarget) typed = false; });
addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
