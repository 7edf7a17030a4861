import type { MigrationChannel } from '../migration/channel.ts';
import type { MachineOptions } from '../options/options.ts';
import type { SnapshotBytes } from '../snapshot/machine.ts';
import { UnderWay } from '../util/under-way.ts';
import { Display } from './display.ts';
import { type Download, fileAt } from './download.ts';
import { describedOptions, type ImageName, imageAt } from './element-options.ts';
import { isKept, keptImage } from './files.ts';
import { takeKeysInFullScreen } from './full-screen.ts';
import { type Exit, Machine } from './index.ts';
import { Keys } from './keys.ts';
import { LatestMachine } from './latest-machine.ts';
import { Loudspeaker } from './loudspeaker.ts';
import { Pointer } from './pointer.ts';
import { SerialConsole } from './serial-console.ts';

const STYLE = `
:host { display: block; position: relative; background: #000; overflow: hidden; contain: content; }
:host(:focus-within) { outline: 2px solid Highlight; outline-offset: 2px; }
canvas { display: block; width: 100%; height: auto; aspect-ratio: var(--ratio, 1.3333); touch-action: none; }
:host(:fullscreen) canvas { width: min(100vw, 100vh * var(--ratio, 1.3333)); margin: auto; }
:host(:fullscreen) { display: grid; place-items: center; }
pre { position: absolute; inset: 0 auto auto 0; margin: 0; transform-origin: 0 0; font: 16px/16px monospace; color: transparent;
  white-space: pre; user-select: text; -webkit-user-select: text; }
pre::selection { color: transparent; background: #4a90d980; }
.console { position: absolute; inset: 0; overflow: auto; padding: 0.5em; font: 14px/1.3 ui-monospace, monospace; color: #e6e3dd; background: #0c1116;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.console::selection { color: #fff; background: #4a90d9; }
.problem { position: absolute; inset: 0; margin: 0; padding: 1em; overflow: auto; display: grid; place-content: center; text-align: center;
  font: 16px/1.4 system-ui, sans-serif; color: #ffb4ab; background: #14181d; overflow-wrap: anywhere; }
[hidden] { display: none !important; }
textarea { position: absolute; inset: 0 auto auto 0; width: 1px; height: 1px; padding: 0; border: 0; opacity: 0; resize: none; }
`;

/**
 * `<rawiron-pc>`: a machine with its screen, keyboard and mouse in a page. It starts the machine that its attributes describe,
 * or the one that `start` is given. Its events are those of `RawironPcEvents`.
 */
export class RawironPc extends HTMLElement {
  readonly #canvas = document.createElement('canvas');
  readonly #keyTarget = document.createElement('textarea');
  readonly #display: Display;
  readonly #keys: Keys;
  readonly #console: SerialConsole;
  readonly #problem = document.createElement('p');
  readonly #pointer: Pointer;
  readonly #loudspeaker = new Loudspeaker();
  readonly #underWay = new UnderWay();
  readonly #latest = new LatestMachine<Machine>((machine) => this.#attach(machine));

  constructor() {
    super();
    const style = document.createElement('style');
    style.textContent = STYLE;
    const text = document.createElement('pre');
    text.setAttribute('aria-live', 'off');
    Object.assign(this.#canvas, { width: 720, height: 400 });
    this.#canvas.setAttribute('role', 'img');
    this.#canvas.setAttribute('aria-label', "The machine's screen");
    this.#keyTarget.setAttribute('aria-label', 'Keyboard of the machine; Ctrl and Alt together leave it');
    for (const name of ['autocapitalize', 'autocomplete', 'spellcheck']) this.#keyTarget.setAttribute(name, 'off');
    const console = document.createElement('div');
    console.className = 'console';
    this.#problem.className = 'problem';
    this.#problem.setAttribute('role', 'alert');
    this.#problem.hidden = true;
    this.attachShadow({ mode: 'open' }).append(style, this.#canvas, text, console, this.#problem, this.#keyTarget);
    this.#display = new Display({ canvas: this.#canvas, text }, () => this.dispatchEvent(new Event('picture')));
    this.#pointer = new Pointer(this, (x, y) => this.#display.placeOf(x, y));
    this.#keys = new Keys(this.#keyTarget, {
      release: () => this.release(),
      typed: () => this.#display.wake(),
    });
    this.#console = new SerialConsole(console, this.#keyTarget, () => this.release());
    takeKeysInFullScreen(this, this.#keyTarget);
    this.addEventListener('click', () => this.#takeFocus());
  }

  /** Keys go to the machine. */
  override focus(options?: FocusOptions): void {
    this.#keyTarget.focus(options);
  }

  /** The machine that it shows. */
  get machine(): Machine | null {
    return this.#latest.current;
  }

  /** Where the attribute `autostart` stands the machine starts with the page. */
  connectedCallback(): void {
    if (this.hasAttribute('muted')) this.muted = true;
    if (this.hasAttribute('autostart') && !this.machine) void this.start().catch(() => {});
  }

  /** A machine that nobody sees any more is stopped. An element that is moved is at its new place by then. */
  disconnectedCallback(): void {
    queueMicrotask(() => {
      if (!this.isConnected) void this.stop();
    });
  }

  /**
   * Ends the machine that it shows, makes another one and starts it.
   * @param options what the attributes describe, if they are left out
   * @throws ConfigurationError
   * @throws DOMException AbortError if it is stopped, removed or started again before the machine runs
   */
  start(options?: MachineOptions): Promise<Machine> {
    return this.run((signal) => (options ? Machine.create(options) : this.#described(signal)));
  }

  /** Makes the machine that the attributes describe: one that is turned on, or goes on from a state. */
  async #described(signal: AbortSignal): Promise<Machine> {
    const state = this.getAttribute('state');
    if (state === null) return Machine.create(await this.#describedOptions(signal));
    const snapshot = isKept(state) ? keptImage(state) : fileAt(state, this.#download('state', signal));
    // `Machine.restore` reports its failure, if the options don't fail first.
    snapshot.catch(() => {});
    return Machine.restore(snapshot, await this.#describedOptions(signal));
  }

  /** Tells of what comes from a web server, until it is no longer wanted. */
  #download(name: ImageProgress['name'], signal: AbortSignal): Download {
    const report = (received: number, total: number | undefined) => {
      if (signal.aborted) return;
      this.dispatchEvent(new CustomEvent('imageprogress', { detail: { name, received, total } }));
    };
    return { signal, report };
  }

  /**
   * Ends the machine that it shows, and goes on from a snapshot.
   * @param snapshot what `machine.snapshot()` gave
   * @param changes options that are to be others than those of the machine that it was taken of, such as `drives`
   * @throws ConfigurationError if it is no snapshot, is damaged, or doesn't fit the changed options
   * @throws DOMException AbortError as `start`
   */
  restore(snapshot: SnapshotBytes, changes: Partial<MachineOptions> = {}): Promise<Machine> {
    return this.run(() => Machine.restore(snapshot, changes));
  }

  /**
   * Ends the machine that it shows, and shows one that comes from another process, where it goes on meanwhile.
   * @param open opens the way by which it comes, as `openChannel` does
   * @param changes options that are to be others than those that it has there, such as `drives`
   * @throws ConfigurationError if no machine comes, or it cannot be had here
   * @throws DOMException AbortError as `start`
   */
  receive(open: () => Promise<MigrationChannel>, changes: Partial<MachineOptions> = {}): Promise<Machine> {
    return this.run(() => Machine.receive(open(), changes));
  }

  /**
   * Ends the machine that it shows, and shows one that the page has made, as it is: whoever has made it starts it. The element ends it
   * as its own.
   * @throws DOMException AbortError as `start`
   */
  show(machine: Machine): Promise<void> {
    return this.#insteadOf(async () => {
      await this.#latest.replace(async () => machine);
      this.dispatchEvent(new CustomEvent('machinecreate', { detail: machine }));
    });
  }

  /** Nobody needs to handle that what was asked for before is not wanted any more. */
  #insteadOf<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#underWay.end();
    return this.#underWay.during(act);
  }

  /**
   * Ends the machine that it shows, and shows and starts the one that `create` makes. Keys that are pressed meanwhile are for that one.
   * @param create gets a signal that another machine, or none, is asked for
   * @throws DOMException AbortError as `start`
   */
  run(create: (signal: AbortSignal) => Promise<Machine>): Promise<Machine> {
    return this.#insteadOf(() => this.#run(create));
  }

  async #run(create: (signal: AbortSignal) => Promise<Machine>): Promise<Machine> {
    try {
      const making = this.#latest.replace(create);
      this.#problem.hidden = true;
      this.#keys.hold();
      this.#console.hold();
      const machine = await making;
      this.dispatchEvent(new CustomEvent('machinecreate', { detail: machine }));
      await this.#latest.prepare(machine, () => machine.start());
      this.dispatchEvent(new CustomEvent('machinestart', { detail: machine }));
      return machine;
    } catch (error) {
      const isReplaced = error instanceof DOMException && error.name === 'AbortError';
      if (!isReplaced) {
        this.#forget();
        this.#fail(error as Error);
      }
      throw error;
    }
  }

  /** There is no machine: keys that were held for one are nobody's. */
  #forget(): void {
    this.#keys.attach(null);
    this.#console.attach(null);
  }

  /** A page that shows errors itself cancels the event. */
  #fail(error: Error): void {
    if (!this.dispatchEvent(new CustomEvent('machineerror', { detail: error, cancelable: true }))) return;
    console.error('<rawiron-pc>:', error);
    this.#problem.textContent = error.message;
    this.#problem.hidden = false;
  }

  /** Ends the machine. Its last picture stays. What was asked for before rejects, which need not be handled. */
  async stop(): Promise<void> {
    this.#underWay.end();
    await this.#latest.stop();
  }

  /** Locks the pointer to the screen, so that it moves the machine's mouse. */
  async captureMouse(): Promise<void> {
    this.#keyTarget.focus();
    await this.#pointer.capture();
  }

  /** Gives keyboard and pointer back to the page. */
  release(): void {
    this.#pointer.release();
    this.#keyTarget.blur();
  }

  /** Types text with the layout that the guest has (`Keyboard.layout`); characters that it does not have are left out. */
  type(text: string): void {
    if (hasConsole(this.machine)) this.#console.type(text);
    else this.#keys.type(text);
  }

  /** The picture that is shown. */
  get canvas(): HTMLCanvasElement {
    return this.#canvas;
  }

  /** Dots of the picture from left to right; 0: none has come yet. The canvas may have several times as many. */
  get pictureWidth(): number {
    return this.#display.size?.width ?? 0;
  }

  /** Dots of the picture from top to bottom; 0: none has come yet. */
  get pictureHeight(): number {
    return this.#display.size?.height ?? 0;
  }

  /** How loud the machine is played, from 0 to 1. */
  get volume(): number {
    return this.#loudspeaker.volume;
  }

  set volume(volume: number) {
    this.#loudspeaker.volume = volume;
  }

  /** Whether it is silent: the machine then mixes no sound. The attribute `muted` says how it begins. */
  get muted(): boolean {
    return this.#loudspeaker.isMuted;
  }

  set muted(muted: boolean) {
    this.#loudspeaker.isMuted = muted;
  }

  #describedOptions(signal: AbortSignal): Promise<MachineOptions> {
    const value = (name: string) => this.getAttribute(name) ?? undefined;
    const image = (name: ImageName) => {
      const url = value(name);
      return url === undefined || isKept(url)
        ? url && Promise.resolve(url)
        : imageAt(name, url, this.#download(name, signal));
    };
    return describedOptions({ setting: value, image: (name) => image(name) || undefined });
  }

  #attach(machine: Machine | null): void {
    const isConsole = hasConsole(machine);
    this.#display.attach(machine);
    this.#keys.attach(isConsole ? null : machine);
    this.#console.attach(isConsole ? machine : null);
    this.#pointer.attach(machine);
    this.#loudspeaker.attach(machine);
    machine?.on('exit', (exit) => void this.dispatchEvent(new CustomEvent('machineexit', { detail: exit })));
    machine?.on('error', (error) => this.#fail(error));
  }

  /** Not while text is selected, which the focus would end. */
  #takeFocus(): void {
    if (document.getSelection()?.isCollapsed !== false) this.#keyTarget.focus({ preventScroll: true });
  }
}

/** One without a screen shows what is on its first serial port. */
function hasConsole(machine: Machine | null): boolean {
  return machine !== null && !machine.screen.isThere;
}

/** How far something is that an attribute names and that is loaded whole. */
export interface ImageProgress {
  /** The attribute. */
  readonly name: ImageName | 'state';
  /** Bytes that have come. */
  readonly received: number;
  /** Bytes that there are; undefined: the server doesn't say. */
  readonly total: number | undefined;
}

/** Events of the element, with their data. */
export interface RawironPcEvents {
  /** Some of an image, or of a state, has come from its server. */
  imageprogress: CustomEvent<ImageProgress>;
  /** A machine was made and is about to start: who wants all of its output listens now. */
  machinecreate: CustomEvent<Machine>;
  /** It has started. */
  machinestart: CustomEvent<Machine>;
  /** It has ended. */
  machineexit: CustomEvent<Exit>;
  /** It cannot be made, or the emulator has failed. The element shows the error, and writes it to the console, unless the event is cancelled. */
  machineerror: CustomEvent<Error>;
  /** The screen shows another picture than before. */
  picture: Event;
}

customElements.define('rawiron-pc', RawironPc);
