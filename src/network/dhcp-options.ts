import { write32 } from '../../runtime/ethernet/network-order.ts';
import { latin1 } from '../util/bytes.ts';
import { addressBytes } from './addresses.ts';

/** Options (RFC 2132; RFC 3397 for the search list). */
export const DhcpOption = {
  pad: 0,
  subnetMask: 1,
  router: 3,
  nameServer: 6,
  hostname: 12,
  domainName: 15,
  broadcast: 28,
  requestedAddress: 50,
  leaseTime: 51,
  messageType: 53,
  server: 54,
  message: 56,
  tftpServerName: 66,
  bootFile: 67,
  domainSearch: 119,
  end: 255,
} as const;

/** First bytes of the options (RFC 2131, section 3). */
export const MAGIC_COOKIE = 0x63825363;

/** Reads options. What is broken ends them; of one that is there twice the first counts. */
export function parseDhcpOptions(bytes: Uint8Array): Map<number, Uint8Array> {
  const options = new Map<number, Uint8Array>();
  for (let at = 0; at < bytes.length && bytes[at] !== DhcpOption.end; ) {
    const code = bytes[at++];
    if (code === DhcpOption.pad) continue;
    const length = bytes[at++];
    if (length === undefined || at + length > bytes.length) break;
    if (!options.has(code)) options.set(code, bytes.subarray(at, at + length));
    at += length;
  }
  return options;
}

/** Writes options one after the other. */
export class DhcpOptionWriter {
  readonly #bytes: number[] = [];

  add(code: number, value: Uint8Array): this {
    if (value.length > 0 && value.length < 256) this.#bytes.push(code, value.length, ...value);
    return this;
  }

  addAddress(code: number, address: string): this {
    return this.add(code, addressBytes(address));
  }

  addText(code: number, text: string | undefined): this {
    return text === undefined ? this : this.add(code, latin1(text));
  }

  addNumber(code: number, value: number): this {
    const bytes = new Uint8Array(4);
    write32(bytes, 0, value);
    return this.add(code, bytes);
  }

  /** Domains, each as labels with their lengths (RFC 3397, section 2; RFC 1035, 3.1), as many as fit. */
  addDomains(code: number, domains: readonly string[]): this {
    const bytes: number[] = [];
    for (const domain of domains) {
      const encoded = domain.split('.').flatMap((label) => [label.length, ...latin1(label)]);
      if (bytes.length + encoded.length + 1 > 255) break;
      bytes.push(...encoded, 0);
    }
    return this.add(code, Uint8Array.from(bytes));
  }

  finish(): Uint8Array {
    return Uint8Array.from([...this.#bytes, DhcpOption.end]);
  }
}
