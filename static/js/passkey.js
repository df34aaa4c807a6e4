// Asks the browser for a passkey and puts its answer into the form, which is then sent like any other.
// The page works without it: the forms it serves stay hidden until it runs. It fetches nothing and keeps nothing.

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

/** The page's options as the browser wants them: with bytes where JSON has letters. */
function read(options) {
  const found = { ...options, challenge: bytes(options.challenge) };
  if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["allowCredentials", "excludeCredentials"])
    if (options[list]) found[list] = options[list].map((one) => ({ ...one, id: bytes(one.id) }));
  return found;
}

/** What the passkey answered, as JSON (Web Authentication Level 3, 5.1). */
function write(credential) {
  const said = credential.response;
  const response = { clientDataJSON: text(said.clientDataJSON) };
  if (said.attestationObject) response.attestationObject = text(said.attestationObject);
  if (said.authenticatorData) response.authenticatorData = text(said.authenticatorData);
  if (said.signature) response.signature = text(said.signature);
  if (said.userHandle) response.userHandle = text(said.userHandle);
  return JSON.stringify({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: {},
  });
}

async function answer(form) {
  const publicKey = read(JSON.parse(form.dataset.options));
  const credential =
    form.dataset.passkey === "new" ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
  form.querySelector("[data-answer]").value = write(credential);
  form.submit();
}

for (const part of document.querySelectorAll("[data-passkey-part]")) {
  const form = part.querySelector("form[data-passkey]");
  const told = part.querySelector("[data-told]");
  if (!window.PublicKeyCredential) continue;
  part.hidden = false;
  for (const instead of document.querySelectorAll("[data-without-passkey]")) instead.hidden = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    told.textContent = "";
    answer(form).catch(() => {
      told.textContent = told.dataset.told;
    });
  });
}
