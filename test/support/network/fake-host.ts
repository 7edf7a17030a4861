import type {
  BootFiles,
  HostConnection,
  HostDatagrams,
  HostListener,
  HostSockets,
  HostStream,
  NetworkHost,
  OnDatagram,
  StreamEvents,
  StreamTarget,
  Timers,
} from '../../../src/network/host.ts';

/** A clock that a test moves. */
export class FakeTimers implements Timers {
  #now = 0;
  #next = 0;
  readonly #waiting = new Map<number, { at: number; act: () => void }>();
  #soon: (() => void)[] = [];

  now(): number {
    return this.#now;
  }

  /** How many are set. */
  get size(): number {
    return this.#waiting.size;
  }

  after(milliseconds: number, act: () => void): () => void {
    const id = this.#next++;
    this.#waiting.set(id, { at: this.#now + milliseconds, act });
    return () => this.#waiting.delete(id);
  }

  soon(act: () => void): void {
    this.#soon.push(act);
  }

  /** Does what was to be done soon. */
  settle(): void {
    while (this.#soon.length > 0) for (const act of this.#soon.splice(0)) act();
  }

  /** Lets time go by, with all that happens meanwhile. */
  advance(milliseconds: number): void {
    this.settle();
    const end = this.#now + milliseconds;
    for (;;) {
      const [id, first] = [...this.#waiting].reduce<[number, { at: number; act: () => void } | undefined]>(
        (best, [id, one]) => (best[1] === undefined || one.at < best[1].at ? [id, one] : best),
        [-1, undefined],
      );
      if (!first || first.at > end) break;
      this.#waiting.delete(id);
      this.#now = Math.max(this.#now, first.at);
      first.act();
      this.settle();
    }
    this.#now = end;
  }
}

/** A stream of the host that a test holds the other end of. */
export class FakeStream implements HostStream {
  readonly target: StreamTarget | undefined;
  readonly events: StreamEvents;
  readonly written: number[] = [];
  isReading = false;
  hasEnded = false;
  isDestroyed = false;
  /** Called when the host has taken what was written; while `takes` is false they wait. */
  takes = true;
  readonly #untaken: (() => void)[] = [];
  /** Bytes of memory that what waits takes. */
  held = 0;

  constructor(events: StreamEvents, target?: StreamTarget) {
    this.events = events;
    this.target = target;
  }

  get text(): string {
    return String.fromCharCode(...this.written);
  }

  write(bytes: Uint8Array, done: () => void): void {
    for (const byte of bytes) this.written.push(byte);
    if (this.takes) done();
    else {
      this.#untaken.push(done);
      this.held += bytes.buffer.byteLength;
    }
  }

  take(): void {
    this.held = 0;
    for (const done of this.#untaken.splice(0)) done();
  }

  end(): void {
    this.hasEnded = true;
  }

  setReading(reads: boolean): void {
    this.isReading = reads;
  }

  destroy(): void {
    this.isDestroyed = true;
  }
}

/** A datagram that the host was to send. */
interface Sent {
  readonly text: string;
  readonly address: string;
  readonly port: number;
}

/** A port for datagrams that a test holds the other end of. */
export class FakeDatagrams implements HostDatagrams, HostListener {
  readonly port: number;
  readonly receive: OnDatagram;
  readonly sent: Sent[] = [];
  isClosed = false;

  constructor(port: number, receive: OnDatagram) {
    this.port = port;
    this.receive = receive;
  }

  send(bytes: Uint8Array, address: string, port: number): void {
    this.sent.push({ text: String.fromCharCode(...bytes), address, port });
  }

  close(): void {
    this.isClosed = true;
  }
}

/** Sockets that lead to a test. */
export class FakeSockets implements HostSockets {
  readonly streams: FakeStream[] = [];
  readonly listeners: { address: string; port: number; connect: (connection: HostConnection) => void }[] = [];
  readonly datagramPorts: FakeDatagrams[] = [];
  readonly pinged: string[] = [];
  servers: { address: string; port: number }[] = [{ address: '192.0.2.53', port: 53 }];
  answersPing = true;

  connect(target: StreamTarget, events: StreamEvents): HostStream {
    const stream = new FakeStream(events, target);
    this.streams.push(stream);
    return stream;
  }

  async listen(address: string, port: number, connect: (connection: HostConnection) => void): Promise<HostListener> {
    this.listeners.push({ address, port, connect });
    return { port: port || 40_000, close: () => {} };
  }

  datagrams(_family: 4 | 6, onDatagram: OnDatagram): HostDatagrams {
    return this.#open(0, onDatagram);
  }

  async bindDatagrams(_address: string, port: number, onDatagram: OnDatagram): Promise<HostDatagrams & HostListener> {
    return this.#open(port, onDatagram);
  }

  #open(port: number, onDatagram: OnDatagram): FakeDatagrams {
    const datagrams = new FakeDatagrams(port, onDatagram);
    this.datagramPorts.push(datagrams);
    return datagrams;
  }

  nameServers(): { address: string; port: number }[] {
    return this.servers;
  }

  async ping(address: string): Promise<boolean> {
    this.pinged.push(address);
    return this.answersPing;
  }

  close(): void {}
}

/** A host of which nothing is real. */
export class FakeHost implements NetworkHost {
  readonly timers = new FakeTimers();
  readonly sockets = new FakeSockets();
  readonly files: BootFiles | undefined;
  #random = 1;

  constructor(files?: BootFiles) {
    this.files = files;
  }

  random(): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#random;
  }
}
