import { describe, expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { Renderer, type ScreenImage } from '../../../src/screen/renderer.ts';
import { VideoMemory } from '../../../src/screen/video-memory.ts';
import { MEMORY_BYTES, PAGE, Place, XenRig } from './xen-rig.ts';

const READ = 2;
const BACK = '/local/domain/0/backend/vfb/1/0';
const [WIDTH, HEIGHT] = [64, 32];
/** Pages of the picture, in no order. */
const pages = [41, 40, 44];
const LARGEST = 16 << 20;

interface Given {
  readonly width?: number;
  readonly height?: number;
  readonly depth?: number;
  readonly lineBytes?: number;
  readonly length?: number;
}

/** Puts the layout of a framebuffer into its page, and its pages into a directory. */
function layOut(rig: XenRig, given: Given = {}, entryBytes = 4): void {
  const { width = WIDTH, height = HEIGHT, depth = 32 } = given;
  const { lineBytes = (width * depth) / 8, length = pages.length * PAGE } = given;
  const at = Place.framebuffer * PAGE;
  for (const [n, word] of [width, height, lineBytes, length].entries()) rig.view.setInt32(at + 16 + 4 * n, word, true);
  rig.view.setUint8(at + 32, depth);
  rig.view.setUint32(at + (entryBytes === 4 ? 36 : 40), Place.directory, true);
  for (const [n, page] of pages.entries()) rig.view.setUint32(Place.directory * PAGE + entryBytes * n, page, true);
}

function started(given: Given = {}, nodes: Readonly<Record<string, string>> = {}): { rig: XenRig; channel: number } {
  const rig = new XenRig();
  rig.start();
  layOut(rig, given, nodes.protocol === 'x86_64-abi' ? 8 : 4);
  return { rig, channel: rig.connectFramebuffer(nodes) };
}

/** The guest draws: bytes at an offset of its framebuffer. */
function draw(rig: XenRig, offset: number, ...bytes: readonly number[]): void {
  for (const [n, byte] of bytes.entries()) {
    const at = offset + n;
    rig.memory.write(pages[Math.floor(at / PAGE)]! * PAGE + (at % PAGE), Uint8Array.of(byte));
  }
}

/** A viewer, and the picture as it has it after an update. */
function viewer(rig: XenRig): () => ScreenImage {
  const memory = new VideoMemory();
  const renderer = new Renderer(memory);
  return () => {
    memory.apply(rig.xen.pictures!.update());
    return renderer.render();
  };
}

/** Red, green and blue of a dot. */
function dot({ data, width }: ScreenImage, x: number, y: number): number {
  const at = 4 * (y * width + x);
  return (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
}

test('a front end finds what the framebuffer can, and connects', () => {
  const { rig } = started();
  expect(rig.ask(READ, `${BACK}/state\0`)).toBe('4');
  expect(rig.ask(READ, `${BACK}/feature-resize\0`)).toBe('1');
  expect(rig.ask(READ, `${BACK}/videoram\0`)).toBe('16');
  // It is told how often to draw, if it draws somewhere else first.
  const at = Place.framebuffer * PAGE;
  expect(rig.view.getUint32(at + 4, true)).toBe(1);
  expect([rig.view.getUint8(at + 1024), rig.view.getUint32(at + 1028, true)]).toEqual([1, 30]);
});

test.each([
  [32, [0x33, 0x22, 0x11, 0xff], 0x112233],
  [24, [0x33, 0x22, 0x11], 0x112233],
  [16, [0xff, 0x07], 0x00ffff],
  [8, [0b111_000_01], 0xff0055],
])('pixels of %i bits', (depth, bytes, color) => {
  const { rig } = started({ depth });
  const look = viewer(rig);
  draw(rig, ((WIDTH * 9 + 5) * depth) / 8, ...bytes);
  const image = look();
  expect([image.width, image.height]).toEqual([WIDTH, HEIGHT]);
  expect([dot(image, 5, 9), dot(image, 6, 9)]).toEqual([color, 0]);
});

test.each(['x86_32-abi', 'x86_64-abi'])('a directory as guests of %s have it', (protocol) => {
  const { rig } = started({}, { protocol });
  // A line of the second page.
  draw(rig, 4 * (WIDTH * 20 + 1), 1, 2, 3);
  expect(dot(viewer(rig)(), 1, 20)).toBe(0x030201);
});

test.each([4, 8])('a front end that says nothing of its directory, with entries of %i bytes', (entryBytes) => {
  const rig = new XenRig();
  rig.start();
  layOut(rig, {}, entryBytes);
  rig.connectFramebuffer({ protocol: '' });
  rig.ask(11, 'device/vfb/0/state\x006');
  rig.ask(13, 'device/vfb/0/protocol\0');
  rig.ask(11, 'device/vfb/0/state\x001');
  rig.ask(11, `device/vfb/0/event-channel\0${rig.allocateChannel()}`);
  rig.ask(11, 'device/vfb/0/state\x003');
  draw(rig, 0, 1, 2, 3);
  expect(dot(viewer(rig)(), 0, 0)).toBe(0x030201);
});

test('an update has the pages that were written since, or that are others now', () => {
  const { rig } = started();
  const { pictures } = rig.xen;
  expect(pictures!.update().pages).toEqual([0, 1]);
  expect(pictures!.update().pages).toEqual([]);
  draw(rig, PAGE + 8, 1);
  expect(pictures!.update().pages).toEqual([1]);
  rig.view.setUint32(Place.directory * PAGE, 50, true);
  expect(pictures!.update().pages).toEqual([0]);
  pictures!.forget();
  expect(pictures!.update().pages).toEqual([0, 1]);
});

test('another size and another place, within the framebuffer as it was', () => {
  const { rig, channel } = started();
  const look = viewer(rig);
  look();
  draw(rig, PAGE + 2 * (32 * 3 + 1), 0x1f, 0);
  rig.framebufferEvent(channel, 3, 32, 16, 64, 16, PAGE);
  const image = look();
  expect([image.width, image.height, dot(image, 1, 3)]).toEqual([32, 16, 0xff]);
  // It hears that there is room again.
  expect(rig.takeEvent(channel)).toBe(true);
  expect(rig.view.getUint32(Place.framebuffer * PAGE + 8, true)).toBe(1);
});

test('updates that it tells of are taken, and nothing else is known', () => {
  const { rig, channel } = started();
  rig.framebufferEvent(channel, 2, -1, -1, 0x7fff_ffff, 0x7fff_ffff);
  rig.framebufferEvent(channel, 9);
  expect(rig.mistakes).toEqual(['xen vfb: unknown event 9']);
  // A counter that cannot be is followed once around the ring.
  rig.view.setUint32(Place.framebuffer * PAGE + 12, 0xffff_0000, true);
  rig.callWith(32, 4, channel);
  expect(rig.view.getUint32(Place.framebuffer * PAGE + 8, true)).toBe(0xffff_0000);
});

describe('a wild front end', () => {
  test.each<[string, Given]>([
    ['no lines', { height: 0 }],
    ['negative width', { width: -5, lineBytes: 256 }],
    ['no length', { length: 0 }],
    ['no bytes in a line', { lineBytes: 0 }],
    ['lines longer than the framebuffer', { lineBytes: 5 * PAGE }],
    ['a depth that there is not', { depth: 15, lineBytes: 256 }],
  ])('%s connects nothing', (_name, given) => {
    const { rig } = started(given);
    expect(rig.ask(READ, `${BACK}/state\0`)).toBe('2');
    expect(rig.xen.pictures!.isThere).toBe(false);
  });

  test.each<[string, Given, number, number]>([
    ['a width beyond the line', { width: 1000, lineBytes: 256 }, 64, 32],
    ['a height beyond the framebuffer', { height: 0x7fff_ffff }, 64, 48],
    ['a length that nothing has', { length: -1, width: 4096, height: 5000 }, 4096, 1024],
    ['sides that are too long', { length: -1, depth: 8, width: 8192, height: 8192 }, 4096, 2048],
  ])('%s is cut', (_name, given, width, height) => {
    const { rig } = started(given);
    const update = rig.xen.pictures!.update();
    expect([update.registers.scan.characters! * 8, update.registers.scan.height]).toEqual([width, height]);
    expect(update.memoryBytes).toBeLessThanOrEqual(LARGEST);
    expect(update.bytes.length).toBe(update.pages.length * PAGE);
  });

  test.each([
    [3, -1, 5, 256, 32, 0],
    [3, 64, 32, 256, 32, 0x7fff_ffff],
    [3, 64, 32, 256, 32, 3 * PAGE],
    [3, 64, 32, -256, 32, 0],
    [3, 64, 32, 256, 7, 0],
  ])('event %i with %i, %i, %i, %i and %i changes nothing', (type, ...words) => {
    const { rig, channel } = started();
    rig.framebufferEvent(channel, type, ...words);
    expect(viewer(rig)().width).toBe(64);
    expect(rig.mistakes).toHaveLength(1);
  });

  test.each([
    ['a page', Place.directory * PAGE, 0xffff_ffff],
    ['a page beyond memory', Place.directory * PAGE, MEMORY_BYTES / PAGE],
    ['the directory', Place.framebuffer * PAGE + 36, 0xffff_ffff],
    ['the directory beyond memory', Place.framebuffer * PAGE + 36, MEMORY_BYTES / PAGE],
  ])('%s that is nowhere is black', (_name, at, value) => {
    const { rig } = started();
    const look = viewer(rig);
    draw(rig, 0, 1, 2, 3);
    expect(dot(look(), 0, 0)).toBe(0x030201);
    rig.view.setUint32(at, value, true);
    expect(dot(look(), 0, 0)).toBe(0);
  });

  test('numbers of 64 bits that are rounded are no pages', () => {
    const { rig } = started({}, { protocol: 'x86_64-abi' });
    rig.view.setUint32(Place.directory * PAGE + 4, 0xffff_ffff, true);
    draw(rig, 0, 1, 2, 3);
    expect(dot(viewer(rig)(), 0, 0)).toBe(0);
  });
});

test('without a front end the screen is dark, and is again when it has gone', () => {
  const rig = new XenRig();
  rig.start();
  const look = viewer(rig);
  expect(look().data.every((value, n) => value === (n % 4 === 3 ? 255 : 0))).toBe(true);
  layOut(rig);
  rig.connectFramebuffer();
  draw(rig, 0, 1, 2, 3);
  expect(dot(look(), 0, 0)).toBe(0x030201);
  rig.ask(11, 'device/vfb/0/state\x005');
  expect([rig.xen.pictures!.isThere, dot(look(), 0, 0)]).toEqual([false, 0]);
});

test('a reset takes it away', () => {
  const { rig } = started();
  expect(rig.xen.pictures!.isThere).toBe(true);
  rig.xen.reset();
  expect(rig.xen.pictures!.isThere).toBe(false);
});

test('a state has the layout of the last resize, and the guest does not notice that it was loaded', () => {
  const { rig, channel } = started();
  rig.framebufferEvent(channel, 3, 32, 16, 256, 32, PAGE);
  draw(rig, PAGE, 1, 2, 3);
  const other = new XenRig();
  other.bytes.set(rig.bytes);
  other.special.set(rig.special);
  loadComponents([other.xen.component], saveComponents([rig.xen.component]));
  expect(other.bytes).toEqual(rig.bytes);
  const image = viewer(other)();
  expect([image.width, image.height, dot(image, 0, 0)]).toEqual([32, 16, 0x030201]);
  other.framebufferEvent(channel, 3, 16, 16, 256, 32, 0);
  expect(viewer(other)().width).toBe(16);
});
