// What a key worker wrote without a signal, on this phone: sealed, for 72 hours at the most, and nothing else of the Fund's.
// Read by three: the page without a signal, the pages of somebody signed in, and the service worker, which only drops what is too old.
//
// A draft lies here as its random id, an opaque mark of whose it is, when it was begun, and sealed bytes (AES-GCM). The key to them
// comes from the Fund after signing in and stays in the browser, which can use it and cannot show it. When somebody else signs in,
// the key is dropped with everything but the sealed bytes; they open again when their owner signs in on this phone, or are dropped.

/* exported FundPhone */
const FundPhone = (() => {
  const NAME = "fund-phone";
  const HOUR = 3600 * 1000;
  const KEPT = 72 * HOUR;
  // A clock that was put back a little is no reason to lose what somebody wrote.
  const CLOCK_IS_OFF = -HOUR;

  let opening = null;

  function open() {
    opening ??= new Promise((done, fail) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("drafts", { keyPath: "id" });
        // "owner": whose phone it is now, and the key; "kinds": what can be asked for.
        asked.result.createObjectStore("held", { keyPath: "name" });
      };
      asked.onsuccess = () => {
        // Whoever wipes from another tab is not kept waiting.
        asked.result.onversionchange = () => asked.result.close();
        asked.result.onclose = () => (opening = null);
        done(asked.result);
      };
      asked.onerror = () => {
        opening = null;
        fail(asked.error);
      };
    });
    return opening;
  }

  /** One transaction over both stores. `act` is given them and answers a request, or nothing. */
  async function inStore(mode, act) {
    const database = await open();
    return new Promise((done, fail) => {
      const all = database.transaction(["drafts", "held"], mode);
      const asked = act(all.objectStore("drafts"), all.objectStore("held"));
      all.oncomplete = () => done(asked?.result);
      all.onerror = all.onabort = () => fail(all.error);
    });
  }

  const held = async (name) => inStore("readonly", (_drafts, kept) => kept.get(name));
  const isOld = (row, now) => now - row.startedAt > KEPT || now - row.startedAt < CLOCK_IS_OFF;

  /** Forget everything: at signing out. */
  const wipe = () =>
    inStore("readwrite", (drafts, kept) => {
      drafts.clear();
      kept.clear();
    });

  /** Drop what was begun more than 72 hours ago, whoever began it. */
  async function dropOld(now = Date.now()) {
    const rows = await inStore("readonly", (drafts) => drafts.getAll());
    const old = rows.filter((row) => isOld(row, now));
    if (old.length)
      await inStore("readwrite", (drafts) => {
        for (const row of old) drafts.delete(row.id);
      });
    return old.length;
  }

  /** The mark of whoever this phone belongs to now, or nothing before anybody signed in. */
  const owner = async () => (await held("owner"))?.mark ?? "";

  /** Let somebody who is signed in be this phone's owner. What belongs to somebody else stays shut from now on. */
  async function become(mark, key) {
    const bytes = Uint8Array.from(atob(key), (one) => one.charCodeAt(0));
    const kept = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
    await inStore("readwrite", (_drafts, all) => all.put({ name: "owner", mark, key: kept }));
  }

  /** Shut what somebody else wrote: without its key it is bytes. Done before their key is there for whoever signed in. */
  const shut = () => inStore("readwrite", (_drafts, all) => all.clear());

  const keepKinds = (kinds) => inStore("readwrite", (_drafts, all) => all.put({ name: "kinds", kinds, at: Date.now() }));
  const kinds = async () => (await held("kinds")) ?? { kinds: [], at: 0 };

  /** Write a draft down, as it stands: {id, startedAt, savedAt, values, ready, refused, wrong}. */
  async function keep(draft) {
    const mine = await held("owner");
    if (!mine) throw new Error("nobody has signed in on this phone");
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const { id, startedAt, ...rest } = draft;
    const plain = new TextEncoder().encode(JSON.stringify(rest));
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: about(id, mine.mark) }, mine.key, plain);
    await inStore("readwrite", (drafts) => drafts.put({ id, owner: mine.mark, startedAt, iv, sealed }));
  }

  const about = (id, mark) => new TextEncoder().encode(`${id} ${mark}`);

  /** The owner's drafts, the oldest first. One that does not open any more is dropped: nobody can read it. */
  async function drafts(now = Date.now()) {
    const mine = await held("owner");
    if (!mine) return [];
    const rows = await inStore("readonly", (all) => all.getAll());
    const found = [];
    for (const row of rows.filter((one) => one.owner === mine.mark && !isOld(one, now))) {
      try {
        const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv, additionalData: about(row.id, row.owner) }, mine.key, row.sealed);
        found.push({ id: row.id, startedAt: row.startedAt, ...JSON.parse(new TextDecoder().decode(plain)) });
      } catch {
        await drop(row.id);
      }
    }
    return found.sort((one, other) => one.startedAt - other.startedAt);
  }

  const drop = (id) => inStore("readwrite", (all) => all.delete(id));

  return { wipe, dropOld, owner, become, shut, keepKinds, kinds, keep, drafts, drop };
})();
