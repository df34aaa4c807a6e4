// Checks a gift's proof in the reader's own browser. It asks our own server for the proof and the key, and sends nothing anywhere.
// The page is complete without it. What is checked, and how a proof is written: docs/verify/README.md. It shares no code with the ledger.
// It speaks English, unless the page brings other words for its sentences (fundapp/web/proof_words.py).

const LONGEST = 1_000_000; // bytes of a proof or of keys: no true one comes near
const MONTHS = "January February March April May June July August September October November December".split(" ");
const KINDS = {
  "gift.charged": "a gift by card",
  "gift.settled": "a card gift and its fee",
  "gift.refunded": "a gift given back",
  "contribution.received": "a contribution",
  "period.sealed": "a closed month",
  "quarter.published": "a published quarter",
};

/** Something does not hold. Its words are one sentence that begins with the step. */
class Refused extends Error {}

// The page's language: each English sentence below with what it is there. Empty where the page is English.
const words = {};

/** A sentence in the page's language, with its facts. */
function tell(english, facts = {}) {
  return (words[english] || english).replace(/%\((\w+)\)s/g, (_, name) => facts[name]);
}

function must(holds, sentence, facts) {
  if (!holds) throw new Refused(tell(sentence, facts));
}

const utf8 = new TextEncoder();
const hex = (bytes) => Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
const figure = (number) => number.toLocaleString("en-GB");

/** SHA-256 over parts laid end to end. */
async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

/** How two hashes become the one above them (RFC 6962, section 2.1). */
const node = (left, right) => sha256(Uint8Array.of(1), left, right);

function readText(bytes, step) {
  must(bytes.length <= LONGEST, "%(step)s: it is longer than any there can be.", { step: tell(step) });
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refused(tell("%(step)s: it is not text in UTF-8.", { step: tell(step) }));
  }
}

function unbase64(text, step, length) {
  const written = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0;
  const data = written ? atob(text) : "";
  must(data && btoa(data) === text, "%(step)s: something in it should be base64, in its one right form, and is not.", { step: tell(step) });
  const bytes = { step: tell(step), found: data.length, length };
  must(length === undefined || data.length === length, "%(step)s: something in it has %(found)s bytes where %(length)s belong.", bytes);
  return Uint8Array.from(data, (one) => one.charCodeAt(0));
}

function whole(text, step) {
  must(/^(0|[1-9][0-9]{0,14})$/.test(text), "%(step)s: a number in it is not written in digits without leading zeroes.", { step: tell(step) });
  return Number(text);
}

/** A value as JSON in its one right form: names sorted, none twice, no spaces (RFC 8785). */
function written(value) {
  if (Array.isArray(value)) return `[${value.map(written).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${written(value[name])}`);
  return `{${pairs.join(",")}}`;
}

function canonical(text, step) {
  let value = null;
  try {
    value = JSON.parse(text);
    if (written(value) !== text) value = null;
  } catch {
    value = null;
  }
  const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
  must(isObject, "%(step)s: it is not JSON in its one right form (a name twice, a space, another order).", { step: tell(step) });
  return value;
}

/** The keys of a file of lines like name+0123abcd+AQ… (C2SP signed-note). */
async function readKeys(text) {
  const keys = [];
  for (const line of text.split(/\s+/).filter(Boolean)) {
    const found = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line);
    must(found, "The key: it is not written like name+0123abcd+AQ….");
    const data = unbase64(found[3], "The key", 33);
    must(data[0] === 1, "The key: it is not for Ed25519, the only kind known here.");
    const number = hex((await sha256(utf8.encode(`${found[1]}\n`), data)).slice(0, 4));
    must(number === found[2], "The key: its number does not fit its name and its bytes.");
    keys.push({ name: found[1], number, bytes: data.slice(1) });
  }
  must(keys.length, "The key: there is none.");
  return keys;
}

/** A checkpoint's words, and what stands under them in the name of one of the keys (C2SP tlog-checkpoint). Checks no signature yet. */
function readCheckpoint(note, keys) {
  const step = "The signature";
  const gap = note.lastIndexOf("\n\n");
  const lines = gap < 0 ? [] : note.slice(0, gap).split("\n");
  must(gap >= 0 && note.endsWith("\n") && note.length > gap + 2 && !/[^\n\x20-\uffff]/.test(note), "The signature: there is no signed note.");
  must(lines.length === 3, "The signature: what is signed should say three things: whose ledger, how many entries, the root.");
  const size = whole(lines[1], step);
  const root = unbase64(lines[2], step, 32);
  const names = { origin: lines[0], name: keys[0].name };
  must(keys.some((key) => key.name === lines[0]), "The signature: it is of “%(origin)s”, and the key is for “%(name)s”.", names);
  const signatures = [];
  for (const line of note.slice(gap + 2, -1).split("\n")) {
    const found = /^— ([^\s+]+) (\S+)$/.exec(line);
    must(found, "The signature: something stands under it that is not a signature.");
    const data = unbase64(found[2], step);
    const number = hex(data.slice(0, 4));
    const key = keys.find((one) => one.name === lines[0] && one.name === found[1] && one.number === number);
    if (key) signatures.push({ key, made: data.slice(4) });
  }
  must(signatures.length, "The signature: none of the signatures is by a key that the ledger uses now; earlier keys stand on its page.");
  return { origin: lines[0], size, root, signatures, signed: utf8.encode(note.slice(0, gap + 1)) };
}

/** Check every signature made in the keys' names. False: this browser does not know Ed25519. */
async function isSigned(checkpoint) {
  for (const { key, made } of checkpoint.signatures) {
    let holds = false;
    try {
      const known = await crypto.subtle.importKey("raw", key.bytes, { name: "Ed25519" }, false, ["verify"]);
      holds = await crypto.subtle.verify({ name: "Ed25519" }, known, made, checkpoint.signed);
    } catch (error) {
      if (error.name === "NotSupportedError") return false;
    }
    must(holds, "The signature: what stands for the signature of the ledger’s key was not made by it for these words.");
  }
  return true;
}

/** A .tlog-proof's entry with its private part, its index, its path and its checkpoint (C2SP tlog-proof). */
function readProof(text) {
  const gap = text.indexOf("\n\n");
  const lines = (gap < 0 ? text : text.slice(0, gap)).split("\n");
  must(lines[0] === "c2sp.org/tlog-proof@v1", "The file: it is not a proof (c2sp.org/tlog-proof@v1).");
  must(lines.length > 2 && lines[1].startsWith("extra ") && lines[2].startsWith("index "), "The file: it lacks the entry, or its index.");
  must(lines.length < 100, "The path: it has more steps than any ledger needs.");
  const extra = canonical(readText(unbase64(lines[1].slice(6), "The file"), "The file"), "The file");
  const names = Object.keys(extra).sort().join(" ");
  must(names === "entry" || names === "entry nonce private", "The file: its entry comes with too little or too much.");
  must(Object.values(extra).every((one) => typeof one === "string"), "The file: its entry does not come as text.");
  const path = lines.slice(3).map((line) => unbase64(line, "The path", 32));
  return { extra, index: whole(lines[2].slice(6), "The file"), path, note: gap < 0 ? "" : text.slice(gap + 2) };
}

/** What the public part of an entry says, in words; its form is ledger/v1 (docs/decisions/0003-canonical-bytes.md). */
function tellEntry(entry) {
  must(entry.version === "ledger/v1", "The entry: it is not of the form ledger/v1, the only one known here.");
  const month = /^([0-9]{4})-(0[1-9]|1[0-2])$/.exec(entry.month);
  const isWhole = month && typeof entry.kind === "string" && Number.isSafeInteger(entry.number) && Array.isArray(entry.transfers);
  must(isWhole, "The entry: something that every entry says is missing in it, or is of another kind.");
  const moved = entry.transfers.map((line) => {
    const isLine = line && Number.isSafeInteger(line.amount_pence) && line.amount_pence > 0;
    must(isLine && [line.fund, line.debit, line.credit].every((one) => typeof one === "string"), "The entry: what it moves is not told rightly.");
    const pounds = `£${figure(Math.floor(line.amount_pence / 100))}.${String(line.amount_pence % 100).padStart(2, "0")}`;
    return tell("%(pounds)s in the fund %(fund)s, to %(debit)s from %(credit)s", { ...line, pounds });
  });
  const kind = Object.hasOwn(KINDS, entry.kind) ? tell(KINDS[entry.kind]) : `“${entry.kind}”`;
  const facts = { kind, month: tell(MONTHS[Number(month[2]) - 1]), year: month[1], number: figure(entry.number) };
  const said = [tell("The entry says: %(kind)s, %(month)s %(year)s, entry number %(number)s", facts), ...moved];
  if (entry.reverses !== undefined) said.push(tell("it takes back entry number %(number)s", { number: figure(entry.reverses) }));
  for (const [name, value] of Object.entries(entry.particulars || {})) {
    said.push(`${name}: ${typeof value === "string" ? value : written(value)}`);
  }
  return `${said.join("; ")}.`;
}

/** Check that the private part is the one that the entry holds the fingerprint of. Returns whether there is one, and words. */
async function tellPrivate(extra, entry) {
  if (extra.private === undefined) return [null, tell("The private part is not in this file. The entry holds its fingerprint alone.")];
  must(/^[0-9a-f]{32}$/.test(extra.nonce), "The private part: its nonce is not 32 hexadecimal digits.");
  const nonce = Uint8Array.from(extra.nonce.match(/../g), (two) => parseInt(two, 16));
  const made = hex(await sha256(nonce, utf8.encode(extra.private)));
  must(made === entry.private, "The private part: it is not the one that this entry was made with.");
  const told = canonical(extra.private, "The private part");
  const day = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(told.happened_on);
  must(day && `${day[1]}-${day[2]}` === entry.month, "The private part: its day is not in the entry’s month.");
  const name = MONTHS[Number(day[2]) - 1];
  const facts = { key: told.event_key, day: `${Number(day[3])} ${words[`in a date|${name}`] || name} ${day[1]}` };
  return [true, tell("The private part belongs to it: “%(key)s” happened on %(day)s.", facts)];
}

/** Climb from a leaf to the root. The path has exactly the steps that this place in a ledger of this size needs. */
async function rootAbove(leaf, index, size, path) {
  const facts = { nth: figure(index + 1), size: figure(size) };
  must(index < size, "The path: there is no place %(nth)s in a ledger of %(size)s.", facts);
  let at = BigInt(index);
  let last = BigInt(size) - 1n;
  let found = leaf;
  for (const other of path) {
    must(last > 0n, "The path: it has more steps than this place in a ledger of this size needs.");
    const fromLeft = at % 2n === 1n || at === last;
    found = fromLeft ? await node(other, found) : await node(found, other);
    // At the right edge a hash climbs alone until it is somebody's right child.
    while (fromLeft && at % 2n === 0n && at > 0n) [at, last] = [at / 2n, last / 2n];
    [at, last] = [at / 2n, last / 2n];
  }
  must(last === 0n, "The path: it has fewer steps than this place in a ledger of this size needs.");
  return found;
}

/**
 * Check a proof's bytes against the lines of the ledger's keys. Tells each step by say(true | false | null, words), null for a step
 * that could not be taken here. Resolves to true (all holds), false (something does not) or null (all but the signature).
 */
export async function check(bytes, keyLines, say) {
  try {
    const keys = await readKeys(keyLines);
    const { extra, index, path, note } = readProof(readText(bytes, "The file"));
    const entry = canonical(extra.entry, "The entry");
    say(true, tellEntry(entry));
    say(...(await tellPrivate(extra, entry)));
    const leaf = await sha256(Uint8Array.of(0), utf8.encode(extra.entry));
    say(true, tell("The fingerprint of exactly these words begins with %(hash)s.", { hash: hex(leaf).slice(0, 16) }));
    const checkpoint = readCheckpoint(note, keys);
    const root = await rootAbove(leaf, index, checkpoint.size, path);
    must(hex(root) === hex(checkpoint.root), "The path: it does not lead from this entry to the root.");
    const place = { steps: path.length, nth: figure(index + 1), size: figure(checkpoint.size) };
    say(true, tell("The path of %(steps)s steps leads from it to the root of the ledger: place %(nth)s of %(size)s.", place));
    const isKnown = await isSigned(checkpoint);
    const { name, number } = checkpoint.signatures[0].key;
    const key = { key: `${name}+${number}` };
    const signed = isKnown ? "That root is signed by the key %(key)s." : "Your browser cannot check the signature; the script can.";
    say(isKnown || null, tell(signed, key));
    return isKnown || null;
  } catch (error) {
    say(false, error instanceof Refused ? error.message : tell("The file: it could not be read."));
    return false;
  }
}

const ENDS = new Map([
  [true, "The proof holds: this entry stands in the ledger. We gave you the key, too: compare it with one that you have from elsewhere."],
  [null, "Every step that your browser can take holds. The signature is still to be checked, by the script."],
  [false, "The proof does not hold. If it is the file that we gave you, tell us, and show it to others."],
  [undefined, "Nothing was checked."],
]);
const MARKS = new Map([[true, "✓"], [null, "–"], [false, "✗"]]);

/** Fetch one of our own files. Nothing else is ever asked for, and nobody's cookie goes with it. */
async function ours(address) {
  const url = new URL(address, location.href);
  must(url.origin === location.origin, "The file: it is not ours, so it was not fetched.");
  let answer = null;
  try {
    answer = await fetch(url, { credentials: "omit", cache: "no-store", redirect: "error" });
  } catch {
    answer = null;
  }
  must(answer && answer.ok, "The file: it could not be fetched. Is there a signal?");
  return new Uint8Array(await answer.arrayBuffer());
}

function element(name, words, className) {
  const made = document.createElement(name);
  made.textContent = words;
  if (className) made.className = className;
  return made;
}

/** Let one place on the page check proofs. */
function prepare(place) {
  Object.assign(words, JSON.parse(place.dataset.words || "{}"));
  const told = place.querySelector("[data-told]");
  const button = place.querySelector("[data-check]");
  const file = place.querySelector("[data-file]");
  let turn = 0;

  async function run(getBytes) {
    const mine = ++turn;
    told.replaceChildren();
    const steps = element("ol", "", "stack");
    const say = (holds, words) => steps.append(element("li", `${MARKS.get(holds)} ${words}`));
    let holds;
    try {
      must(crypto.subtle, "Your browser: it does such sums only on pages that come over a secure connection.");
      const [bytes, keys] = await Promise.all([getBytes(), ours(place.dataset.vkey)]);
      holds = await check(bytes, readText(keys, "The key"), say);
    } catch (error) {
      say(false, error instanceof Refused ? error.message : tell("The file: it could not be read."));
    }
    // Somebody who has asked again meanwhile is shown that answer alone.
    if (mine !== turn) return;
    const end = element("p", "");
    end.append(element("strong", tell(ENDS.get(holds))));
    told.replaceChildren(steps, end);
  }

  if (button) button.addEventListener("click", () => run(() => ours(place.dataset.proof)));
  file.addEventListener("change", () => {
    const [chosen] = file.files;
    if (chosen) run(async () => new Uint8Array(await chosen.slice(0, LONGEST + 1).arrayBuffer()));
  });
  place.querySelector("[data-controls]").hidden = false;
}

if (globalThis.document) document.querySelectorAll("[data-check-proof]").forEach(prepare);
