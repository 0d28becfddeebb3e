// Sending what a phone kept of a register: ticks, and people who are not on the list.

export const AGAIN = 8000; // milliseconds until what could not be sent is tried again

// The fields are asked for anew where it is sent a second time: their ages are those of that moment.
export async function post(form, fields) {
  const answer = await once(form, fields());
  return answer.status === 400 && (await renewToken()) ? once(form, fields()) : answer;
}
function once(form, fields) {
  const { csrf_token, session } = form.elements;
  return fetch(form.action, {
    method: "POST",
    body: new URLSearchParams({ ...fields, csrf_token: csrf_token.value, session: session.value }),
    headers: { "X-Ticks": "1" },
    redirect: "manual",
    signal: AbortSignal.timeout(20000),
  });
}

// How many seconds ago something was typed.
export function ageOf(kept) {
  return Math.max(0, Math.round((Date.now() - kept.at) / 1000));
}

// A page that was open for hours, or was kept, may hold the token of a session that is over: a fresh page has another.
async function renewToken() {
  const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("main [name=csrf_token]")?.value;
  for (const field of document.querySelectorAll("[name=csrf_token]")) if (fresh) field.value = fresh;
  return Boolean(fresh);
}
