// What makes a page nicer where script runs. Every page works without it.

// Components of the design system are fetched only by pages that have one.
const COMPONENTS = {
  "govuk-character-count": "CharacterCount",
  "govuk-error-summary": "ErrorSummary",
  "govuk-password-input": "PasswordInput",
};

async function startComponents(root) {
  const present = Object.keys(COMPONENTS).filter((name) => root.querySelector(`[data-module="${name}"]`));
  if (!present.length) return;
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  const library = await import("./vendor/govuk-frontend.min.js");
  for (const name of present) library.createAll(library[COMPONENTS[name]], undefined, root);
}

// A form is sent once: a second press within five seconds does nothing. A page fetched back starts afresh.
// What is only shown in a frame of the page may be asked for again, and the form sent right after it.
const sent = new WeakMap();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || event.submitter?.formTarget) return;
  if (Date.now() - (sent.get(form) ?? 0) < 5000) event.preventDefault();
  else sent.set(form, Date.now());
});
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) sent.delete(form);
});

// An open menu closes with Escape and with a press elsewhere.
function closeMenus(keep) {
  for (const menu of document.querySelectorAll(".rt-more[open]")) if (!menu.contains(keep)) menu.open = false;
}
document.addEventListener("click", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.activeElement?.closest?.(".rt-more[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// htmx, on pages that load it: nothing evaluated, nothing of a page kept in the browser, answers to mistakes shown.
if (window.htmx) {
  Object.assign(window.htmx.config, {
    includeIndicatorStyles: false,
    allowEval: false,
    allowScriptTags: false,
    historyCacheSize: 0,
    responseHandling: [
      { code: "204", swap: false },
      { code: "[23]..", swap: true },
      { code: "(409|422)", swap: true },
      { code: "...", swap: false, error: true },
    ],
  });
  document.addEventListener("htmx:load", (event) => startComponents(event.detail.elt));
  // Without a network, or when the server fails, the form is sent the plain way, so that the person sees why.
  for (const failure of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(failure, ({ detail }) => {
      const form = detail.elt.closest("form");
      if (form && navigator.onLine) HTMLFormElement.prototype.submit.call(form);
    });
  }
}

// A register that was kept on this phone goes when its day is over, and with signing out.
try {
  if (Object.keys(localStorage).some((key) => key.startsWith("register-kept:")))
    import("./register-keep.js").then((register) => register.startForgetting());
} catch {
  // A private window keeps nothing.
}

startComponents(document);
