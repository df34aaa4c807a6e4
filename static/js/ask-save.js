// Saves an answer while it is typed, by sending the page's own form as its buttons do. Without it, every button saves as well.
// At most one save is under way, and one in some seconds; before a button's own sending the one under way is waited for, so that
// an older answer never comes after a newer one.

const RESTS = 1500; // ms without a letter before it is saved
const APART = 4000; // ms between two saves at the least
const LONGEST = 8000; // ms until a save counts as lost

const form = document.getElementById("ask");
const told = document.querySelector("[data-saved]");

if (form && told && window.fetch) {
  const words = told.querySelector("span") || told;
  let timer = 0;
  let under = null; // the save that is under way
  let last = 0; // when the last one began
  let typed = contents(); // what the server has

  function contents() {
    const sent = new URLSearchParams(new FormData(form));
    sent.delete("csrf_token");
    return sent.toString();
  }

  function say(sentence) {
    if (words.textContent !== sentence) words.textContent = sentence;
  }

  async function save() {
    timer = 0;
    const now = contents();
    if (under || now === typed) return;
    last = Date.now();
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(), LONGEST);
    const body = new URLSearchParams(new FormData(form));
    body.set("go", "keep");
    say(told.dataset.saving);
    under = fetch(location.href, { method: "POST", body, signal: stop.signal, keepalive: true, redirect: "manual" });
    try {
      const answer = await under;
      if (answer.ok) {
        typed = now;
        say((await answer.json()).said);
      } else {
        // Signed out, or sent from another page meanwhile: the button's own page says which, and keeps what stands here.
        say(told.dataset.refused);
      }
    } catch {
      say(told.dataset.lost);
      plan(APART);
    } finally {
      clearTimeout(late);
      under = null;
    }
    if (contents() !== now) plan(RESTS);
  }

  function plan(after) {
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(after, last + APART - Date.now()));
  }

  form.addEventListener("input", () => plan(RESTS));
  window.addEventListener("online", () => plan(0));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!under) return;
    event.preventDefault();
    const button = event.submitter;
    under.catch(() => {}).finally(() => {
      under = null;
      form.requestSubmit(button);
    });
  });
}
