import { fileAt } from '../src/browser/download.ts';
import {
  describedOptions,
  type ImageName,
  imageAt,
  type SettingName,
  settingNames,
} from '../src/browser/element-options.ts';
import { isKept, keptImage } from '../src/browser/files.ts';
import type { Image, MachineOptions, SnapshotBytes } from '../src/browser/index.ts';
import { hashOf, type Settings, settingsOf, startsAtOnce } from './address.ts';
import { byId, textElement } from './elements.ts';
import { Images, type PlacedImage, placeNames } from './images.ts';
import { KeptDisks, keepUnderFreeName } from './kept-disks.ts';
import { fillLayouts } from './layout-choice.ts';
import type { Loading } from './loading.ts';
import { type BootedSystem, type System, systems } from './systems.ts';

/** Fields of the form that describe a machine. The demo is one of the systems there. */
const fields = settingNames.filter((name) => name !== 'demo');
/** Values that empty fields stand for. */
const defaults: Readonly<Partial<Record<SettingName, string>>> = {
  // A kernel that nobody gave a command line says something where it can be seen.
  append: 'console=ttyS0',
  // Programs for DOS look for it.
  sound: 'sb16',
};

/** Settings that are the page's, and none of the machine itself. */
const hostOnly: readonly SettingName[] = ['network', 'keyboard'];

/** Actions of the page for the form. */
export interface SetupActions {
  /** The machine is to be started. */
  readonly start: () => void;
  /** Takes a file that is a saved machine. */
  readonly takeSnapshot: (file: File) => Promise<void>;
  readonly tell: (error: unknown) => void;
  /** The machine is to begin silent. */
  readonly mute: () => void;
}

/** Data for a machine that goes on from a state. */
export interface GoingOn {
  /** Texts on its serial terminals. */
  readonly terminals?: readonly string[];
  /** Actions that it needs when it runs. */
  readonly goesOn?: System['goesOn'] | undefined;
}

/** The form in which a machine is described, and the page's address, which says the same. */
export class Setup {
  readonly #form = byId('setup', HTMLFormElement);
  readonly #images: Images;
  /** The address says that the machine starts with the page. */
  #runs = false;
  /** It says that the machine begins silent. */
  #isMuted = false;
  readonly #kept: KeptDisks;
  readonly #tell: (error: unknown) => void;
  readonly #mute: () => void;
  /** Values of the fields where the address gives none. */
  readonly #initial: ReadonlyMap<SettingName, string>;

  constructor({ start, takeSnapshot, tell, mute }: SetupActions) {
    this.#tell = tell;
    this.#mute = mute;
    this.#kept = new KeptDisks((name) => this.#images.put('hda', name), tell);
    this.#images = new Images(byId('images', HTMLUListElement), () => this.#imagesChanged(), takeSnapshot);
    this.#addSystems();
    fillLayouts(this.#form.elements.namedItem('keyboard') as HTMLSelectElement);
    this.#initial = new Map(fields.map((name) => [name, this.#field(name).value]));
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      start();
    });
    this.#form.addEventListener('change', () => this.#writeAddress());
    const input = byId('files', HTMLInputElement);
    input.addEventListener('change', () => {
      this.#add(input.files);
      input.value = '';
    });
    this.#takeDrops();
  }

  /** Fills the form as the address says; true if the machine is to start at once. */
  readAddress(): boolean {
    const settings = settingsOf(location.hash);
    this.#runs = startsAtOnce(settings);
    this.#fill(settings);
    return this.#runs;
  }

  /** Fills the form as it was when the page had this address. Files of this computer stay where a machine of the user's images may need them. */
  restore(hash: string): void {
    this.#runs = false;
    this.#replace(settingsOf(hash));
  }

  /** Fills the form as another address of this tab says. A page that is loaded with that again starts the machine, if it says so. */
  follow(hash: string): void {
    const settings = settingsOf(hash);
    this.#runs = startsAtOnce(settings);
    this.#replace(settings);
  }

  #replace(settings: Settings): void {
    if (settings.has('system')) this.#images.removeAll();
    else this.#images.removeAddresses();
    this.#fill(settings);
  }

  #fill(settings: Settings): void {
    this.#isMuted = settings.has('muted');
    if (this.#isMuted) this.#mute();
    for (const name of placeNames) {
      const url = settings.get(name);
      if (url) this.#images.put(name, url);
    }
    const choice = this.#images.isEmpty ? (settings.get('system') ?? FIRST) : 'own';
    const radio = this.#form.querySelector<HTMLInputElement>(`input[value="${CSS.escape(choice)}"]`);
    if (radio) radio.checked = true;
    for (const name of fields) {
      // A machine that goes on from a state is as it was where nothing is said.
      const unsaid = settings.has('state') ? '' : this.#initial.get(name)!;
      setValue(this.#field(name), settings.get(name) ?? unsaid);
    }
    if (settings.size > 0) this.#writeAddress();
  }

  /** The title of the machine that it describes. */
  get title(): string {
    const [image] = this.#images.titles;
    return this.#choice === 'own' ? (image ?? 'machine') : this.#choice;
  }

  /** Whether the machine shows something on its screen, and not on its serial line. */
  get hasScreen(): boolean {
    return this.#system?.hasScreen ?? this.#images.get('kernel') === undefined;
  }

  /**
   * The options of the machine that a snapshot does not contain: drives whose images have names, networks of cards, and servers
   * of folders.
   */
  async unsavedOptions(loading: Loading): Promise<Pick<MachineOptions, 'drives' | 'network' | 'shares'>> {
    const { drives, network, shares } = await this.#described(loading);
    return {
      ...(this.#choice === 'own' && drives && { drives }),
      ...(network && { network }),
      ...(shares && { shares }),
    };
  }

  show(visible: boolean): void {
    this.#form.hidden = !visible;
    if (visible) void this.#kept.show();
  }

  /**
   * The state that the machine goes on from, with the options as what is to be another than it was; undefined: it is turned on. Rejects
   * with a ConfigurationError if it cannot be had.
   */
  state(loading: Loading): Promise<SnapshotBytes> | undefined {
    const state = this.#state;
    if (state === undefined) return this.#booted?.state(loading);
    if (typeof state !== 'string') return Promise.resolve(state);
    return isKept(state) ? keptImage(state) : fileAt(state, loading.download('state'));
  }

  /**
   * Texts on the serial terminals of the machine from the start on, by their ports, and its actions then; none for one that is
   * turned on.
   */
  get goingOn(): GoingOn {
    return this.#booted ? { terminals: [this.#booted.terminal], goesOn: this.goesOn } : {};
  }

  /** Actions that a machine of the chosen system needs when it goes on from a state. */
  get goesOn(): System['goesOn'] {
    return this.#system?.goesOn;
  }

  get #state(): PlacedImage | undefined {
    return this.#choice === 'own' ? this.#images.get('state') : undefined;
  }

  get #system(): System | undefined {
    return systems.find(({ name }) => name === this.#choice);
  }

  /** Only with the settings that it has been booted with. */
  get #booted(): BootedSystem | undefined {
    const isAsBooted = fields.every((name) => hostOnly.includes(name) || this.#value(name) === this.#initial.get(name));
    const isAlone = /^(user|wisps?:.*)?$/.test(this.#value('network'));
    return isAsBooted && isAlone ? this.#system?.booted : undefined;
  }

  /**
   * The options of the machine, or what is to be another than in the state that it goes on from.
   * @throws ConfigurationError for an image that cannot be had
   */
  async options(loading: Loading): Promise<MachineOptions> {
    const described = await this.#described(loading);
    return this.#booted ? described : { ...described, ...(await this.#system?.options(loading)) };
  }

  #described(loading: Loading): Promise<MachineOptions> {
    const goesOn = this.#state !== undefined || this.#booted !== undefined;
    const unsaid = (name: SettingName) =>
      name === 'network' ? this.#system?.network : goesOn ? undefined : defaults[name];
    return describedOptions({
      setting: (name) => this.#value(name) || unsaid(name),
      image: (name) => (this.#system ? undefined : this.#image(name, loading)),
    });
  }

  get #choice(): string {
    return new FormData(this.#form).get('system')?.toString() ?? 'own';
  }

  #field(name: SettingName): HTMLInputElement | HTMLSelectElement {
    return this.#form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement;
  }

  #add(files: FileList | null | undefined): void {
    void this.#images.add([...(files ?? [])]).catch(this.#tell);
  }

  #value(name: string): string {
    return new FormData(this.#form).get(name)?.toString().trim() ?? '';
  }

  #image(name: ImageName, loading: Loading): Promise<Image> | undefined {
    const image = this.#images.get(name);
    if (image === undefined) return undefined;
    if (typeof image === 'string' && isKept(image)) return Promise.resolve(image);
    if (this.#images.isKept(name)) return this.#keep(name, image);
    if (typeof image !== 'string') return Promise.resolve(image);
    return imageAt(name, image, loading.download(name));
  }

  /** From then on the machine has what the browser keeps. */
  async #keep(place: ImageName, image: PlacedImage): Promise<string> {
    const name = await keepUnderFreeName(place, image);
    this.#images.put(place, name);
    return name;
  }

  #addSystems(): void {
    const list = byId('systems', HTMLFieldSetElement);
    for (const { name, title, about } of [...systems, OWN]) {
      const label = document.createElement('label');
      const input = document.createElement('input');
      Object.assign(input, { type: 'radio', name: 'system', value: name, checked: name === FIRST });
      const small = document.createElement('small');
      small.textContent = about;
      label.append(input, textElement('span', title), small);
      list.append(label);
    }
  }

  #imagesChanged(): void {
    const choice = this.#images.isEmpty ? FIRST : 'own';
    const radio = this.#form.querySelector<HTMLInputElement>(`input[value="${choice}"]`);
    if (radio) radio.checked = true;
    this.#writeAddress();
  }

  #writeAddress(): void {
    const values = fields.map((name) => [name, this.#value(name)] as const);
    const what = this.#choice === 'own' ? this.#images.addresses : [['system', this.#choice] as const];
    const flags = [...(this.#runs ? ['run'] : []), ...(this.#isMuted ? ['muted'] : [])].map(
      (name) => [name, ''] as const,
    );
    history.replaceState(null, '', hashOf(new Map<string, string>([...what, ...values, ...flags])));
  }

  /** Files can be dropped anywhere on the page. */
  #takeDrops(): void {
    const drop = byId('drop', HTMLLabelElement);
    document.addEventListener('dragover', (event) => {
      event.preventDefault();
      drop.classList.add('over');
    });
    document.addEventListener('dragleave', () => drop.classList.remove('over'));
    document.addEventListener('drop', (event) => {
      event.preventDefault();
      drop.classList.remove('over');
      this.#add(event.dataTransfer?.files);
    });
  }
}

/** A machine may have what a list doesn't offer, such as two devices on the USB; what is none is refused by its name. */
function setValue(field: HTMLInputElement | HTMLSelectElement, value: string): void {
  if (field instanceof HTMLSelectElement && ![...field.options].some((option) => option.value === value))
    field.append(new Option(value));
  field.value = value;
}

/** The system that is chosen where nothing is said. */
const FIRST = 'demo';
const OWN = {
  name: 'own',
  title: 'Images of mine',
  about: 'What is dropped or chosen below, or named in the address.',
};
