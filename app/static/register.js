// The register on a phone in a village hall. Without script it is one form, saved by its button.

import { startFinding, startWalkIn } from "./register-people.js";
import { startRegister } from "./register-ticks.js";

let current = null;

function begin() {
  const form = document.getElementById("register");
  const ticked = form?.querySelector("input[type=radio]");
  current = ticked ? startRegister(form) : null;
  if (ticked) startFinding(form);
  const walkIn = document.querySelector("#walk-in form");
  if (walkIn) startWalkIn(walkIn, begin);
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
