import { RawironPc, type RawironPcEvents } from '../src/browser/element.ts';
import { isKept } from '../src/browser/files.ts';
import { browserHost } from '../src/browser/host.ts';
import { type Exit, Machine, openChannel, type Reset } from '../src/browser/index.ts';
import { sharesMemory } from '../src/browser/shared-memory.ts';
import { CancelledError } from '../src/migration/cancelled.ts';
import { readMachine } from '../src/snapshot/machine.ts';
import { checkAddress } from './address.ts';
import { Controls } from './controls.ts';
import { byId } from './elements.ts';
import { toldByPlace } from './images.ts';
import type { Inspector } from './inspector.ts';
import { LayoutChoice } from './layout-choice.ts';
import { Loading } from './loading.ts';
import { Meter } from './meter.ts';
import type { OnScreenKeyboard } from './on-screen-keyboard.ts';
import type { SavedState } from './saved-states.ts';
import { SerialTerminals } from './serial-terminals.ts';
import { type GoingOn, Setup } from './setup.ts';
import { addSoundControls } from './sound-controls.ts';
import { StateList } from './state-list.ts';
import { Tabs } from './tabs.ts';

const STARTING = 'Starting…';
const CHOOSE = 'Choose what to boot.';

const exits: Readonly<Record<Exit['reason'], string>> = {
  poweroff: 'The guest turned the machine off.',
  exit: 'The guest ended the machine.',
  reset: 'The guest asked for a reset.',
  shutdown: 'The guest died by a triple fault.',
  stopped: 'The machine is off.',
  'time-limit': 'The machine was ended: its time is over.',
};

/** How a machine is turned on. */
interface Turning extends GoingOn {
  /** Whether it has a screen, as far as is known before. */
  readonly hasScreen: boolean;
  /** The status that is shown meanwhile. */
  readonly status?: string;
  /** The address that describes it, and what it is called. */
  readonly describe?: () => { readonly hash: string; readonly title: string };
}

/** The page: a form while the machine is off, and the machine with its controls while it is on. */
class Page {
  readonly #pc = document.querySelector('rawiron-pc') as RawironPc;
  readonly #status = byId('status', HTMLElement);
  readonly #problem = byId('problem', HTMLElement);
  readonly #meter = new Meter();
  readonly #mute = addSoundControls(this.#pc);
  readonly #setup = new Setup({
    start: () => void this.#start(),
    takeSnapshot: (file) => this.#states.add(file.name, { hash: '', terminals: [], snapshot: file }),
    tell: (error) => this.#tell(error),
    mute: () => this.#mute(),
  });
  /** Aborts the loading for the machine that was asked for last. */
  #turning = new AbortController();
  readonly #states = new StateList(
    (state) => this.#goOn(state),
    (error) => this.#tell(error),
  );
  readonly #tabs = new Tabs(document.querySelector('[role=tablist]')!, {
    show: (panel) => void this.#shown(panel).catch((error) => this.#tell(error)),
    enter: (panel) => this.#enter(panel),
  });
  readonly #controls = new Controls(this.#pc, {
    type: (text) => this.#type(text),
    saveState: (machine) => this.#saveState(machine),
    move: (machine) => this.#move(machine),
    tell: (error) => this.#tell(error),
  });
  readonly #layout = new LayoutChoice((layout) => this.#keyboard?.setLayout(layout));
  /** The machine that is on, with the address that describes it and what it is called; null: none is. */
  #on: { readonly machine: Machine; readonly hash: string; readonly title: string } | null = null;
  /** The text on the serial terminals of the machine that is about to go on. */
  #before: readonly string[] = [];
  #panel = 'screen-panel';
  readonly #terminals = new SerialTerminals(byId('terminals', HTMLElement));
  #inspector: Inspector | null = null;
  #keyboard: OnScreenKeyboard | null = null;
  #fetching: AbortController | null = null;

  constructor() {
    this.#pc.addEventListener('picture', () => this.#meter.drawn());
    this.#pc.addEventListener('machinecreate', (event) =>
      this.#terminals.attach((event as RawironPcEvents['machinecreate']).detail, this.#before),
    );
    // The page shows errors itself.
    this.#pc.addEventListener('machineerror', (event) => event.preventDefault());
    window.addEventListener('hashchange', () => this.#followLink());
    this.#onClick('mouse', () => this.#onScreen(() => this.#pc.captureMouse()));
    this.#onClick('fullscreen', () => this.#onScreen(() => this.#pc.requestFullscreen()));
    this.#onClick('keyboard', () => this.#toggleKeyboard());
    this.#onClick('fetch', () => this.#fetch());
    byId('isolation', HTMLElement).hidden = sharesMemory;
    // Nobody would hear a click before.
    for (const id of ['start', 'start-here']) byId(id, HTMLButtonElement).disabled = false;
    if (this.#isAddressKnown() && this.#setup.readAddress()) void this.#start();
  }

  /** False: it says what nobody knows, of which the user is told; then it counts for nothing. */
  #isAddressKnown(): boolean {
    this.#problem.hidden = true;
    try {
      checkAddress(location.hash);
      return true;
    } catch (error) {
      this.#tell(error);
      return false;
    }
  }

  #onClick(id: string, act: () => Promise<void>): void {
    byId(id, HTMLButtonElement).addEventListener('click', () => void act().catch((error) => this.#tell(error)));
  }

  #start(): Promise<void> {
    const { hasScreen, goingOn } = this.#setup;
    return this.#turnOn(
      (loading) =>
        this.#pc.run(async () => {
          const state = this.#setup.state(loading);
          // `Machine.restore` reports its failure, if the options don't fail first.
          state?.catch(() => {});
          const options = await this.#setup.options(loading);
          if (state === undefined) return Machine.create(options);
          return Machine.restore(state, options).catch((error) => Promise.reject(toldByPlace(error)));
        }),
      { hasScreen, ...goingOn },
    );
  }

  /** The machine that is on ends only for one that can be read. */
  async #goOn({ hash, terminals, snapshot }: SavedState): Promise<void> {
    const bytes = new Uint8Array(await snapshot.arrayBuffer());
    if (this.#on) {
      await readMachine(bytes, browserHost);
      if (!confirm('Turn off the machine that is on? What it has not written to a disk is lost.')) return;
    }
    await this.#pc.stop();
    if (hash !== '') this.#setup.restore(hash);
    const { hasScreen, goesOn } = this.#setup;
    await this.#turnOn(
      (loading) =>
        this.#pc.run(async () => {
          const changes = await this.#setup.unsavedOptions(loading);
          return Machine.restore(bytes, changes).catch((error) => Promise.reject(toldByPlace(error)));
        }),
      // What nobody knows may be the machine of another system.
      { hasScreen, terminals, goesOn: hash === '' ? undefined : goesOn },
    );
  }

  /** Another link in this tab fills the form; it never starts a machine, nor changes what one that is on stands for. */
  #followLink(): void {
    if (this.#on || byId('start', HTMLButtonElement).disabled || !this.#isAddressKnown()) return;
    this.#say(CHOOSE);
    this.#setup.follow(location.hash);
  }

  /** The machine goes on in another process. */
  async #move(machine: Machine): Promise<void> {
    const { askForAddress, sendAway } = await import('./moving.ts');
    const url = await askForAddress('away');
    if (url !== null) await sendAway(machine, url, (text) => this.#say(text));
  }

  /** A machine of another process goes on here, unless the button is pressed again before it has come. */
  async #fetch(): Promise<void> {
    if (this.#fetching) return this.#fetching.abort();
    const { askForAddress } = await import('./moving.ts');
    const url = await askForAddress('here');
    if (url === null) return;
    const fetching = new AbortController();
    this.#setFetching(fetching);
    const receive = () => this.#pc.receive(() => openChannel(url, fetching.signal));
    // The form doesn't describe it.
    const describe = () => ({ hash: '', title: 'machine' });
    await this.#turnOn(receive, { status: 'Waiting for the machine…', describe, hasScreen: true });
    this.#setFetching(null);
  }

  #setFetching(fetching: AbortController | null): void {
    this.#fetching = fetching;
    byId('fetch', HTMLButtonElement).textContent = fetching ? 'Stop waiting' : 'Fetch a running machine…';
  }

  /** @param make rejects if meanwhile another machine was asked for */
  async #turnOn(make: (loading: Loading) => Promise<Machine>, turning: Turning): Promise<void> {
    const {
      status = STARTING,
      describe = () => ({ hash: location.hash, title: this.#setup.title }),
      hasScreen,
      terminals = [],
      goesOn,
    } = turning;
    this.#before = terminals;
    this.#turning.abort();
    const ending = new AbortController();
    this.#turning = ending;
    const isWanted = () => ending === this.#turning;
    this.#problem.hidden = true;
    this.#setStarting(true);
    this.#say(status);
    try {
      // What is typed from now on is for the machine, on the way that it is going to have.
      const making = make(new Loading(ending.signal, (text) => this.#say(text)));
      this.#tabs.show(hasScreen ? 'screen-panel' : 'serial-panel');
      const machine = await making;
      this.#on = { machine, ...describe() };
      this.#running(machine);
      goesOn?.(machine);
      // One that goes on from a state may have none.
      if (hasScreen && !machine.screen.isThere) this.#tabs.show('serial-panel');
    } catch (error) {
      if (!isWanted()) return;
      this.#stopped(CHOOSE);
      this.#tabs.show('screen-panel');
      this.#tell(error);
    } finally {
      // What one image lacks, the others are not loaded for.
      ending.abort();
      if (isWanted()) this.#setStarting(false);
    }
  }

  /** The screen has its button whenever no machine is on, or about to be. */
  #setStarting(isStarting: boolean): void {
    if (isStarting) this.#terminals.hold(true);
    byId('start', HTMLButtonElement).disabled = isStarting;
    byId('start-here', HTMLButtonElement).hidden = isStarting || this.#on !== null;
  }

  /** A machine that went on would write to the disks that the saved one stands on. */
  async #saveState(machine: Machine): Promise<void> {
    const keepsDisks = machine.drives.some(({ image }) => image !== null && isKept(image));
    const isPaused = keepsDisks && machine.state === 'running';
    const { hash = '', title = '' } = this.#on ?? {};
    if (isPaused) await machine.pause();
    try {
      const snapshot = new Blob([new Uint8Array(await machine.snapshot())]);
      await this.#states.add(title, { hash, terminals: this.#terminals.contents, snapshot });
    } catch (error) {
      if (isPaused) await machine.resume();
      throw error;
    }
    if (keepsDisks) await machine.stop();
    this.#say(keepsDisks ? 'Saved, and turned off: its disks stay as they are.' : 'Saved.');
  }

  #running(machine: Machine): void {
    this.#setup.show(false);
    // The form was longer than what is shown in its place.
    window.scrollTo({ top: 0 });
    this.#controls.show(machine);
    this.#layout.attach(machine);
    this.#meter.attach(machine);
    this.#setTools(machine);
    this.#status.textContent = 'Running';
    machine.on('running', () => this.#say('Running'));
    machine.on('paused', () => this.#say('Paused'));
    machine.on('reset', ({ reason }) => this.#saysReset(reason));
    machine.on('halt', () => this.#say('The guest has halted for good.'));
    machine.on('log', (message) => this.#say(message));
    machine.on('exit', ({ reason }) => {
      if (this.#on?.machine === machine) this.#stopped(exits[reason]);
    });
    machine.on('error', (error) => {
      this.#stopped('The emulator has failed.');
      this.#tell(error);
    });
  }

  /** A guest that dies again and again shows nothing else, and need not be read out each time. */
  #saysReset(reason: Reset['reason']): void {
    if (reason === 'shutdown') this.#sayOnce('The guest died by a triple fault, and was started again.');
  }

  #stopped(status: string): void {
    this.#on = null;
    this.#terminals.hold(false);
    this.#setStarting(false);
    this.#say(status);
    this.#inspector?.attach(null);
    this.#meter.attach(null);
    this.#controls.show(null);
    this.#setup.show(true);
    this.#setTools(null);
  }

  /** Those of the screen are for machines that have one. */
  #setTools(machine: Machine | null): void {
    document.querySelector('main')?.classList.toggle('off', machine === null);
    for (const id of ['keyboard', 'mouse', 'fullscreen', 'picture'])
      byId(id, HTMLButtonElement).disabled = !machine?.screen.isThere;
  }

  async #shown(panel: string): Promise<void> {
    this.#panel = panel;
    const { machine } = this.#pc;
    this.#inspector?.attach(null);
    if (panel === 'serial-panel') {
      this.#terminals.fit();
    } else if (panel === 'inspector-panel') {
      const { Inspector } = await import('./inspector.ts');
      this.#inspector ??= new Inspector((error) => this.#tell(error));
      this.#inspector.attach(machine);
    }
  }

  /** Keys go there from now on. */
  #enter(panel: string): void {
    if (panel === 'serial-panel') this.#terminals.focus();
    else if (panel === 'screen-panel') this.#pc.focus({ preventScroll: true });
  }

  /** Shows the screen for an action: a hidden one can neither fill the screen nor have the mouse. */
  #onScreen(act: () => Promise<void>): Promise<void> {
    if (this.#panel !== 'screen-panel') this.#tabs.show('screen-panel');
    return act();
  }

  /** It is loaded when it is wanted. */
  async #toggleKeyboard(): Promise<void> {
    const { OnScreenKeyboard } = await import('./on-screen-keyboard.ts');
    this.#keyboard ??= new OnScreenKeyboard(byId('keys', HTMLElement), this.#pc);
    this.#keyboard.setLayout(this.#layout.chosen);
    const isShown = this.#keyboard.toggle();
    byId('keyboard', HTMLButtonElement).setAttribute('aria-pressed', String(isShown));
    if (isShown) this.#tabs.show('screen-panel');
  }

  #type(text: string): void {
    if (this.#panel === 'serial-panel') this.#terminals.type(text);
    else this.#pc.type(text);
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }

  /** Shows a status once: repeating the same text would have it read out each time. */
  #sayOnce(text: string): void {
    if (this.#status.textContent !== text) this.#say(text);
  }

  /** Shows an error, unless the user has ended the action. */
  #tell(error: unknown): void {
    if (isAborted(error)) return;
    this.#problem.textContent = error instanceof Error ? error.message : String(error);
    this.#problem.hidden = false;
    // The form is longer than the window, and what was asked for may be at its end.
    this.#problem.scrollIntoView({ block: 'nearest' });
    this.#say('Something went wrong.');
  }
}

/** The user wants another machine, or none, or the machine to stay. */
function isAborted(error: unknown): boolean {
  return error instanceof CancelledError || (error instanceof DOMException && error.name === 'AbortError');
}

if (!customElements.get('rawiron-pc')) throw new Error(`${RawironPc.name} is not defined`);
new Page();
