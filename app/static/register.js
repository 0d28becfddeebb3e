// The register on a phone in a village hall. Without script it is one form, saved by its button.

import { keepPage } from "./register-keep.js";
import { startFinding } from "./register-people.js";
import { startRegister } from "./register-ticks.js";
import { startWalkIns } from "./register-walk-ins.js";

let ticks = null;
let walkIns = null;

function begin() {
  const form = document.getElementById("register");
  open(form);
  const ticked = form?.querySelector("input[type=radio]") && !("shut" in form.dataset);
  ticks = ticked ? startRegister(form) : null;
  if (form?.querySelector(".rt-register")) startFinding(form);
  const walkIn = document.querySelector("#walk-in form");
  walkIns = walkIn ? startWalkIns(walkIn, begin) : null;
  walkIns?.send();
  keepPage(form);
}

// A page that was fetched the evening before opens for ticks by itself, an hour before the start.
function open(form) {
  const wait = Number(form?.dataset.opens ?? 0) - Date.now();
  if (!form?.dataset.opens) return;
  if (wait > 0) {
    setTimeout(() => form.isConnected && begin(), Math.min(wait, 2 ** 31 - 1));
    return;
  }
  delete form.dataset.shut;
  delete form.dataset.opens;
  for (const part of document.querySelectorAll("[data-later]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-until-then]")) part.hidden = true;
}

function send() {
  ticks?.send();
  walkIns?.send();
}

addEventListener("online", send);
document.addEventListener("visibilitychange", () => document.hidden || send());
// What was ticked must not be left behind by closing: it is sent first.
document.addEventListener("submit", (event) => {
  if (event.target.id === "close" && (ticks?.isKeeping() || walkIns?.isKeeping())) {
    event.preventDefault();
    send();
    document.getElementById("counter").scrollIntoView();
  }
}, true);

begin();
