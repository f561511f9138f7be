// The browser's half of passkeys (W3C Web Authentication): asks our side what is wanted, lets the device answer, and
// sends the answer with the form. Without the browser's support the buttons stay hidden, and passwords work.
//
// <form data-passkey="create|get" data-options="/where/to/ask"> … <input type="hidden" name="credential">
//   <button type="button" data-passkey-start hidden> …  <p data-passkey-failed hidden>

type Encoded = Record<string, unknown>;

function bytes(text: string): ArrayBuffer {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
}

function text(buffer: ArrayBuffer | null): string | undefined {
  if (buffer === null) return undefined;
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

function descriptors(list: unknown): PublicKeyCredentialDescriptor[] {
  return ((list ?? []) as { id: string; type: "public-key" }[]).map((each) => ({ ...each, id: bytes(each.id) }));
}

async function create(options: Encoded): Promise<Encoded> {
  const user = options.user as { id: string; name: string; displayName: string };
  const made = (await navigator.credentials.create({
    publicKey: {
      ...(options as unknown as PublicKeyCredentialCreationOptions),
      challenge: bytes(options.challenge as string),
      user: { ...user, id: bytes(user.id) },
      excludeCredentials: descriptors(options.excludeCredentials),
    },
  })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    ...head(made),
    response: { clientDataJSON: text(response.clientDataJSON), attestationObject: text(response.attestationObject) },
  };
}

async function get(options: Encoded): Promise<Encoded> {
  const used = (await navigator.credentials.get({
    publicKey: {
      ...(options as unknown as PublicKeyCredentialRequestOptions),
      challenge: bytes(options.challenge as string),
      allowCredentials: descriptors(options.allowCredentials),
    },
  })) as PublicKeyCredential;
  const response = used.response as AuthenticatorAssertionResponse;
  return {
    ...head(used),
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    },
  };
}

function head(credential: PublicKeyCredential): Encoded {
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, clientExtensionResults: {} };
}

async function ceremony(form: HTMLFormElement): Promise<void> {
  const asked = await fetch(form.dataset.options ?? "", { method: "POST", headers: { Accept: "application/json" } });
  // A redirect leads to a page: the session or its proof is too old, and the page says what to do.
  if (asked.redirected) return location.assign(asked.url);
  if (!asked.ok) throw new Error(String(asked.status));
  const options = (await asked.json()) as Encoded;
  const answer = await (form.dataset.passkey === "create" ? create(options) : get(options));
  form.querySelector<HTMLInputElement>("input[name=credential]")!.value = JSON.stringify(answer);
  form.submit();
}

export function passkeys(): void {
  if (!("PublicKeyCredential" in window)) return;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
    const start = form.querySelector<HTMLButtonElement>("[data-passkey-start]");
    const failed = form.querySelector<HTMLElement>("[data-passkey-failed]");
    if (start === null) continue;
    form.hidden = false;
    start.hidden = false;
    start.addEventListener("click", () => {
      start.disabled = true;
      if (failed) failed.hidden = true;
      ceremony(form).catch(() => {
        start.disabled = false;
        if (failed) failed.hidden = false;
      });
    });
  }
}
