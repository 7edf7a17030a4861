/** Why a request is not taken. */
export type RefusalReason = 'no request' | 'unknown length' | 'long head' | 'long body' | 'no room';

/**
 * The answers to refused requests: the status of RFC 9110, 15, or RFC 6585, 5; null: a request that is not HTTP gets no answer of
 * HTTP.
 */
const answers = {
  'no request': null,
  'unknown length': ['411 Length Required', 'The browser sends a body only as a whole: give its content-length.'],
  'long head': ['431 Request Header Fields Too Large', 'The head of the request is too long.'],
  'long body': ['413 Content Too Large', 'The browser keeps no body as long as this.'],
  'no room': ['503 Service Unavailable', 'The browser keeps too much of other requests; try again later.'],
} as const;

/** A request that is not taken. */
export class RequestRefusal extends Error {
  /** The answer to it; undefined: there is none, and the connection is reset. */
  readonly answer: Uint8Array | undefined;

  constructor(reason: RefusalReason) {
    super(`a request is refused: ${reason}`);
    const answer = answers[reason];
    this.answer = answer === null ? undefined : plainAnswer(answer[0], answer[1]);
  }
}

/** An answer of the page itself. Its end is that of the connection (RFC 9112, 6.3). */
export function plainAnswer(status: string, text: string): Uint8Array {
  const head = `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n`;
  return new TextEncoder().encode(`${head}${text}\n`);
}
