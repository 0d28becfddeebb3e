// What the browser remembers of a register. A private window may refuse: then it lives as long as the page.

export function load(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}
export function store(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // See above.
  }
}
export function keys(beginning) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(beginning));
  } catch {
    return [];
  }
}

// A page that was open for hours, or was kept, may hold the token of a session that is over: a fresh page has another.
export async function renewToken() {
  const answer = await fetch(location.href, { redirect: "manual", cache: "no-store" });
  if (!answer.ok) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("main [name=csrf_token]")?.value;
  for (const field of document.querySelectorAll("[name=csrf_token]")) if (fresh) field.value = fresh;
  return Boolean(fresh);
}
