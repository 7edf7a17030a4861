import { INPUT_CREDIT } from '../../../runtime/host/ports.ts';
import { Keyboard } from '../../../src/input/keyboard.ts';
import { keyName } from '../../../src/input/keys.ts';
import { Mouse } from '../../../src/input/mouse.ts';
import { Outflow } from '../../../src/isolate/flow.ts';
import { nodeVncHost } from '../../../src/node/vnc/host.ts';
import { VncDisplay, type VncDisplayOptions } from '../../../src/vnc/display.ts';
import type { VncEndpoint } from '../../../src/vnc/endpoint.ts';
import { VncClient } from '../../support/vnc-client.ts';

const nobody: VncEndpoint = { host: 'nobody', service: '1', family: 'ipv4', websocket: false };

/** A display with a screen that tests draw on, and a keyboard and a mouse that note what comes. */
export class VncRig {
  width = 0;
  height = 0;
  dots = new Uint32Array(0);
  #version = 0;
  /** How often the screen was looked at. */
  looks = 0;
  /** Names of keys that went down, and of those that went up with a minus. */
  readonly keys: string[] = [];
  /** Movement to the right, down, turns of the wheel, and buttons. */
  readonly mouse: number[][] = [];
  readonly log: string[] = [];
  readonly keyboard: Keyboard;
  /** Places on the tablet, and buttons. */
  readonly places: number[][] = [];
  readonly pointer: Mouse;
  /** Input of the mouse that the guest has not taken. */
  readonly mouseLine: Outflow;
  readonly display: VncDisplay;

  constructor(options: VncDisplayOptions = {}, credit: number = INPUT_CREDIT) {
    this.resize(100, 70);
    this.keyboard = new Keyboard(new Outflow(credit, (bytes) => this.#noteKeys(bytes)));
    this.mouseLine = new Outflow(credit, (bytes) => this.#noteMouse(bytes));
    const screen = { picture: async (version: number) => this.#picture(version) };
    const tablet = new Outflow(credit, (bytes) => this.#notePlaces(bytes));
    this.pointer = new Mouse({ ps2: this.mouseLine, tablet });
    const machine = { screen, keyboard: this.keyboard, mouse: this.pointer, state: 'running' } as const;
    this.display = new VncDisplay(machine, nodeVncHost, { log: (message) => this.log.push(message), ...options });
  }

  /** A picture of another size, with stripes in many colors. */
  resize(width: number, height: number): void {
    [this.width, this.height] = [width, height];
    this.dots = Uint32Array.from({ length: width * height }, (_, n) => 0xff000000 | Math.imul(n % width, 0x020503) | n);
    this.#version++;
  }

  set(x: number, y: number, color: number): void {
    this.dots[y * this.width + x] = color;
    this.#version++;
  }

  /** The colors, without the alpha of pictures. */
  get colors(): Uint32Array {
    return this.dots.map((dot) => dot & 0xffffff);
  }

  #picture(version: number) {
    this.looks++;
    if (version === this.#version) return null;
    const data = new Uint8ClampedArray(this.dots.slice().buffer);
    return { version: this.#version, image: { width: this.width, height: this.height, data } };
  }

  #noteKeys(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 2) this.keys.push(`${bytes[at + 1] ? '' : '-'}${keyName(bytes[at]!)}`);
  }

  #noteMouse(bytes: Uint8Array): void {
    const view = new DataView(bytes.slice().buffer);
    this.mouse.push([view.getInt16(0, true), -view.getInt16(2, true) || 0, view.getInt8(4), view.getUint8(5)]);
  }

  #notePlaces(bytes: Uint8Array): void {
    const view = new DataView(bytes.slice().buffer);
    this.places.push([view.getUint16(0, true), view.getUint16(2, true), view.getUint8(5)]);
  }

  /** A client that has connected from there. */
  connect(from: VncEndpoint = nobody): VncClient {
    let sent: Promise<void> = Promise.resolve();
    const client: VncClient = new VncClient({
      write: (bytes) => {
        sent = sent.then(() => viewer.receive(bytes));
      },
      close: () => viewer.end(),
    });
    let received: Promise<void> = Promise.resolve();
    const connection = {
      write: async (bytes: Uint8Array) => {
        received = received.then(() => client.reader.push(bytes));
      },
      close: () => {
        received = received.then(() => client.reader.end());
      },
    };
    const viewer = this.display.connect(connection, { client: from, server: nobody });
    return client;
  }

  /** One that has been let in. */
  async viewer(): Promise<VncClient> {
    const client = this.connect();
    await client.greet();
    return client;
  }
}
