import type { Exit } from '../isolate/protocol.ts';
import type { AskedProcessor } from '../machine/types.ts';
import type { DebugStop } from '../machine-core.ts';
import { latin1 } from '../util/bytes.ts';
import { fromHex } from './hex.ts';
import { binaryData, readMemory, type Space, writeMemory } from './memory.ts';
import { type Arrived, PacketReader, packetOf } from './packets.ts';
import { answerQuery, type QueryContext } from './queries.ts';
import { readAll, readOne, writeAll, writeOne } from './registers.ts';
import { type Action, actionOf, jointActionOf } from './resume.ts';
import { StopPoints } from './stop-points.ts';
import { type GdbConsole, type GdbFeatures, type GdbTarget, stopReply } from './target.ts';
import { processorOf } from './threads.ts';

const INVALID = 'E22';
const FAILED = 'E01';

/** Handles a packet that begins with a letter. Null: there is no answer now. */
type Handler = (data: string) => string | null | Promise<string | null>;

/** One gdb at a machine: packets in, packets out (Debugging with GDB, appendix E). The machine stands still when it comes. */
export class GdbSession implements QueryContext {
  readonly target: GdbTarget;
  readonly console: GdbConsole;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #reader = new PacketReader();
  readonly #points = new StopPoints();
  features: GdbFeatures = { multiprocess: false, stopKinds: false };
  space: Space = 'linear';
  goesBack = false;
  general = 0;
  /** The processor that steps. */
  #control = 0;
  /** Packets are acknowledged. */
  acknowledges = true;
  #lastPacket = '';
  /** gdb waits to hear why the machine stands still. */
  #isAwaited = false;
  #done: Promise<void>;

  /** `write` resolves when the bytes have been taken. */
  constructor(target: GdbTarget, console: GdbConsole, write: (bytes: Uint8Array) => Promise<void>) {
    this.target = target;
    this.console = console;
    this.#write = write;
    target.on('debug', this.#stopped);
    target.on('paused', this.#paused);
    target.on('exit', this.#exited);
    this.#done = this.#come();
  }

  async #come(): Promise<void> {
    const { target } = this;
    if (target.state === 'running') await target.pause();
    if (target.state === 'ended') return;
    this.goesBack = await target.debug('keepHistory', 'gdb', true);
    await this.#chooseCurrent();
  }

  /** Bytes from gdb. Resolves when they have been answered, and the answers taken. */
  receive(bytes: Uint8Array): Promise<void> {
    const piece = String.fromCharCode(...bytes);
    this.#done = this.#done.then(() => this.#read(piece));
    return this.#done;
  }

  async #read(piece: string): Promise<void> {
    for (const arrived of this.#reader.read(piece)) await this.#take(arrived);
  }

  /** gdb has gone: nothing of it is left in the machine, which stays as it is. */
  async close(): Promise<void> {
    this.target.off('debug', this.#stopped);
    this.target.off('paused', this.#paused);
    this.target.off('exit', this.#exited);
    await this.#done.then(() => this.#leave()).catch(() => {});
  }

  /** A packet that gdb did not ask for. */
  async send(data: string): Promise<void> {
    this.#lastPacket = packetOf(data);
    await this.#write(latin1(this.#lastPacket));
  }

  async #take(arrived: Arrived): Promise<void> {
    if (arrived === 'again') await this.#write(latin1(this.#lastPacket));
    else if (arrived === 'interrupt') await this.#interrupt();
    else if (arrived === 'damaged') await this.#acknowledge('-');
    else if (arrived !== 'taken') await this.#answer(arrived.packet);
  }

  async #acknowledge(sign: '+' | '-'): Promise<void> {
    if (this.acknowledges) await this.#write(latin1(sign));
  }

  async #answer(packet: string): Promise<void> {
    await this.#acknowledge('+');
    // A machine that has ended does nothing any more.
    const answer = await this.#handle(packet).catch(() => FAILED);
    if (answer !== null) await this.send(answer);
  }

  /** An empty answer: this is not understood. */
  async #handle(packet: string): Promise<string | null> {
    const handler = this.#handlers[packet.charAt(0)];
    return handler ? handler(packet.slice(1)) : '';
  }

  readonly #handlers: Readonly<Record<string, Handler>> = {
    '?': () => this.#begin(),
    g: () => readAll(this.#chosen),
    G: (data) => writeAll(this.#chosen, data),
    p: (data) => readOne(this.#chosen, data),
    P: (data) => writeOne(this.#chosen, data),
    m: (data) => readMemory(this.#chosen, this.space, data),
    M: (data) => writeMemory(this.#chosen, this.space, data, fromHex),
    X: (data) => writeMemory(this.#chosen, this.space, data, binaryData),
    Z: (data) => changed(this.#points.set(data)),
    z: (data) => changed(this.#points.remove(data)),
    c: (data) => this.#resume(actionOf(`c${data}`)),
    C: (data) => this.#resume(actionOf(`C${data}`)),
    s: (data) => this.#resume(actionOf(`s${data}`)),
    S: (data) => this.#resume(actionOf(`S${data}`)),
    b: (data) => this.#goBack(data),
    v: (data) => this.#extended(data),
    q: (data) => answerQuery(this, `q${data}`),
    Q: (data) => answerQuery(this, `Q${data}`),
    H: (data) => this.#choose(data.charAt(0), data.slice(1)),
    T: (data) => (this.#processorOf(data) === null ? INVALID : 'OK'),
    D: () => this.#detach(),
    k: () => this.#kill(null),
  };

  /** gdb begins: what another one may have left is taken away. */
  #begin(): Promise<string> {
    this.#points.clear();
    return this.#stopReply({ reason: 'step' });
  }

  /** The reply for a stop. The following packets are about the processor that has stopped. */
  async #stopReply(stop: DebugStop | null): Promise<string> {
    // One that has ended says no more.
    await this.#chooseCurrent().catch(() => {});
    return stopReply(stop, this.general, this.features, this.#points.kindAt);
  }

  // Processors.

  get processors(): number {
    return this.target.processors;
  }

  get #chosen(): AskedProcessor {
    return this.target.processor(this.general);
  }

  async #chooseCurrent(): Promise<void> {
    this.general = this.#control = await this.target.debug('currentProcessor');
  }

  #processorOf(thread: string): number | 'any' | null {
    return processorOf(thread, this.processors);
  }

  /** Which one registers and memory are of, or which one steps; any will do as it was. */
  #choose(purpose: string, thread: string): string {
    const processor = this.#processorOf(thread);
    if (processor === null) return INVALID;
    if (processor !== 'any' && purpose === 'g') this.general = processor;
    if (processor !== 'any' && purpose === 'c') this.#control = processor;
    return 'OK';
  }

  async #extended(data: string): Promise<string | null> {
    if (data === 'Cont?') return 'vCont;c;C;s;S';
    if (data.startsWith('Cont;')) return this.#resume(jointActionOf(data.slice('Cont;'.length)));
    return data.startsWith('Kill') ? this.#kill('OK') : '';
  }

  async #resume(action: Action | null): Promise<string | null> {
    const named = action === null ? null : this.#processorOf(action.thread ?? '0');
    if (action === null || named === null) return INVALID;
    const { target } = this;
    const processor = named === 'any' ? this.#control : named;
    if (action.address !== undefined)
      await target.processor(processor).debug('writeRegister', 'eip', BigInt(action.address));
    if (!action.isStep) await this.#points.apply(target);
    else if (!(await target.debug('runNext', processor))) return INVALID;
    await target.debug('setStepping', action.isStep);
    return this.#start();
  }

  /** `bs`: an instruction; `bc`: to the last breakpoint or watchpoint. */
  async #goBack(data: string): Promise<string | null> {
    if (!this.goesBack || (data !== 's' && data !== 'c')) return '';
    if (data === 'c') await this.#points.apply(this.target);
    await this.target.debug('goBack', data === 's' ? 'step' : 'stop');
    return this.#start();
  }

  async #start(): Promise<null> {
    this.#isAwaited = true;
    await this.target.start().catch((error: unknown) => {
      this.#isAwaited = false;
      throw error;
    });
    return null;
  }

  /** Ctrl-C. */
  async #interrupt(): Promise<void> {
    if (!this.#isAwaited) return;
    await this.target.pause().catch(() => {});
    await this.target.debug('setStepping', false).catch(() => {});
  }

  readonly #stopped = (stop: DebugStop): void => this.#tell(() => this.#stopReply(stop));
  /** By Ctrl-C, or by somebody else. */
  readonly #paused = (): void => this.#tell(() => this.#stopReply(null));
  readonly #exited = ({ code }: Exit): void => this.#tell(() => `W${(code & 0xff).toString(16).padStart(2, '0')}`);

  #tell(reply: () => string | Promise<string>): void {
    if (!this.#isAwaited) return;
    this.#isAwaited = false;
    this.#done = Promise.all([this.#done, reply()]).then(([, text]) => this.send(text));
  }

  async #detach(): Promise<string> {
    await this.#leave();
    await this.target.start();
    return 'OK';
  }

  async #leave(): Promise<void> {
    this.#isAwaited = false;
    this.#points.clear();
    await this.#points.apply(this.target);
    await this.target.debug('setStepping', false);
    await this.target.debug('keepHistory', 'gdb', false);
  }

  #kill(answer: string | null): string | null {
    this.console.quit();
    return answer;
  }
}

function changed(result: boolean | null): string {
  if (result === null) return '';
  return result ? 'OK' : INVALID;
}
