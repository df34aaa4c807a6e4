// The page without a signal: the drafts on this phone, and one form that is kept as it is typed. The form's fields are the Fund’s own,
// so what is sent is what the ordinary form would send. What leads to somebody is not kept here at all, and the page says so.

/* global FundPhone, FundSending */
(() => {
  const page = document.querySelector("[data-phone]");
  const form = page.querySelector("form");
  const list = page.querySelector("[data-drafts]");
  const saved = page.querySelector("[data-saved]");
  const things = [...form.querySelectorAll("[data-thing]")];
  const patterns = JSON.parse(form.dataset.patterns).map((one) => ({ ...one, found: new RegExp(one.pattern, one.flags) }));
  const OLDEST_MEETING = new Date().getFullYear() - Number(form.dataset.recentYears);
  // Typing is kept after a breath, and at once when a field or the page is left.
  const BREATH = 400;
  // Somebody waits to write. A signal that brings nothing for this long is none, and they write without it.
  const PATIENCE = 4_000;

  let draft = null;
  let waiting = 0;
  let keeping = Promise.resolve();

  const part = (name) => page.querySelector(`[data-part="${name}"]`);
  const show = (name, shown = true) => (part(name).hidden = !shown);
  const fields = () => [...form.elements].filter((one) => one.name && one.type !== "hidden");
  // The three boxes of a day are one answer, and have one sentence.
  const answerOf = (name) => name.replace(/^day-(?:day|month|year)$/, "day");
  const errorOf = (name) => form.querySelector(`[data-error-of="${answerOf(name)}"]`);

  /** What in these words leads to somebody, as a sentence; or nothing. */
  function tells(words) {
    for (const one of patterns) {
      for (const hit of words.matchAll(new RegExp(one.found, one.flags + "g"))) {
        // A day of these years is a meeting or a bill; one of long ago is when somebody was born.
        const year = Number(hit.slice(1).find(Boolean) ?? 0);
        if (!one.year || (year >= 1900 && year < OLDEST_MEETING)) return one.sentence.replace("%(words)s", hit[0].trim());
      }
    }
    return "";
  }

  /** Why a day must not lie here; or nothing. What it must be there by is soon: a day of another year is when somebody was born. */
  function farOff() {
    const year = form.querySelector("[data-soon]");
    const now = new Date().getFullYear();
    return !year.value || [now, now + 1].includes(Number(year.value)) ? "" : year.dataset.soon;
  }

  function mark(name, sentence) {
    const place = errorOf(name);
    if (!place) return;
    place.hidden = !sentence;
    place.closest(".f")?.classList.toggle("err", Boolean(sentence));
    place.querySelector("[data-words]").textContent = sentence;
    const answer = answerOf(name);
    for (const one of form.querySelectorAll(`[name="${answer}"], [name^="${answer}-"]`))
      if (sentence) {
        one.setAttribute("aria-invalid", "true");
        one.setAttribute("aria-describedby", place.id);
      } else {
        one.removeAttribute("aria-invalid");
        one.removeAttribute("aria-describedby");
      }
  }

  // Fields that hold what must not be kept here.
  const shut = new Set();

  /** What stands in the form, without what must not be kept on a phone: those fields are marked, and left out. */
  function values() {
    const found = {};
    for (const one of fields()) {
      if ((one.type === "radio" || one.type === "checkbox") && !one.checked) continue;
      if (one.closest("[data-thing]")?.hidden) continue;
      const sentence = "screened" in one.dataset ? tells(one.value) : "box" in one.dataset ? farOff() : "";
      if (sentence || shut.has(one.name)) mark(one.name, sentence);
      shut[sentence ? "add" : "delete"](one.name);
      if (!sentence && one.value) found[one.name] = one.value;
    }
    return found;
  }

  function keep() {
    clearTimeout(waiting);
    if (!draft) return keeping;
    const now = { ...draft, values: values(), savedAt: Date.now() };
    draft = now;
    // One after the other, so that an older state never lands on a newer one.
    keeping = keeping.then(() => FundPhone.keep(now)).then(
      () => {
        const at = new Date(now.savedAt).toLocaleTimeString("en-GB", { hour: "numeric", minute: "2-digit", hour12: true });
        saved.textContent = saved.dataset.words.replace("{time}", at);
        saved.hidden = false;
      },
      () => {
        saved.textContent = saved.dataset.lost;
        saved.hidden = false;
      },
    );
    return keeping;
  }

  function typed(event) {
    // What was said of an answer holds no longer once it is changed.
    mark(event.target.name, "");
    // Changed after it was ready to go: whoever changes it says again when it is whole.
    draft.ready = false;
    clearTimeout(waiting);
    // Half a year's figures are none yet: they are looked at when they are whole, or left.
    if ("soon" in event.target.dataset && event.target.value.length < 4) return;
    waiting = setTimeout(keep, BREATH);
  }

  const thingsShown = () => things.filter((one) => !one.hidden).length;
  function showThings(count) {
    things.forEach((one, place) => (one.hidden = place >= count));
    part("add-thing").hidden = count >= things.length;
    part("drop-thing").hidden = count <= 1;
  }

  async function offerKinds() {
    const { kinds } = await FundPhone.kinds();
    for (const select of form.querySelectorAll("select[data-kinds]")) {
      const chosen = select.value;
      while (select.options.length > 1) select.remove(1);
      for (const kind of kinds) {
        const option = new Option(kind.words, kind.id);
        option.dataset.asksWhat = kind.asks_what ? "yes" : "";
        select.add(option);
      }
      select.value = chosen;
    }
  }

  function fill(from) {
    form.reset();
    for (const one of fields()) {
      const value = from.values[one.name];
      if (one.type === "radio" || one.type === "checkbox") one.checked = value === one.value;
      else one.value = value ?? "";
    }
    const last = Math.max(0, ...Object.keys(from.values).map((name) => (name.startsWith("thing-") ? Number(name.split("-")[1]) : 0)));
    showThings(last + 1);
    for (const place of form.querySelectorAll("[data-error-of]")) mark(place.dataset.errorOf, from.wrong?.[place.dataset.errorOf] ?? "");
    const refused = part("refused");
    refused.hidden = !from.refused;
    refused.querySelector("[data-words]").textContent = from.refused ?? "";
  }

  async function edit(one) {
    await keeping;
    draft = one;
    await offerKinds();
    fill(one);
    show("form");
    show("list", false);
    saved.hidden = true;
    part("form").querySelector("h2").focus();
  }

  async function start() {
    const one = { id: crypto.randomUUID(), startedAt: Date.now(), savedAt: Date.now(), values: {}, ready: false, refused: "", wrong: {} };
    await edit(one);
  }

  /** Whether a kind was chosen that alone does not say what it is ("other"). */
  const isVague = (name) => Boolean(form.querySelector(`select[name="${name}"]`).selectedOptions[0]?.dataset.asksWhat);

  /** Take back what was said of the answers: all of them are looked at anew. */
  function unmark() {
    shut.clear();
    for (const place of form.querySelectorAll("[data-error-of]")) mark(place.dataset.errorOf, "");
  }

  /** The names of fields without an answer, in the form's order. The Fund looks again, and more closely. */
  function missing() {
    const said = values();
    const names = [...form.querySelectorAll("[data-needed]")]
      .filter((one) => !one.closest("[data-thing]")?.hidden)
      .filter((one) => !said[one.dataset.needed] && !(one.dataset.unless && said[one.dataset.unless]))
      .filter((one) => !one.dataset.ifVague || isVague(one.dataset.ifVague))
      .filter((one) => !one.dataset.ifSaid || said[one.dataset.ifSaid]);
    for (const one of names) {
      const place = errorOf(one.dataset.needed);
      if (place.hidden) mark(one.dataset.needed, one.dataset.sentence);
    }
    return names.map((one) => one.dataset.needed);
  }

  async function finish(event) {
    event.preventDefault();
    unmark();
    const left = [...missing(), ...shut];
    if (left.length) {
      form.querySelector(`[name="${left[0]}"]`).focus();
      await keep();
      return;
    }
    draft = { ...draft, ready: true, refused: "", wrong: {} };
    await keep();
    await away("", "send");
  }

  /** Send what is ready (or one draft, as far as it is, to be gone on with at the Fund), and show how things stand. */
  async function away(only, way) {
    draft = null;
    show("form", false);
    show("list");
    FundSending.clear();
    FundSending.tell("trying");
    const told = await FundSending.send(only, way);
    const gone = told.taken.find((one) => !one.sent);
    if (gone) return location.assign(gone.url);
    await listed();
    await FundSending.say(told);
  }

  function row(one) {
    const made = page.querySelector("template[data-row]").content.firstElementChild.cloneNode(true);
    const kind = form.querySelector(`select[data-kinds] option[value="${CSS.escape(one.values["thing-0-item"] ?? "")}"]`);
    made.querySelector("[data-what]").textContent = one.values["thing-0-detail"] || (one.values["thing-0-item"] && kind?.textContent) || made.dataset.untold;
    const state = one.refused ? "refused" : one.ready ? "ready" : "begun";
    made.querySelector("[data-state]").textContent = made.dataset[state] + (one.refused ? ` ${one.refused}` : "");
    made.querySelector("[data-until]").textContent = made.dataset.until.replace(
      "{when}",
      new Date(one.startedAt + 72 * 3600 * 1000).toLocaleString("en-GB", { weekday: "long", hour: "numeric", minute: "2-digit", hour12: true }),
    );
    made.querySelector("[data-edit]").addEventListener("click", () => edit(one));
    made.querySelector("[data-keep]").addEventListener("click", () => away(one.id, "keep"));
    return made;
  }

  async function listed() {
    const all = await FundPhone.drafts();
    list.replaceChildren(...all.map(row));
    show("none", !all.length);
    show("some", all.length > 0);
  }

  async function throwAway() {
    const gone = draft;
    draft = null;
    clearTimeout(waiting);
    await keeping;
    await FundPhone.drop(gone.id);
    show("form", false);
    show("list");
    await listed();
  }

  async function begin() {
    if (!globalThis.indexedDB || !globalThis.crypto?.subtle) return;
    show("without-scripts", false);
    if (location.hash === "#signed-out") {
      await FundPhone.wipe();
      FundSending.tell("wiped");
    }
    await FundPhone.dropOld();
    // With a signal, and signed in: whose phone it is, and what can be asked for, are settled first.
    if (navigator.onLine && location.hash !== "#signed-out") await FundSending.settle(PATIENCE);
    const known = await FundPhone.owner();
    show("unknown", !known);
    show("known", Boolean(known));
    if (!known) return;
    await offerKinds();
    await listed();
    form.addEventListener("input", typed);
    form.addEventListener("change", keep);
    form.addEventListener("submit", finish);
    addEventListener("pagehide", keep);
    document.addEventListener("visibilitychange", () => document.hidden && keep());
    part("start").addEventListener("click", start);
    part("throw").addEventListener("click", throwAway);
    part("back").addEventListener("click", async () => {
      await keep();
      draft = null;
      show("form", false);
      show("list");
      await listed();
    });
    part("add-thing").addEventListener("click", () => {
      showThings(thingsShown() + 1);
      things[thingsShown() - 1].querySelector("select").focus();
      keep();
    });
    part("drop-thing").addEventListener("click", () => {
      const last = things[thingsShown() - 1];
      for (const one of last.querySelectorAll("input, select")) one.value = "";
      showThings(thingsShown() - 1);
      keep();
    });
    part("wipe").addEventListener("click", async () => {
      draft = null;
      await keeping;
      await FundPhone.wipe();
      show("known", false);
      show("unknown");
      FundSending.clear();
      FundSending.tell("wiped");
    });
    addEventListener("online", () => !draft && away("", "send"));
    if (!draft) await FundSending.say(navigator.onLine ? await FundSending.send() : { taken: [], refused: [] });
    await listed();
  }

  begin();
})();
