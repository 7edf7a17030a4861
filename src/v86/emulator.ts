import { ConfigurationError, type Drive, type SharedFiles, ShareError, type SnapshotBytes } from '../common.ts';
import type { Machine } from '../machine/machine.ts';
import type { BusListener } from './bus.ts';
import { EmulatorCore } from './core.ts';
import type { PageElement } from './page.ts';
import { TAG } from './plan.ts';
import type { ExpectedLine, ScreenAdapter } from './screen.ts';
import { type Event, FileNotFoundError, type V86Image } from './types.ts';
import { each, latin1, pressCode, rest, typeCharacter } from './typing.ts';

/** A step of `V86.automatically`. */
export interface AutomaticStep {
  /** Seconds to wait. */
  sleep?: number | undefined;
  /** Text to wait for. */
  vga_text?: string | undefined;
  /** Text to type, or scancodes. */
  keyboard_send?: string | number[] | undefined;
  /** A function to call. */
  call?: unknown;
}

/** Drives by the name of their option. */
const driveNames = { fda: 'floppy0', fdb: 'floppy1', cdrom: 'ide1-cd0' } as const;
type RemovableName = keyof typeof driveNames;

/**
 * A machine with the options, methods and events of v86's class of this name (docs/v86.md has what differs). What acts on the machine
 * is done when it is made, in the order of the calls.
 */
export class V86Emulator extends EmulatorCore {
  /** Calls a listener at each event of this name from now on. */
  add_listener<Name extends keyof Event>(event: Name, listener: BusListener<Event[Name]>): void {
    this.bus.register(event, listener, this);
  }

  /** Stops calling it. */
  remove_listener<Name extends keyof Event>(event: Name, listener: BusListener<Event[Name]>): void {
    this.bus.unregister(event, listener);
  }

  /** Turns it on, or lets it go on. */
  run(): Promise<void> {
    return this.ask((machine) => machine.start());
  }

  /** It stands still from now on; so does one that is destroyed. */
  stop(): Promise<void> {
    return this.ask((machine) => machine.pause()).catch((error: unknown) => {
      if (!this.ended.aborted) throw error;
    });
  }

  /** Presses the reset button. */
  restart(): void {
    this.do((machine) => machine.reset());
  }

  /** Its state: a snapshot of the library's, which v86 cannot read. */
  save_state(): Promise<ArrayBuffer> {
    return this.ask(async (machine) => (await machine.snapshot({ compression: 'deflate' })).buffer);
  }

  /**
   * Puts it back to where a state was saved.
   * @throws ConfigurationError for a state of v86's
   */
  restore_state(state: SnapshotBytes): Promise<void> {
    return this.ask((machine) => machine.load(state));
  }

  /** Always 0: instructions are not counted. */
  get_instruction_counter(): number {
    return 0;
  }

  /** @throws ConfigurationError always */
  get_instruction_stats(): string {
    throw new ConfigurationError('get_instruction_stats is not here: (await emulator.machine).metrics() has counters');
  }

  /** Sends text to the first serial port, a byte for each character. */
  serial0_send(data: string): void {
    this.serial_send_bytes(0, latin1(data));
  }

  /** Sends bytes to a serial port. */
  serial_send_bytes(serial: number, data: Uint8Array): void {
    const bytes = Uint8Array.from(data);
    if (bytes.length > 0) this.do((machine) => machine.serialPorts[serial]?.write(bytes));
  }

  /** Carrier detect is always on. @throws ConfigurationError for off */
  serial_set_carrier_detect(_serial: number, status: boolean): void {
    checkLine('carrier_detect', status);
  }

  /** The ring indicator is always off. @throws ConfigurationError for on */
  serial_set_ring_indicator(_serial: number, status: boolean): void {
    checkLine('ring_indicator', status);
  }

  /** Data set ready is always on. @throws ConfigurationError for off */
  serial_set_data_set_ready(_serial: number, status: boolean): void {
    checkLine('data_set_ready', status);
  }

  /** Clear to send is always on. @throws ConfigurationError for off */
  serial_set_clear_to_send(_serial: number, status: boolean): void {
    checkLine('clear_to_send', status);
  }

  /** Sends scancodes of set 1. */
  keyboard_send_scancodes(codes: number[], delay?: number): Promise<void> {
    return each(codes, { delay, signal: this.ended }, (code) => this.bus.send('keyboard-code', code));
  }

  /** Presses keys by their `KeyboardEvent.keyCode`, one after the other. */
  keyboard_send_keys(codes: number[], delay?: number): Promise<void> {
    return each(codes, { delay, signal: this.ended }, (code) => this.do((machine) => pressCode(machine, code)));
  }

  /** Types text as on a keyboard of the US; what that doesn't have is left out. */
  keyboard_send_text(string: string, delay?: number): Promise<void> {
    return each(string, { delay, signal: this.ended }, (character) =>
      this.do((machine) => typeCharacter(machine, character)),
    );
  }

  /** Whether keys that are pressed in the page go to it. */
  keyboard_set_enabled(enabled: boolean): void {
    this.page?.setKeyboardEnabled(enabled);
  }

  /** Whether keys that are pressed in the page go to it: another name of {@link keyboard_set_enabled}. */
  keyboard_set_status(enabled: boolean): void {
    this.keyboard_set_enabled(enabled);
  }

  /** Whether the page's pointer moves its mouse. */
  mouse_set_enabled(enabled: boolean): void {
    this.page?.setMouseEnabled(enabled);
  }

  /** Whether the page's pointer moves its mouse: another name of {@link mouse_set_enabled}. */
  mouse_set_status(enabled: boolean): void {
    this.mouse_set_enabled(enabled);
  }

  /** Locks the page's pointer to the screen. */
  async lock_mouse(): Promise<void> {
    await this.page?.lockMouse();
  }

  /** Shows the screen so many times as large. */
  screen_set_scale(sx: number, sy: number): void {
    this.page?.setScale(sx, sy);
  }

  /** The screen alone is shown. */
  async screen_go_fullscreen(): Promise<void> {
    await this.page?.goFullScreen();
  }

  /** The screen as an `<img>`; null outside of pages, where `(await emulator.machine).screen.png()` has it. */
  screen_make_screenshot(): PageElement {
    // v86's types say so too.
    return (this.page?.screenshot() ?? null) as PageElement;
  }

  /** The text that is shown, as of the last look: the first use of it begins to look, ten times a second. */
  get screen_adapter(): ScreenAdapter {
    const screen = this.watchScreen();
    return {
      get_text_screen: () => [...screen.lines],
      get_text_row: (row) => screen.lines[row] ?? '',
    };
  }

  /** Waits for text on the screen: any line begins so, or matches; of several, the lowest ones. False: the time is up. */
  wait_until_vga_screen_contains(
    expected: ExpectedLine | readonly ExpectedLine[],
    options: { timeout_msec?: number } = {},
  ): Promise<boolean> {
    const screen = this.watchScreen();
    return this.ask((machine) => screen.wait(machine, expected, options.timeout_msec ?? 0));
  }

  /** Does steps one after the other. */
  automatically(steps: readonly AutomaticStep[]): void {
    void this.#automatic(steps).catch((error: unknown) => this.failed(error as Error));
  }

  async #automatic(steps: readonly AutomaticStep[]): Promise<void> {
    for (const { sleep, vga_text, keyboard_send, call } of steps) {
      if (sleep) await rest(sleep * 1000, this.ended);
      if (this.ended.aborted) return;
      if (vga_text) await this.wait_until_vga_screen_contains(vga_text);
      if (typeof keyboard_send === 'string') await this.keyboard_send_text(keyboard_send);
      else if (keyboard_send) await this.keyboard_send_scancodes(keyboard_send);
      if (typeof call === 'function') await call();
    }
  }

  /** Writes a file of the folder that the guest shares. Without one nothing happens. */
  create_file(file: string, data: Uint8Array): Promise<void> {
    return this.ask(async (machine) => await filesOf(machine)?.writeFile(file, data));
  }

  /**
   * The bytes of such a file; undefined without a folder.
   * @throws FileNotFoundError
   */
  read_file(file: string): Promise<Uint8Array> {
    return this.ask(async (machine) => {
      try {
        // v86's types say so too.
        return (await filesOf(machine)?.readFile(file)) as Uint8Array;
      } catch (error) {
        if (error instanceof ShareError && error.code === 'ENOENT') throw new FileNotFoundError(error.message);
        throw error;
      }
    });
  }

  /** Bytes of its memory. v86 gives them at once, this a promise. */
  read_memory(offset: number, length: number): Promise<Uint8Array> {
    return this.ask((machine) => machine.memoryRead(offset, length));
  }

  /** Writes to its memory. */
  write_memory(blob: ArrayLike<number>, offset: number): Promise<void> {
    return this.ask((machine) => machine.memoryWrite(offset, Uint8Array.from(blob)));
  }

  /** Puts another disk into the first floppy drive. */
  set_fda(image: V86Image): Promise<void> {
    return this.#insert('fda', image);
  }

  /** Puts another disk into the second floppy drive. */
  set_fdb(image: V86Image): Promise<void> {
    return this.#insert('fdb', image);
  }

  /** Puts another CD into its drive. */
  set_cdrom(image: V86Image): Promise<void> {
    return this.#insert('cdrom', image);
  }

  /** Takes the disk out of the first floppy drive. */
  eject_fda(): Promise<void> {
    return this.#eject('fda');
  }

  /** Takes the disk out of the second floppy drive. */
  eject_fdb(): Promise<void> {
    return this.#eject('fdb');
  }

  /** Takes the CD out of its drive. */
  eject_cdrom(): Promise<void> {
    return this.#eject('cdrom');
  }

  #insert(name: RemovableName, given: V86Image): Promise<void> {
    return this.ask(async (machine) => {
      await driveOf(machine, name).change(await this.open(name, given));
    });
  }

  #eject(name: RemovableName): Promise<void> {
    return this.ask((machine) => driveOf(machine, name).eject());
  }

  /** Shows the first serial port in a terminal of xterm.js. */
  set_serial_container_xtermjs(element: PageElement, xterm_lib?: unknown): void {
    this.page?.showTerminal('serial0', element, xterm_lib);
  }

  /** Shows the virtio console in a terminal of xterm.js. */
  set_virtio_console_container_xtermjs(element: PageElement, xterm_lib?: unknown): void {
    this.page?.showTerminal('virtio-console0', element, xterm_lib);
  }
}

function driveOf({ drives }: Machine, name: RemovableName): Drive {
  return drives.find((drive) => drive.name === driveNames[name])!;
}

/** The folder that the guest shares, if there is one. */
function filesOf({ shares }: Machine): SharedFiles | undefined {
  return shares.get(TAG);
}

/** The modem lines into the guest, which the library's serial ports have always so. */
const modemLines = { carrier_detect: true, ring_indicator: false, data_set_ready: true, clear_to_send: true };

/** @throws ConfigurationError for what a line is not */
function checkLine(name: keyof typeof modemLines, status: boolean): void {
  if (status !== modemLines[name])
    throw new ConfigurationError(
      `serial_set_${name}: the line is always ${modemLines[name] ? 'on' : 'off'}; leave the call out`,
    );
}
