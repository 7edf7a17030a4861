/**
 * A VNC viewer in a page (RFC 6143), for what src/vnc/ serves. Plain JavaScript without imports: the server gives browsers this file as it is,
 * and Node imports it only to learn where it lies.
 */

export const url = import.meta.url;

/** Kinds of messages (RFC 6143, 7.5 and 7.6; of QEMU's, there is the one of keys, its kind 0). */
const ToServer = { pixelFormat: 0, encodings: 2, updateRequest: 3, pointer: 5, qemu: 255 };
const FromServer = { update: 0, bell: 2, text: 3 };
const QEMU_KEY = 0;
/** Of the security types, that without a password. */
const NO_SECURITY = 1;
const Encoding = { zlib: 6, desktopSize: -223, pointerMotionChange: -257, extendedKeyEvent: -258 };
/** What stands for a place while the viewer tells of movements, as in QEMU. */
const MIDDLE = 0x7fff;
const Wheel = { up: 8, down: 16 };
/** Milliseconds until it tries to connect again. */
const PAUSE = 2000;

/** Bytes that come in pieces of any length, and are taken in those that are needed. */
class Bytes {
  #pieces = [];
  #length = 0;
  #isOver = false;
  #wake = () => {};

  push(piece) {
    this.#pieces.push(piece);
    this.#length += piece.length;
    this.#wake();
  }

  end() {
    this.#isOver = true;
    this.#wake();
  }

  /** Rejects if so many do not come any more. */
  async take(length) {
    while (this.#length < length) {
      if (this.#isOver) throw new Error('the connection was closed');
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = new Uint8Array(length);
    for (let at = 0; at < length; ) {
      const piece = this.#pieces[0];
      const part = piece.subarray(0, length - at);
      taken.set(part, at);
      at += part.length;
      if (part.length === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(part.length);
    }
    this.#length -= length;
    return taken;
  }

  async view(length) {
    return new DataView((await this.take(length)).buffer);
  }

  async text(length) {
    return new TextDecoder('latin1').decode(await this.take(length));
  }
}

/** The stream of zlib that all rectangles of a connection are in. */
class Inflater {
  #writer;
  #inflated = new Bytes();

  constructor() {
    const stream = new DecompressionStream('deflate');
    this.#writer = stream.writable.getWriter();
    void this.#read(stream.readable.getReader());
  }

  inflate(bytes, length) {
    this.#writer.write(bytes).catch(() => {});
    return this.#inflated.take(length);
  }

  async #read(reader) {
    try {
      for (let part = await reader.read(); !part.done; part = await reader.read()) this.#inflated.push(part.value);
    } finally {
      this.#inflated.end();
    }
  }
}

const unsigned16 = (...values) => values.flatMap((value) => [(value >> 8) & 255, value & 255]);
const unsigned32 = (...values) => values.flatMap((value) => unsigned16(value >>> 16, value & 0xffff));

/** A connection to a server, from its greeting on. */
class Connection {
  /** `events`: `named` with what the machine is called, `resized` after the canvas was, `updated` after each part of the picture. */
  constructor(socket, canvas, events) {
    this.socket = socket;
    this.canvas = canvas;
    this.events = events;
    this.isAbsolute = true;
    this.bytes = new Bytes();
    this.inflater = new Inflater();
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => this.bytes.push(new Uint8Array(data));
    socket.onclose = () => this.bytes.end();
  }

  send(...bytes) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(Uint8Array.from(bytes));
  }

  /** Shows the screen until the connection ends; rejects with why. */
  async serve() {
    await this.#greet();
    this.#resize(await this.#desktop());
    // 32 bits a dot, red first in memory, as pictures of canvases are.
    this.send(ToServer.pixelFormat, 0, 0, 0, 32, 24, 0, 1, ...unsigned16(255, 255, 255), 0, 8, 16, 0, 0, 0);
    const encodings = Object.values(Encoding);
    this.send(ToServer.encodings, 0, ...unsigned16(encodings.length), ...unsigned32(...encodings));
    this.#ask(false);
    for (;;) await this.#message();
  }

  async #greet() {
    await this.bytes.take(12);
    this.send(...new TextEncoder().encode('RFB 003.008\n'));
    const count = (await this.bytes.take(1))[0];
    if (count === 0) throw new Error(await this.#reason());
    const kinds = await this.bytes.take(count);
    if (!kinds.includes(NO_SECURITY)) throw new Error('it asks for a password: connect with another VNC viewer');
    this.send(NO_SECURITY);
    if ((await this.bytes.view(4)).getUint32(0) !== 0) throw new Error(await this.#reason());
    // Others may be connected, too.
    this.send(1);
  }

  async #reason() {
    return this.bytes.text((await this.bytes.view(4)).getUint32(0));
  }

  async #desktop() {
    const start = await this.bytes.view(24);
    this.events.named(new TextDecoder().decode(await this.bytes.take(start.getUint32(20))));
    return { width: start.getUint16(0), height: start.getUint16(2) };
  }

  #resize({ width, height }) {
    this.canvas.width = width;
    this.canvas.height = height;
    this.events.resized();
  }

  #ask(isIncremental) {
    this.send(
      ToServer.updateRequest,
      Number(isIncremental),
      ...unsigned16(0, 0, this.canvas.width, this.canvas.height),
    );
  }

  async #message() {
    const [kind] = await this.bytes.take(1);
    if (kind === FromServer.update) await this.#update();
    else if (kind === FromServer.text) await this.bytes.take((await this.bytes.view(7)).getUint32(3));
    else if (kind !== FromServer.bell) throw new Error(`the server has sent a message that is not known: ${kind}`);
  }

  async #update() {
    let isResized = false;
    const count = (await this.bytes.view(3)).getUint16(1);
    for (let n = 0; n < count; n++) {
      const head = await this.bytes.view(12);
      const [x, y, width, height] = [0, 2, 4, 6].map((at) => head.getUint16(at));
      const encoding = head.getInt32(8);
      if (encoding === Encoding.pointerMotionChange) this.isAbsolute = x === 1;
      else if (encoding === Encoding.desktopSize) {
        this.#resize({ width, height });
        isResized = true;
      } else if (encoding === Encoding.zlib) this.#draw(await this.#dots(width * height * 4), { x, y, width, height });
    }
    this.events.updated();
    this.#ask(!isResized);
  }

  async #dots(length) {
    return this.inflater.inflate(await this.bytes.take((await this.bytes.view(4)).getUint32(0)), length);
  }

  #draw(dots, { x, y, width, height }) {
    if (width * height === 0) return;
    for (let at = 3; at < dots.length; at += 4) dots[at] = 255;
    const image = new ImageData(new Uint8ClampedArray(dots.buffer), width, height);
    this.canvas.getContext('2d', { alpha: false }).putImageData(image, x, y);
  }

  /** `number`: the scancode in set 1, and 80h where E0h stands before it. */
  key(number, isDown) {
    this.send(ToServer.qemu, QEMU_KEY, ...unsigned16(Number(isDown)), ...unsigned32(0, number));
  }

  pointer(buttons, x, y) {
    this.send(ToServer.pointer, buttons, ...unsigned16(x, y));
  }
}

/** Has keys and pointer of a page work on the machine that it is connected to. */
class Input {
  /** Which connection there is; null: none. */
  connection = null;
  #canvas;
  #numbers;
  #down = new Set();
  #buttons = 0;

  /** `numbers`: those of keys, by `KeyboardEvent.code`. */
  constructor(canvas, numbers) {
    this.#canvas = canvas;
    this.#numbers = new Map(Object.entries(numbers));
    addEventListener('keydown', (event) => this.#key(event, true));
    addEventListener('keyup', (event) => this.#key(event, false));
    addEventListener('blur', () => this.#letAllGo());
    for (const name of ['pointermove', 'pointerdown', 'pointerup'])
      canvas.addEventListener(name, (event) => this.#pointer(event));
    canvas.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener('contextmenu', (event) => event.preventDefault());
  }

  /** Keys one after the other down, and up in the other order. */
  press(...codes) {
    const numbers = codes.map((code) => this.#numbers.get(code));
    for (const number of numbers) this.connection?.key(number, true);
    for (const number of numbers.reverse()) this.connection?.key(number, false);
  }

  #key(event, isDown) {
    const number = this.#numbers.get(event.code);
    if (number === undefined || event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    // The machine's keyboard repeats by itself.
    if (event.repeat || isDown === this.#down.has(number)) return;
    if (isDown) this.#down.add(number);
    else this.#down.delete(number);
    this.connection?.key(number, isDown);
  }

  #letAllGo() {
    for (const number of this.#down) this.connection?.key(number, false);
    this.#down.clear();
  }

  get #isLocked() {
    return document.pointerLockElement === this.#canvas;
  }

  /** A PC's mouse tells of movements: a click gives it the pointer, and Esc takes that back. */
  #pointer(event) {
    const { connection } = this;
    if (!connection) return;
    event.preventDefault();
    // A tablet has come meanwhile.
    if (this.#isLocked && connection.isAbsolute) document.exitPointerLock();
    const isLocked = this.#isLocked;
    if (event.type === 'pointerdown' && !connection.isAbsolute && !isLocked) {
      void this.#canvas.requestPointerLock();
      return;
    }
    if (event.type === 'pointerdown' && !isLocked) this.#canvas.setPointerCapture(event.pointerId);
    // A server has the middle button before the right one.
    const { buttons } = event;
    this.#buttons = (buttons & 1) | ((buttons & 2) << 1) | ((buttons & 4) >> 1);
    if (connection.isAbsolute) connection.pointer(this.#buttons, ...this.#placeOf(event));
    else if (isLocked) connection.pointer(this.#buttons, MIDDLE + event.movementX, MIDDLE + event.movementY);
  }

  #placeOf({ clientX, clientY }) {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const at = (place, shown, dots) => Math.min(Math.max(Math.floor((place * dots) / shown), 0), dots - 1);
    return [at(clientX - left, width, this.#canvas.width), at(clientY - top, height, this.#canvas.height)];
  }

  #wheel(event) {
    const { connection } = this;
    if (!connection || event.deltaY === 0) return;
    event.preventDefault();
    const place = connection.isAbsolute ? this.#placeOf(event) : [MIDDLE, MIDDLE];
    connection.pointer(this.#buttons | (event.deltaY < 0 ? Wheel.up : Wheel.down), ...place);
    connection.pointer(this.#buttons, ...place);
  }
}

/** Modes from the time of tubes fill them, which were 4 to 3; in later ones dots are square. */
const ratioOf = ({ width, height }) =>
  height < 480 || width === 720 || width === 360 ? 4 / 3 : width / Math.max(height, 1);

/** Shows the machine whose server this page comes from, as long as the page is there. */
export async function show() {
  const [canvas, state] = ['canvas', '#state'].map((name) => document.querySelector(name));
  const input = new Input(canvas, await (await fetch('keys.json')).json());
  document.addEventListener('pointerlockchange', () => {
    // Otherwise it says why there is no connection.
    if (input.connection) state.textContent = document.pointerLockElement ? 'Esc frees the pointer' : '';
  });
  // What is typed after a click is for the machine.
  addEventListener('click', () => document.activeElement?.blur());
  document.querySelector('#reset').onclick = () => input.press('ControlLeft', 'AltLeft', 'Delete');
  document.querySelector('#full').onclick = async () => {
    await document.documentElement.requestFullscreen();
    // Chromium gives a page all keys in full screen.
    await navigator.keyboard?.lock?.();
  };
  const events = {
    named: (name) => {
      document.title = name;
    },
    connected: () => {
      state.textContent = '';
    },
    resized: () => {
      canvas.style.setProperty('--ratio', String(ratioOf(canvas)));
    },
  };
  for (;;) {
    state.textContent = await connected(canvas, input, events).catch((error) => error.message);
    input.connection = null;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

async function connected(canvas, input, events) {
  const socket = new WebSocket(new URL('.', location.href).href.replace(/^http/, 'ws'));
  const connection = new Connection(socket, canvas, {
    ...events,
    // Before the first one, keys and pointer would be parts of the greeting, and whether the pointer tells of places is not known.
    updated() {
      if (input.connection === connection) return;
      input.connection = connection;
      events.connected();
    },
  });
  try {
    return await connection.serve();
  } finally {
    socket.close();
  }
}
