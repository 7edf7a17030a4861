import { RawironPc, type RawironPcEvents } from '../src/browser/element.ts';
import { isKept } from '../src/browser/files.ts';
import { type Exit, type Machine, openChannel } from '../src/browser/index.ts';
import { sharesMemory } from '../src/browser/shared-memory.ts';
import { Controls } from './controls.ts';
import { byId } from './elements.ts';
import type { Inspector } from './inspector.ts';
import { LayoutChoice } from './layout-choice.ts';
import { Meter } from './meter.ts';
import type { OnScreenKeyboard } from './on-screen-keyboard.ts';
import type { SavedState } from './saved-states.ts';
import type { SerialTerminals } from './serial-terminals.ts';
import { Setup } from './setup.ts';
import { addSoundControls } from './sound-controls.ts';
import { StateList } from './state-list.ts';
import { Tabs } from './tabs.ts';

const exits: Readonly<Record<Exit['reason'], string>> = {
  poweroff: 'The guest turned the machine off.',
  exit: 'The guest ended the machine.',
  reset: 'The guest asked for a reset.',
  shutdown: 'The guest died by a triple fault.',
  stopped: 'The machine is off.',
};

/** The page: a form while the machine is off, and the machine with its controls while it is on. */
class Page {
  readonly #pc = document.querySelector('rawiron-pc') as RawironPc;
  readonly #status = byId('status', HTMLElement);
  readonly #problem = byId('problem', HTMLElement);
  readonly #meter = new Meter();
  readonly #setup = new Setup(
    () => void this.#start(),
    (file) => this.#states.add(file.name, { hash: '', snapshot: file }),
  );
  readonly #states = new StateList(
    (state) => void this.#goOn(state),
    (error) => this.#tell(error),
  );
  readonly #tabs = new Tabs(document.querySelector('[role=tablist]')!, (panel) => void this.#shown(panel));
  readonly #controls = new Controls(this.#pc, {
    type: (text) => this.#type(text),
    saveState: (machine) => this.#saveState(machine),
    move: (machine) => this.#move(machine),
    tell: (error) => this.#tell(error),
  });
  readonly #layout = new LayoutChoice((layout) => this.#keyboard?.setLayout(layout));
  #panel = 'screen-panel';
  #terminals: SerialTerminals | null = null;
  #inspector: Inspector | null = null;
  #keyboard: OnScreenKeyboard | null = null;
  #fetching: AbortController | null = null;

  constructor() {
    this.#pc.addEventListener('picture', () => this.#meter.drawn());
    byId('mouse', HTMLButtonElement).addEventListener('click', () => void this.#pc.captureMouse());
    byId('fullscreen', HTMLButtonElement).addEventListener('click', () => void this.#pc.requestFullscreen());
    byId('keyboard', HTMLButtonElement).addEventListener('click', () => void this.#toggleKeyboard());
    byId('fetch', HTMLButtonElement).addEventListener('click', () => void this.#fetch());
    addSoundControls(this.#pc);
    byId('isolation', HTMLElement).hidden = sharesMemory;
    if (this.#setup.readAddress()) void this.#start();
  }

  #start(): Promise<void> {
    return this.#turnOn(async () => this.#pc.start(await this.#setup.options()));
  }

  async #goOn({ hash, snapshot }: SavedState): Promise<void> {
    await this.#pc.stop();
    await this.#turnOn(async () => {
      if (hash !== '') this.#setup.restore(hash);
      const changes = await this.#setup.unsavedOptions();
      return this.#pc.restore(new Uint8Array(await snapshot.arrayBuffer()), changes);
    });
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
    await this.#turnOn(() => this.#pc.receive(() => openChannel(url, fetching.signal)), 'Waiting for the machine…');
    this.#setFetching(null);
    if (this.#pc.machine?.screen.isThere) this.#tabs.show('screen-panel');
  }

  #setFetching(fetching: AbortController | null): void {
    this.#fetching = fetching;
    byId('fetch', HTMLButtonElement).textContent = fetching ? 'Stop waiting' : 'Fetch a running machine…';
  }

  async #turnOn(make: () => Promise<Machine>, status = 'Starting…'): Promise<void> {
    this.#problem.hidden = true;
    byId('start', HTMLButtonElement).disabled = true;
    this.#say(status);
    try {
      const terminals = await this.#serialTerminals();
      const attach = (event: Event) => terminals.attach((event as RawironPcEvents['machinecreate']).detail);
      this.#pc.addEventListener('machinecreate', attach, { once: true });
      this.#running(await make());
      this.#tabs.show(this.#setup.hasScreen ? 'screen-panel' : 'serial-panel');
    } catch (error) {
      this.#stopped('Choose what to boot.');
      if (!isAborted(error)) this.#tell(error);
    } finally {
      byId('start', HTMLButtonElement).disabled = false;
    }
  }

  /** A machine that went on would write to the disks that the saved one stands on. */
  async #saveState(machine: Machine): Promise<void> {
    const keepsDisks = machine.drives.some(({ image }) => image !== null && isKept(image));
    if (keepsDisks) await machine.pause();
    const snapshot = new Blob([new Uint8Array(await machine.snapshot())]);
    await this.#states.add(this.#setup.title, { hash: location.hash, snapshot });
    if (keepsDisks) await machine.stop();
    this.#say(keepsDisks ? 'Saved, and turned off: its disks stay as they are.' : 'Saved.');
  }

  #running(machine: Machine): void {
    this.#setup.show(false);
    this.#controls.show(machine);
    this.#layout.attach(machine);
    this.#meter.attach(machine);
    this.#setTools(true);
    this.#status.textContent = 'Running';
    machine.on('running', () => this.#say('Running'));
    machine.on('paused', () => this.#say('Paused'));
    machine.on('halt', () => this.#say('The guest has halted for good.'));
    machine.on('log', (message) => this.#say(message));
    machine.on('exit', ({ reason }) => this.#stopped(exits[reason]));
    machine.on('error', (error) => {
      this.#stopped('The emulator has failed.');
      this.#tell(error);
    });
  }

  #stopped(status: string): void {
    this.#say(status);
    this.#inspector?.attach(null);
    this.#meter.attach(null);
    this.#controls.show(null);
    this.#setup.show(true);
    this.#setTools(false);
  }

  #setTools(enabled: boolean): void {
    document.querySelector('main')?.classList.toggle('off', !enabled);
    for (const id of ['keyboard', 'mouse', 'fullscreen']) byId(id, HTMLButtonElement).disabled = !enabled;
  }

  async #shown(panel: string): Promise<void> {
    this.#panel = panel;
    const { machine } = this.#pc;
    this.#inspector?.attach(null);
    if (panel === 'serial-panel') {
      (await this.#serialTerminals()).focus();
    } else if (panel === 'inspector-panel') {
      this.#inspector ??= new (await import('./inspector.ts')).Inspector();
      this.#inspector.attach(machine);
    } else this.#pc.focus({ preventScroll: true });
  }

  /** They are loaded with the first machine. */
  async #serialTerminals(): Promise<SerialTerminals> {
    const { SerialTerminals } = await import('./serial-terminals.ts');
    this.#terminals ??= new SerialTerminals(byId('terminals', HTMLElement));
    return this.#terminals;
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
    if (this.#panel === 'serial-panel') this.#terminals?.type(text);
    else this.#pc.type(text);
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }

  #tell(error: unknown): void {
    this.#problem.textContent = error instanceof Error ? error.message : String(error);
    this.#problem.hidden = false;
    this.#say('Something went wrong.');
  }
}

/** The user wants another machine, or none. */
function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

if (!customElements.get('rawiron-pc')) throw new Error(`${RawironPc.name} is not defined`);
new Page();
