import type { Machine } from '../../machine/machine.ts';
import { type ConsolePort, type OpenPage, type PageLink, refusePage, type V86Page } from '../../v86/page.ts';
import type { V86Options } from '../../v86/types.ts';
import type { RawironPc } from '../element.ts';
import { showConsoles, showTerminal } from './consoles.ts';
import { PageKeys } from './keys.ts';

/** Events of the pointer over the screen. */
const pointerEvents = ['pointermove', 'pointerdown', 'pointerleave', 'mousedown', 'mouseup', 'wheel'] as const;

/** Dots of the text that a machine begins with, in a line. */
const FIRST_WIDTH = 720;

/** A machine in a page, as v86 shows it: its screen is put into an element of the page's. */
class PageView implements V86Page {
  readonly #link: PageLink;
  readonly #container: HTMLElement | null;
  readonly #keys: PageKeys;
  readonly #isMuted: boolean;
  readonly #listening = new AbortController();
  #screen: RawironPc | undefined;
  #scale: readonly [x: number, y: number];
  #isMouseEnabled: boolean;

  constructor(options: V86Options, link: PageLink) {
    const screen = options.screen ?? {};
    this.#link = link;
    this.#container = options.screen_container ?? screen.container ?? null;
    const scale = screen.scale ?? screen.scaling ?? 1;
    this.#scale = [scale, scale];
    this.#isMuted = options.disable_speaker === true;
    this.#isMouseEnabled = !options.disable_mouse;
    this.#keys = new PageKeys(link, !options.disable_keyboard, () => this.#screen);
    const { signal } = this.#listening;
    for (const name of pointerEvents)
      addEventListener(name, (event) => this.#keepOut(event), { capture: true, passive: true, signal });
    showConsoles(options, link);
  }

  /** A pointer that is not to move the mouse does nothing at the screen. */
  #keepOut(event: Event): void {
    const isAtScreen = this.#screen && event.composedPath().includes(this.#screen);
    if (isAtScreen && !this.#isMouseEnabled) event.stopImmediatePropagation();
  }

  async attach(machine: Machine): Promise<void> {
    const container = this.#container;
    if (!container) return;
    const { RawironPc } = await import('../element.ts');
    const screen = new RawironPc();
    screen.muted = this.#isMuted;
    screen.addEventListener('picture', () => this.#fit());
    // What v86 draws into is in the way.
    for (const child of container.children) (child as HTMLElement).style.display = 'none';
    container.append(screen);
    this.#screen = screen;
    this.#fit();
    await screen.show(machine);
  }

  /** As large as its picture, times the scale. */
  #fit(): void {
    const screen = this.#screen;
    if (!screen) return;
    const [x, y] = this.#scale;
    screen.style.width = `${(screen.pictureWidth || FIRST_WIDTH) * x}px`;
    screen.style.transformOrigin = '0 0';
    screen.style.transform = x === y ? '' : `scale(1, ${y / x})`;
  }

  screenshot(): HTMLElement | null {
    if (!this.#screen) return null;
    const { canvas, pictureWidth, pictureHeight } = this.#screen;
    const copy = document.createElement('canvas');
    Object.assign(copy, { width: pictureWidth, height: pictureHeight });
    const context = copy.getContext('2d')!;
    // The screen's has each dot several times.
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, 0, 0, copy.width, copy.height);
    const picture = new Image();
    picture.src = copy.toDataURL('image/png');
    return picture;
  }

  setScale(x: number, y: number): void {
    this.#scale = [x, y];
    this.#fit();
  }

  async goFullScreen(): Promise<void> {
    await this.#screen?.requestFullscreen();
  }

  async lockMouse(): Promise<void> {
    await this.#screen?.captureMouse();
  }

  setMouseEnabled(isEnabled: boolean): void {
    this.#isMouseEnabled = isEnabled;
  }

  setKeyboardEnabled(isEnabled: boolean): void {
    this.#keys.isEnabled = isEnabled;
  }

  showTerminal(port: ConsolePort, container: HTMLElement, library: unknown): void {
    showTerminal(port, container, library, this.#link);
  }

  close(): void {
    this.#keys.close();
    this.#listening.abort();
  }
}

/** In a worker there is no page. */
export const openPage: OpenPage = (options, link) =>
  typeof document === 'undefined' ? refusePage(options) : new PageView(options, link);
