// The wire of an attempt (docs/exam-protocol.md): fetch with a time limit, a fresh CSRF token when the old one lapsed.

const TIMEOUT = 10000;
let token = "";

/** The server answered, and the answer is no. `reason` is a word of the wire. */
export class Refusal extends Error {
  constructor(status, reason, message) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** No answer, or one that says: later. `status` is 0 when the network failed. */
export class Unreachable extends Error {
  constructor(status = 0) {
    super(`unreachable (${status})`);
    this.status = status;
  }
}

export function useToken(fresh) {
  token = fresh;
}

async function request(method, url, body, keepalive) {
  const sent = performance.now();
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT);
  const headers = { Accept: "application/json" };
  if (method === "POST") Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": token });
  try {
    const response = await fetch(url, {
      method, headers, keepalive, credentials: "same-origin", cache: "no-store", signal: abort.signal,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const reply = await response.json();
    reply.at = (sent + performance.now()) / 2; // when remaining_ms was true, as nearly as can be known
    return { status: response.status, reply };
  } catch (error) {
    throw new Unreachable(); // also when something between here and the server answered without JSON
  } finally {
    clearTimeout(timer);
  }
}

async function once(method, url, body, keepalive) {
  const { status, reply } = await request(method, url, body, keepalive);
  if (status < 300) return reply;
  if (status >= 500 || status === 429) throw new Unreachable(status);
  throw new Refusal(status, reply.reason, reply.message);
}

/** The reply's JSON with `at`, its moment on this page's clock. Throws Refusal or Unreachable. */
export async function call(method, url, body, { keepalive = false } = {}) {
  try {
    return await once(method, url, body, keepalive);
  } catch (error) {
    if (error.reason !== "csrf") throw error;
    useToken((await once("GET", "/csrf")).csrf_token);
    return once(method, url, body, keepalive);
  }
}
