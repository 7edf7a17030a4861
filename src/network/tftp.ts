import { read16, write16 } from '../../runtime/ethernet/network-order.ts';
import { latin1 } from '../util/bytes.ts';
import { Alarm, type Alarms } from './alarms.ts';
import type { BootFile, BootFiles } from './host.ts';
import { type Datagram, sendUdp } from './udp.ts';

export const TFTP_PORT = 69;
/** Kinds of packets (RFC 1350, section 5; RFC 2347). */
const Operation = { read: 1, write: 2, data: 3, ack: 4, error: 5, optionsAck: 6 } as const;
/** (RFC 1350, appendix; RFC 2347) */
const Failure = { other: 0, notFound: 1, access: 2, illegal: 4, unknownTransfer: 5, options: 8 } as const;
/** Bytes of a block where nothing else is agreed on, and what can be (RFC 2348): no fragments. */
const BLOCK = 512;
const MOST_BLOCK = 1468;
/** Milliseconds until a block is sent again, and how often. */
const PATIENCE = 1000;
const MOST_TRIES = 6;
/** Transfers at a time; the oldest gives way. As many files are looked for at a time: who is not answered asks again. */
const MOST_TRANSFERS = 16;
const MOST_NAME = 512;
/** Names at the host are in UTF-8; a guest sends the bytes of one. */
const names = new TextDecoder();

/** A file on its way to a guest. */
class Transfer {
  readonly #file: BootFile;
  readonly #blockSize: number;
  readonly #send: (packet: Uint8Array) => void;
  readonly #alarm: Alarm;
  readonly #alarms: Alarms;
  readonly #ended: (transfer: Transfer) => void;
  /** Number of the block that was sent last; it goes on beyond 16 bits. */
  #block = 0;
  #packet: Uint8Array;
  #tries = 0;
  #isReading = false;
  #isClosed = false;

  constructor(
    file: BootFile,
    blockSize: number,
    alarms: Alarms,
    send: (packet: Uint8Array) => void,
    ended: (transfer: Transfer) => void,
    first: Uint8Array | undefined,
  ) {
    this.#file = file;
    this.#blockSize = blockSize;
    this.#alarms = alarms;
    this.#send = send;
    this.#ended = ended;
    this.#alarm = new Alarm(alarms, () => this.#sendAgain());
    this.#packet = first ?? new Uint8Array(0);
    if (first) this.#transmit();
    else void this.#sendBlock();
  }

  /** The guest has a block. One that it told before is not answered again (RFC 1123, 4.2.3.1). */
  acknowledged(block: number): void {
    if (block !== (this.#block & 0xffff) || this.#isReading) return;
    const isLast = this.#block > 0 && this.#packet.length < 4 + this.#blockSize;
    if (isLast) this.close();
    else void this.#sendBlock();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#alarm.clear();
    this.#ended(this);
    void this.#file.close();
  }

  async #sendBlock(): Promise<void> {
    this.#isReading = true;
    const data = await this.#file.read(this.#block * this.#blockSize, this.#blockSize).catch(() => undefined);
    this.#isReading = false;
    if (this.#isClosed) return;
    if (!data) {
      this.#send(failure(Failure.other, 'the file cannot be read'));
      this.close();
      return;
    }
    this.#block++;
    this.#packet = new Uint8Array(4 + data.length);
    write16(this.#packet, 0, Operation.data);
    write16(this.#packet, 2, this.#block & 0xffff);
    this.#packet.set(data, 4);
    this.#tries = 0;
    this.#transmit();
  }

  #transmit(): void {
    this.#alarm.set(this.#alarms.now() + PATIENCE);
    this.#send(this.#packet);
  }

  #sendAgain(): void {
    if (++this.#tries > MOST_TRIES) this.close();
    else this.#transmit();
  }
}

/** A guest's request to read a file. */
interface ReadRequest {
  readonly name: string;
  readonly options: Map<string, string>;
}

/**
 * Gives files of one folder away (RFC 1350, with the options of RFC 2348 and 2349). Nobody can write. Without a folder it refuses
 * all, as QEMU's does: the guest must not get to a server of the host instead.
 */
export class TftpServer {
  readonly #files: BootFiles | undefined;
  readonly #alarms: Alarms;
  readonly #transfers = new Map<string, Transfer>();
  #opening = 0;
  #isClosed = false;

  constructor(files: BootFiles | undefined, alarms: Alarms) {
    this.#files = files;
    this.#alarms = alarms;
  }

  receive(datagram: Datagram): void {
    const { data } = datagram;
    const transfer = this.#transfers.get(keyOf(datagram));
    const operation = data.length < 4 ? undefined : read16(data, 0);
    if (operation === Operation.read) void this.#read(datagram, data.slice(2));
    else if (operation === Operation.write) answer(datagram, failure(Failure.access, 'nothing can be written here'));
    else if (operation === Operation.ack) transfer?.acknowledged(read16(data, 2));
    else if (operation === Operation.error) transfer?.close();
  }

  close(): void {
    this.#isClosed = true;
    for (const transfer of [...this.#transfers.values()]) transfer.close();
  }

  async #read(from: Datagram, bytes: Uint8Array): Promise<void> {
    const datagram = { ...from, data: bytes };
    if (!this.#files) return answer(datagram, failure(Failure.access, 'no files are given away here'));
    const request = parseRequest(bytes);
    if (!request) return answer(datagram, failure(Failure.illegal, 'that is no request'));
    if (this.#opening >= MOST_TRANSFERS) return;
    this.#opening++;
    const file = await this.#files.open(request.name).catch(() => undefined);
    this.#opening--;
    if (!file) return answer(datagram, failure(Failure.notFound, 'there is no such file'));
    if (this.#isClosed) return void file.close();
    const key = keyOf(datagram);
    this.#transfers.get(key)?.close();
    if (this.#transfers.size >= MOST_TRANSFERS) this.#transfers.values().next().value!.close();
    const { blockSize, reply } = agree(request.options, file.size);
    const send = (packet: Uint8Array) => answer(datagram, packet);
    const ended = (transfer: Transfer) => {
      if (this.#transfers.get(key) === transfer) this.#transfers.delete(key);
    };
    this.#transfers.set(key, new Transfer(file, blockSize, this.#alarms, send, ended, reply));
  }
}

function keyOf({ packet, sourcePort }: Datagram): string {
  return `${packet.source} ${sourcePort}`;
}

function answer({ packet, sourcePort, destinationPort }: Datagram, bytes: Uint8Array): void {
  const ends = { source: packet.destination, sourcePort: destinationPort, destination: packet.source };
  sendUdp(packet.network, { ...ends, destinationPort: sourcePort }, bytes);
}

/** Texts that end with a zero: name, mode, and pairs of an option's name and value. */
function parseRequest(bytes: Uint8Array): ReadRequest | undefined {
  if (bytes.length > MOST_NAME || bytes[bytes.length - 1] !== 0) return undefined;
  const [name, mode, ...rest] = names.decode(bytes.subarray(0, -1)).split('\0');
  if (!name || !/^(octet|netascii)$/i.test(mode ?? '')) return undefined;
  const options = new Map<string, string>();
  for (let n = 0; n + 1 < rest.length; n += 2) options.set(rest[n]!.toLowerCase(), rest[n + 1]!);
  return { name, options };
}

/** Takes the options that are known, and tells which (RFC 2347). */
function agree(options: Map<string, string>, size: number): { blockSize: number; reply: Uint8Array | undefined } {
  const agreed: string[] = [];
  const wanted = Number(options.get('blksize'));
  const blockSize = wanted >= 8 ? Math.min(Math.floor(wanted), MOST_BLOCK) : BLOCK;
  if (wanted >= 8) agreed.push('blksize', String(blockSize));
  if (options.has('tsize')) agreed.push('tsize', String(size));
  if (agreed.length === 0) return { blockSize, reply: undefined };
  return { blockSize, reply: latin1(`\0${String.fromCharCode(Operation.optionsAck)}${agreed.join('\0')}\0`) };
}

function failure(code: number, message: string): Uint8Array {
  return latin1(`\0${String.fromCharCode(Operation.error)}\0${String.fromCharCode(code)}${message}\0`);
}
