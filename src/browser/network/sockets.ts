import { isIpv6 } from '../../network/addresses.ts';
import type {
  HostDatagrams,
  HostListener,
  HostSockets,
  HostStream,
  OnDatagram,
  StreamEvents,
  StreamTarget,
} from '../../network/host.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { ByteRoom } from './byte-room.ts';
import { HttpStream } from './http-stream.ts';
import { NameTable } from './names.ts';

/** The name server that there is here. */
const NAME_SERVER = { address: '127.0.0.1', port: 53 } as const;
/** Bytes of requests' bodies that are kept at a time. */
const MOST_BODIES = 64 << 20;
/** Ports of protocols that are encrypted, or begin with the server's words: no request ever comes. */
const refusedPorts = new Set([21, 22, 23, 25, 53, 110, 143, 443, 465, 587, 993, 995]);

/** A page's replacement for sockets: its guests reach web servers by `fetch`, and names have addresses that are made up. */
export class PageSockets implements HostSockets {
  readonly #names = new NameTable();
  readonly #bodies = new ByteRoom(MOST_BODIES);

  connect(target: StreamTarget, events: StreamEvents): HostStream {
    const server = 'port' in target ? this.#serverAt(target.address, target.port) : undefined;
    return server === undefined ? refused(events) : new HttpStream(server, this.#bodies, events);
  }

  async listen(): Promise<HostListener> {
    throw noPorts();
  }

  /** Only the name server answers. */
  datagrams(_family: 4 | 6, onDatagram: OnDatagram): HostDatagrams {
    const send = (bytes: Uint8Array, address: string, port: number) => {
      const answer = isNameServer(address, port) ? this.#names.answer(bytes) : undefined;
      if (answer) setTimeout(() => onDatagram(answer, address, port));
    };
    return { send, close: () => {} };
  }

  async bindDatagrams(): Promise<HostDatagrams & HostListener> {
    throw noPorts();
  }

  nameServers(): readonly (typeof NAME_SERVER)[] {
    return [NAME_SERVER];
  }

  close(): void {}

  /** A page cannot ask. */
  async ping(): Promise<boolean> {
    return false;
  }

  /** The name that an address was made up for, or the address. */
  protected hostOf(address: string): string {
    return this.#names.nameOf(address) ?? address;
  }

  #serverAt(address: string, port: number): string | undefined {
    if (refusedPorts.has(port)) return undefined;
    const name = isIpv6(address) ? `[${address}]` : this.hostOf(address);
    return `http://${name}:${port}`;
  }
}

/** Whether it is the name server's address and port. */
export function isNameServer(address: string, port: number): boolean {
  return address === NAME_SERVER.address && port === NAME_SERVER.port;
}

/** A stream that the host refuses. */
export function refused({ failed }: StreamEvents): HostStream {
  setTimeout(() => failed('refused'));
  return { write: (_bytes, done) => done(), end: () => {}, setReading: () => {}, destroy: () => {} };
}

function noPorts(): ConfigurationError {
  return new ConfigurationError('a page has no ports at which others reach it; leave out hostForward');
}
