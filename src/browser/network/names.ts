import { read16, write16, write32 } from '../../../runtime/ethernet/network-order.ts';

/** Addresses for benchmarks, which nobody has (RFC 2544, appendix C.2.2): 198.18.0.0/15. */
const [FIRST, LAST] = [0xc6_12_00_01, 0xc6_13_ff_fe];
/** Bytes of a message's header (RFC 1035, 4.1.1). */
const HEADER = 12;
const LONGEST_NAME = 255;
/** Types of records and their class (RFC 1035, 3.2.2 and 3.2.4). */
const [TYPE_A, CLASS_IN] = [1, 1];
/** Flags: a response; recursion desired and available (RFC 1035, 4.1.1). */
const [RESPONSE, RECURSION_DESIRED, RECURSION_AVAILABLE] = [0x8000, 0x0100, 0x0080];
/** Seconds for which a guest may keep an answer. */
const TIME_TO_LIVE = 60;

/**
 * Names and the addresses that guests have for them. A page cannot ask for addresses, and needs none: what connects to one of
 * these is told the name again.
 */
export class NameTable {
  readonly #addresses = new Map<string, string>();
  readonly #names = new Map<string, string>();
  #next = FIRST;

  /** The name that an address was made for. */
  nameOf(address: string): string | undefined {
    return this.#names.get(address);
  }

  /**
   * Answers a question as a name server does (RFC 1035): an IPv4 address for any name, and nothing for all other types.
   * @returns nothing where it is no question
   */
  answer(question: Uint8Array): Uint8Array | undefined {
    const end = endOfName(question);
    if (question.length < HEADER || (read16(question, 2) & RESPONSE) !== 0 || end === undefined) return undefined;
    const isAddress = read16(question, end) === TYPE_A && read16(question, end + 2) === CLASS_IN;
    const asked = question.subarray(0, end + 4);
    const answer = new Uint8Array(asked.length + (isAddress ? 16 : 0));
    answer.set(asked);
    write16(answer, 2, RESPONSE | RECURSION_AVAILABLE | (read16(question, 2) & RECURSION_DESIRED));
    for (const [n, count] of [1, isAddress ? 1 : 0, 0, 0].entries()) write16(answer, 4 + 2 * n, count);
    if (isAddress) this.#writeAddress(answer, asked.length, nameAt(question));
    return answer;
  }

  /** A record for the name that the question has (RFC 1035, 4.1.3 and 4.1.4). */
  #writeAddress(answer: Uint8Array, at: number, name: string): void {
    write16(answer, at, 0xc000 | HEADER);
    write16(answer, at + 2, TYPE_A);
    write16(answer, at + 4, CLASS_IN);
    write32(answer, at + 6, TIME_TO_LIVE);
    write16(answer, at + 10, 4);
    answer.set(this.#addressOf(name).split('.').map(Number), at + 12);
  }

  #addressOf(name: string): string {
    const known = this.#addresses.get(name);
    if (known !== undefined) return known;
    const number = this.#next;
    this.#next = number === LAST ? FIRST : number + 1;
    const address = [24, 16, 8, 0].map((bits) => (number >>> bits) & 0xff).join('.');
    // After 131,070 names the first ones are forgotten.
    this.#addresses.delete(this.#names.get(address) ?? '');
    this.#addresses.set(name, address);
    this.#names.set(address, name);
    return address;
  }
}

/** Where the first question's name ends; names of questions are not compressed. */
function endOfName(message: Uint8Array): number | undefined {
  let at = HEADER;
  while (at < message.length && message[at] !== 0) at += 1 + message[at]!;
  const isWhole = at + 5 <= message.length && at - HEADER <= LONGEST_NAME;
  return isWhole ? at + 1 : undefined;
}

function nameAt(message: Uint8Array): string {
  const labels: string[] = [];
  for (let at = HEADER; message[at] !== 0; at += 1 + message[at]!)
    labels.push(String.fromCharCode(...message.subarray(at + 1, at + 1 + message[at]!)));
  return labels.join('.').toLowerCase();
}
