// Sends what was written without a signal, once, when the Fund is next opened with one. On each page of a key worker, and on the page
// without a signal. Without it nothing is missing but that: all it adds stands hidden in the page until it runs.

/* global FundPhone */
const FundSending = (() => {
  const place = document.currentScript.dataset;
  const PATIENCE = 20_000;
  const FRESH = 10 * 60 * 1000;
  const LOCK = "fund-phone-sending";

  /** Ask the Fund. Answers what it says, or {away: true} without a signal, or {signedOut: true}. */
  async function ask(address, options = {}) {
    let answer;
    try {
      answer = await fetch(address, { redirect: "manual", credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE), ...options });
    } catch {
      return { away: true };
    }
    // The Fund leads whoever is not signed in to the page that asks for it.
    if (answer.type === "opaqueredirect") return { signedOut: true };
    if (!(answer.headers.get("Content-Type") ?? "").startsWith("application/json")) return { away: true };
    try {
      return await answer.json();
    } catch {
      return { away: true };
    }
  }

  /** Find out who is signed in here, and take their key and what can be asked for along. What was somebody else's is shut first. */
  async function settle(patience = PATIENCE) {
    const found = await ask(place.ready, { signal: AbortSignal.timeout(patience) });
    if (!found.owner) return found;
    if ((await FundPhone.owner()) !== found.owner) await FundPhone.shut();
    await FundPhone.become(found.owner, found.key);
    await FundPhone.keepKinds(found.kinds);
    return found;
  }

  async function sendOne(draft, { token, owner }, way) {
    const body = new URLSearchParams(Object.entries(draft.values));
    body.set("id", draft.id);
    body.set("owner", owner);
    body.set("way", way);
    body.set("csrf_token", token);
    return ask(place.send, { method: "POST", body });
  }

  /** Send what is ready; `only` names one draft, `way` is "send" or "keep". Answers what became of it, in a few plain facts. */
  async function sendAll(only = "", way = "send") {
    const came = { taken: [], refused: [], away: false, signedOut: false, later: "" };
    const hers = (await FundPhone.drafts()).filter((one) => (only ? one.id === only : one.ready));
    if (!hers.length) return came;
    const found = await settle();
    if (!found.owner) return { ...came, away: Boolean(found.away), signedOut: Boolean(found.signedOut) };
    // Whoever is signed in now may be somebody else: they see and send what is theirs.
    const theirs = new Set((await FundPhone.drafts()).map((one) => one.id));
    for (const draft of hers.filter((one) => theirs.has(one.id))) {
      const answer = await sendOne(draft, found, way);
      if (answer.taken) {
        await FundPhone.drop(draft.id);
        came.taken.push(answer);
      } else if (answer.refused) {
        await FundPhone.keep({ ...draft, ready: false, refused: answer.refused, wrong: answer.wrong ?? {} });
        came.refused.push(answer.refused);
      } else {
        came.away = Boolean(answer.away);
        came.signedOut = Boolean(answer.signedOut);
        came.later = answer.later ?? "";
        break;
      }
    }
    return came;
  }

  /** One tab at a time: of two that are opened at once, the second finds nothing left to send. */
  const send = (only, way) => (navigator.locks ? navigator.locks.request(LOCK, () => sendAll(only, way)) : sendAll(only, way));

  // What can be told lies in the page, in the reader’s words; what is told now is a copy of it.
  const region = document.querySelector("[data-phone-told]");
  const told = region?.querySelector("template");
  const clear = () => region?.replaceChildren(told);

  /** Show one of the notices that lie in the page. */
  function tell(name, { words = "", url = "" } = {}) {
    const made = told?.content.querySelector(`[data-told="${name}"]`)?.cloneNode(true);
    if (!made) return;
    const said = made.querySelector("[data-words]");
    if (said && words) said.textContent = words;
    const link = made.querySelector("a[data-url]");
    if (link && url) link.href = url;
    region.append(made);
  }

  /** Say what became of what was sent, and what is left on this phone. */
  async function say(came) {
    clear();
    for (const one of came.taken) tell("sent", one);
    const left = await FundPhone.drafts();
    const refused = left.find((one) => one.refused);
    if (came.signedOut) tell("signed-out");
    else if (came.later) tell("later", { words: came.later });
    else if (refused) tell("refused", { words: refused.refused });
    else if (left.length && place.owner) tell("waiting");
  }

  /** On a page of somebody signed in: settle whose phone it is, then send. */
  async function arrive() {
    await FundPhone.dropOld();
    const mark = await FundPhone.owner();
    const isMine = mark === place.owner;
    // Before anything else of this page: whoever reads it must not open what somebody else wrote.
    if (mark && !isMine) await FundPhone.shut();
    if (!isMine || Date.now() - (await FundPhone.kinds()).at > FRESH) await settle();
    await say(await send());
  }

  /** Signing out forgets what is on this phone, signal or not; the Fund’s answer to it wipes once more what a browser lets it wipe. */
  function wipeAtSignOut() {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (new URL(form.action, location.href).pathname !== "/sign-out") return;
      event.preventDefault();
      const late = new Promise((done) => setTimeout(done, 2000));
      Promise.race([FundPhone.wipe().catch(() => {}), late]).then(() => {
        if (navigator.onLine) form.submit();
        else location.assign(`${place.shell}#signed-out`);
      });
    });
  }

  function begin() {
    if (!("serviceWorker" in navigator) || !globalThis.indexedDB || !globalThis.crypto?.subtle) return;
    wipeAtSignOut();
    if (!place.owner) return;
    // After the page is there: nobody waits for this.
    const later = () => {
      navigator.serviceWorker.register(place.worker, { scope: "/", updateViaCache: "all" }).catch(() => {});
      arrive().catch(() => {});
    };
    if (document.readyState === "complete") later();
    else addEventListener("load", later, { once: true });
  }

  begin();
  return { send, say, settle, clear, tell };
})();
