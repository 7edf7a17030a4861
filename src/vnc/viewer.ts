import type { Keyboard } from '../input/keyboard.ts';
import type { Mouse } from '../input/mouse.ts';
import { messageOf } from '../util/errors.ts';
import { ByteReader } from './byte-reader.ts';
import { joined, unsigned16, unsigned32 } from './bytes.ts';
import { Damage } from './damage.ts';
import { chosenEncoding, Encoding } from './encodings.ts';
import { ViewerGone } from './error.ts';
import type { Framebuffer, View } from './framebuffer.ts';
import { authenticate, type CheckAnswer, desktopBytes } from './handshake.ts';
import { type ClientMessage, readMessage } from './messages.ts';
import { type Deflater, PictureEncoder, rectangleHeader } from './picture-encoder.ts';
import { around, type Picture, type Rectangle } from './rectangle.ts';
import { ViewerKeyboard } from './viewer-keyboard.ts';
import { ViewerMouse } from './viewer-mouse.ts';

/** The way to a viewer. */
export interface ViewerConnection {
  /** Resolves when it takes more. Rejects when it has gone. */
  write(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** The parts that a viewer is shown, and those that it works on. */
export interface ViewerOptions {
  readonly framebuffer: Framebuffer;
  readonly keyboard: Keyboard;
  readonly mouse: Mouse;
  readonly name: string;
  /** Left out: no password is asked for. */
  readonly checkAnswer?: CheckAnswer | undefined;
  openDeflater(): Deflater;
  /** It has been let in. @throws VncError if it is not to stay */
  admit(isShared: boolean): void;
}

/** News for a viewer besides the picture, sent as a rectangle without dots. */
type Notice = 'size' | 'resizeRefused' | 'pointerMotionChange' | 'extendedKeyEvent';

/** One viewer: reads what it says, and sends what has changed when it asks for it. */
export class Viewer implements View {
  readonly damage = new Damage();
  readonly #connection: ViewerConnection;
  readonly #options: ViewerOptions;
  readonly #reader = new ByteReader();
  readonly #encoder: PictureEncoder;
  readonly #keyboard: ViewerKeyboard;
  readonly #mouse: ViewerMouse;
  readonly #notices = new Set<Notice>();
  #understood: ReadonlySet<number> = new Set();
  /** As large as the viewer knows the desktop. */
  #size = { width: 0, height: 0 };
  #failure: unknown;
  /** Which part it wants to hear of; null: it has not asked. */
  #wanted: Rectangle | null = null;
  /** The part of the screen that it wants to get, whether it has changed or not. */
  #anew: Rectangle | null = null;
  #isLetIn = false;
  #isSending = false;

  constructor(connection: ViewerConnection, options: ViewerOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#encoder = new PictureEncoder(options.openDeflater);
    this.#keyboard = new ViewerKeyboard(options.keyboard);
    this.#mouse = new ViewerMouse(options.mouse);
  }

  /** Bytes from the viewer. Resolves when more may come. */
  receive(bytes: Uint8Array): Promise<void> {
    return this.#reader.push(bytes);
  }

  /** The viewer has gone. */
  end(): void {
    this.#reader.end();
  }

  /** Serves it until it goes. Resolves with why the connection was ended from here; null: the viewer went. */
  async serve(): Promise<string | null> {
    const { framebuffer } = this.#options;
    try {
      await this.#begin();
      for (;;) this.#obey(await readMessage(this.#reader));
    } catch (error) {
      const reason = this.#failure ?? error;
      return reason instanceof ViewerGone ? null : messageOf(reason);
    } finally {
      framebuffer.remove(this);
      this.#reader.end();
      this.#keyboard.release();
      this.#mouse.release();
      this.#encoder.close();
      this.#connection.close();
    }
  }

  async #begin(): Promise<void> {
    const { framebuffer, name, checkAnswer, admit } = this.#options;
    const write = (bytes: Uint8Array) => this.#connection.write(bytes);
    await authenticate({ reader: this.#reader, write, checkAnswer });
    admit((await this.#reader.take(1)).getUint8(0) !== 0);
    this.#isLetIn = true;
    await framebuffer.look();
    framebuffer.add(this);
    const { width, height } = framebuffer.picture;
    this.#setSize(width, height);
    await write(desktopBytes(width, height, name));
  }

  resized({ width, height }: Picture): void {
    if (this.#knows('desktopSize') || this.#knows('extendedDesktopSize')) {
      this.#notices.add('size');
      this.#setSize(width, height);
    } else this.damage.resize(this.#size.width, this.#size.height);
  }

  get isDue(): boolean {
    if (this.#wanted === null) return false;
    if (this.#isPointerOutOfStep) this.#notices.add('pointerMotionChange');
    return this.#notices.size > 0 || this.#anew !== null || this.damage.touches(this.#wanted);
  }

  /** The guest has begun or ended to use a tablet: the viewer does not know yet. */
  get #isPointerOutOfStep(): boolean {
    return this.#knows('pointerMotionChange') && this.#mouse.isOutOfStep;
  }

  /** It has said what it has to, its password too. */
  get isLetIn(): boolean {
    return this.#isLetIn;
  }

  #setSize(width: number, height: number): void {
    this.#size = { width, height };
    this.damage.resize(width, height);
  }

  #knows(name: keyof typeof Encoding): boolean {
    return this.#understood.has(Encoding[name]);
  }

  #obey(message: ClientMessage): void {
    switch (message.type) {
      case 'format':
        this.#encoder.format = message.format;
        break;
      case 'encodings':
        this.#understand(message.numbers);
        break;
      case 'update':
        this.#wants(message.part, message.isIncremental);
        break;
      case 'key':
        this.#keyboard.take(message);
        this.#options.framebuffer.stir();
        break;
      case 'pointer':
        this.#mouse.take(message, this.#options.framebuffer.picture);
        this.#options.framebuffer.stir();
        break;
      case 'size':
        if (this.#knows('extendedDesktopSize')) this.#notices.add('resizeRefused');
    }
  }

  #understand(numbers: readonly number[]): void {
    const before = this.#understood;
    this.#understood = new Set(numbers);
    this.#encoder.encoding = chosenEncoding(numbers);
    const isNew = (name: keyof typeof Encoding) => this.#knows(name) && !before.has(Encoding[name]);
    if (isNew('extendedDesktopSize')) this.#notices.add('size');
    if (isNew('extendedKeyEvent')) this.#notices.add('extendedKeyEvent');
    if (isNew('pointerMotionChange')) this.#notices.add('pointerMotionChange');
  }

  #wants(part: Rectangle, isIncremental: boolean): void {
    if (!isIncremental) {
      this.#anew = this.#anew === null ? part : around(this.#anew, part);
      this.#options.framebuffer.stir();
    }
    this.#wanted = this.#wanted === null ? part : around(this.#wanted, part);
    if (!this.#isSending) void this.#send();
  }

  /** Sends updates as long as they are wanted: each when something has changed, and the one before has been taken. */
  async #send(): Promise<void> {
    this.#isSending = true;
    try {
      while (this.#wanted !== null) {
        await this.#options.framebuffer.due(this);
        await this.#sendUpdate();
      }
    } catch (error) {
      this.#failure = error;
      this.#reader.end();
    } finally {
      this.#isSending = false;
    }
  }

  async #sendUpdate(): Promise<void> {
    const { picture } = this.#options.framebuffer;
    // What comes with another size would get lost (RFC 6143, 7.8.2).
    const isResized = this.#notices.has('size');
    if (this.#anew !== null) this.damage.add(this.#anew);
    this.#anew = null;
    const notices = this.#takeNotices(picture);
    const parts = isResized ? [] : this.damage.take(this.#wanted!);
    this.#wanted = null;
    await this.#connection.write(joined(Uint8Array.of(0, 0), unsigned16(notices.length + parts.length), ...notices));
    // Later rectangles are made when the viewer has taken those before: little waits in memory.
    for (const part of parts) await this.#connection.write(await this.#encoder.encode(picture, part));
  }

  #takeNotices(picture: Picture): Uint8Array[] {
    const notices = [...this.#notices];
    this.#notices.clear();
    return notices.map((notice) => this.#noticeBytes(notice, picture));
  }

  #noticeBytes(notice: Notice, { width, height }: Picture): Uint8Array {
    const all = { x: 0, y: 0, ...this.#size };
    if (notice === 'pointerMotionChange') {
      const { isAbsolute } = this.#options.mouse;
      this.#mouse.tellsMovements = !isAbsolute;
      return rectangleHeader({ ...all, x: Number(isAbsolute) }, Encoding.pointerMotionChange);
    }
    if (notice === 'extendedKeyEvent') return rectangleHeader(all, Encoding.extendedKeyEvent);
    if (!this.#knows('extendedDesktopSize')) return rectangleHeader(all, Encoding.desktopSize);
    this.#setSize(width, height);
    const why = notice === 'size' ? { x: 0, y: 0 } : REFUSED;
    return joined(rectangleHeader({ ...why, width, height }, Encoding.extendedDesktopSize), oneScreen(width, height));
  }
}

/** The viewer has asked for it, and it is prohibited (the extension's "reason" and "status code"). */
const REFUSED = { x: 1, y: 1 } as const;

/** The layout of a desktop with one screen, whose number is 0. */
function oneScreen(width: number, height: number): Uint8Array {
  return joined(Uint8Array.of(1, 0, 0, 0), unsigned32(0), unsigned16(0, 0, width, height), unsigned32(0));
}
