/** Requests to the gateway that this page comes from. */

/** Says why there is no answer, in the gateway's words. */
export class GatewayError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Asks the gateway; an object is sent as JSON. */
export async function ask(method, path, body) {
  const answer = await fetch(path, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new GatewayError(answer.status, await answer.text());
  return answer.headers.get('content-type') === 'application/json' ? await answer.json() : undefined;
}

/** The path of a machine, and of something of it. */
export const machinePath = (name, rest = '') => `/machines/${encodeURIComponent(name)}${rest}`;

/** The address of a WebSocket of a machine. */
export function socketAddress(name, part) {
  return new URL(machinePath(name, `/${part}`), location.href).href.replace(/^http/, 'ws');
}
