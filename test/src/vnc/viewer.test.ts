import { describe, expect, test } from 'vitest';
import { bgr233, type ClientFormat, rgb565, rgb888, type VncClient } from '../../support/vnc-client.ts';
import { VncRig } from './rig.ts';

const Encoding = { raw: 0, zlib: 6, zrle: 16 } as const;

/** A color as a format has it. */
function reduced(color: number, { red, green, blue }: ClientFormat): number {
  const part = (value: number, most: number) => Math.floor(((value & 255) * (most + 1)) / 256);
  return part(color, red[0]) | (part(color >> 8, green[0]) << 8) | (part(color >> 16, blue[0]) << 16);
}

const high: ClientFormat = { ...rgb888, red: [255, 8], green: [255, 16], blue: [255, 24], depth: 32 };
const thirty: ClientFormat = { ...rgb888, depth: 30, red: [1023, 20], green: [1023, 10], blue: [1023, 0] };
const big = (format: ClientFormat): ClientFormat => ({ ...format, isBig: true });

describe.each(Object.entries(Encoding))('%s', (_, encoding) => {
  test.each([
    ['32 bits', rgb888],
    ['32 bits, big-endian', big(rgb888)],
    ['32 bits, colors in the highest', high],
    ['16 bits', rgb565],
    ['16 bits, big-endian', big(rgb565)],
    ['8 bits', bgr233],
  ])('pixels of %s', async (_name, format) => {
    const rig = new VncRig();
    rig.resize(150, 130);
    // Tiles of one color, of two, of four and of sixteen.
    const colors = [1, 2, 4, 16];
    for (let n = 0; n < 64 * 130; n++) {
      const [x, y] = [n % 64, Math.floor(n / 64)];
      const kind = colors[(y < 64 ? 0 : 2) + (x < 60 ? 0 : 1)]!;
      rig.set(x, y, 0xff000000 | ((n % kind) * 0x102030));
    }
    const client = await rig.viewer();
    client.setFormat(format);
    client.setEncodings(encoding);
    client.request(false);
    expect((await client.update()).map((part) => part.encoding)).toEqual([encoding]);
    expect(client.dots).toEqual(rig.colors.map((color) => reduced(color, format)));
  });

  test('goes on from update to update', async () => {
    const rig = new VncRig();
    const client = await rig.viewer();
    client.setEncodings(encoding);
    client.request(false);
    await client.update();
    for (const n of [1, 2, 3]) {
      rig.set(n, n, 0xff000000 | (n * 0x414243));
      client.request(true);
      await client.update();
      expect(client.dots).toEqual(rig.colors);
    }
  });
});

test('channels of ten bits', async () => {
  const rig = new VncRig();
  const client = await rig.viewer();
  client.setFormat(thirty);
  client.request(false);
  await client.update();
  // The test's dots have eight bits for each; what is above them runs into the next.
  const [red, green, blue] = [3, 7, 9].map((value) => Math.floor((value * 1024) / 256));
  rig.set(0, 0, 0xff000000 | 3 | (7 << 8) | (9 << 16));
  client.request(true);
  await client.update();
  expect(client.dots[0]).toBe(red! | (green! << 8) | (blue! << 16));
});

test('a viewer gets the best liked encoding that is there, and raw without any', async () => {
  const client = await new VncRig().viewer();
  client.setEncodings(7, 5, 16, 6);
  client.request(false);
  expect((await client.update())[0]!.encoding).toBe(16);
  client.setEncodings(7, 5);
  client.request(false);
  expect((await client.update())[0]!.encoding).toBe(0);
});

/** A client that has all of the picture. */
async function begun(rig: VncRig): Promise<VncClient> {
  const client = await rig.viewer();
  client.request(false);
  await client.update();
  return client;
}

describe('only what has changed is sent', () => {
  test('tiles beside and below each other are one rectangle', async () => {
    const rig = new VncRig();
    const client = await begun(rig);
    for (const [x, y] of [
      [20, 20],
      [40, 20],
      [20, 40],
      [40, 40],
      [99, 69],
    ] as const)
      rig.set(x, y, 0xff123456);
    client.request(true);
    expect((await client.update()).toSorted((a, b) => a.x - b.x)).toEqual([
      { x: 16, y: 16, width: 32, height: 32, encoding: 0 },
      { x: 96, y: 64, width: 4, height: 6, encoding: 0 },
    ]);
    expect(client.dots).toEqual(rig.colors);
  });

  test('and only of the part that is wanted; the rest comes later', async () => {
    const rig = new VncRig();
    const client = await begun(rig);
    rig.set(5, 5, 0xff111111);
    rig.set(90, 60, 0xff222222);
    client.request(true, { x: 0, y: 0, width: 50, height: 50 });
    expect(await client.update()).toEqual([{ x: 0, y: 0, width: 16, height: 16, encoding: 0 }]);
    client.request(true);
    expect(await client.update()).toEqual([{ x: 80, y: 48, width: 16, height: 16, encoding: 0 }]);
    expect(client.dots).toEqual(rig.colors);
  });

  test('nothing is sent that is not asked for, and the screen is not looked at', async () => {
    const rig = new VncRig();
    const client = await begun(rig);
    const before = rig.looks;
    rig.set(1, 1, 0xff111111);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(rig.looks).toBe(before);
    client.request(true);
    expect(await client.update()).toHaveLength(1);
  });

  test('a request for all is answered while one for a change waits', async () => {
    const rig = new VncRig();
    const client = await begun(rig);
    client.request(true, { x: 0, y: 0, width: 1, height: 1 });
    client.request(false);
    expect(await client.update()).toEqual([{ x: 0, y: 0, width: 100, height: 70, encoding: 0 }]);
  });
});

describe('several viewers', () => {
  test('that ask at different times each get what they have not', async () => {
    const rig = new VncRig();
    const [one, two] = [await begun(rig), await begun(rig)];
    rig.set(1, 1, 0xff111111);
    one.request(true);
    await one.update();
    rig.set(50, 50, 0xff222222);
    one.request(true);
    expect(await one.update()).toHaveLength(1);
    two.request(true);
    expect(await two.update()).toHaveLength(2);
    expect([one.dots, two.dots]).toEqual([rig.colors, rig.colors]);
  });

  test('a viewer that has gone is not looked for', async () => {
    const rig = new VncRig();
    const client = await begun(rig);
    client.request(true);
    client[Symbol.dispose]();
    await expect.poll(() => rig.display.clients).toEqual([]);
    const before = rig.looks;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(rig.looks).toBe(before);
  });
});

describe('a screen of another size', () => {
  test.each([-223, -308])('is told to a viewer that understands it (%i)', async (encoding) => {
    const rig = new VncRig();
    const client = await rig.viewer();
    client.setEncodings(0, encoding);
    client.request(false);
    await client.update();
    // One of the two is told how large the screen is before it gets any of it.
    client.request(true);
    if (encoding === -308) await client.update();
    rig.resize(64, 48);
    if (encoding === -308) client.request(true);
    expect(await client.update()).toEqual([{ x: 0, y: 0, width: 64, height: 48, encoding }]);
    client.request(true);
    await client.update();
    expect(client.dots).toEqual(rig.colors);
  });

  test('is cut, and filled with black, for one that does not', async () => {
    const rig = new VncRig();
    const client = await rig.viewer();
    client.request(false);
    await client.update();
    rig.resize(120, 50);
    client.request(true);
    await client.update();
    const expected = Uint32Array.from({ length: 100 * 70 }, (_, n) => {
      const [x, y] = [n % 100, Math.floor(n / 100)];
      return y < 50 ? rig.colors[y * 120 + x]! : 0;
    });
    expect(client.dots).toEqual(expected);
  });

  test('is not what a viewer asks for', async () => {
    const client = await new VncRig().viewer();
    client.setEncodings(0, -308);
    client.request(false);
    await client.update();
    client.write(251, 0, 3, 0, 2, 0, 1, 0, ...new Array(16).fill(0));
    client.request(true);
    const [answer] = await client.update();
    expect(answer).toEqual({ x: 1, y: 1, width: 100, height: 70, encoding: -308 });
  });
});

describe.each([
  ['colour maps', [0, 0, 0, 0, 8, 8, 0, 0, ...new Array(12).fill(0)], 'colour maps are not supported'],
  ['pixels of 24 bits', [0, 0, 0, 0, 24, 24, 0, 1, ...new Array(12).fill(0)], 'pixels of 24 bits are not supported'],
  ['colors that do not fit', [0, 0, 0, 0, 8, 8, 0, 1, 0, 255, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0], 'colours do not fit'],
  ['a message that there is not', [77], 'there is no message 77'],
  ['a text without end', [6, 0, 0, 0, 255, 255, 255, 255], 'a text of 4294967295 bytes is too long'],
  ['sound', [255, 1], 'the message 255 of kind 1 is not supported'],
])('%s', (_, bytes, reason) => {
  test('ends the connection, and is told here', async () => {
    const rig = new VncRig();
    const client = await rig.viewer();
    client.write(...bytes);
    await expect(client.reader.take(1)).rejects.toThrow();
    expect(rig.log).toEqual([expect.stringContaining(reason)]);
  });
});

test('a text is ignored, in however many pieces it comes', async () => {
  const client = await new VncRig().viewer();
  client.write(6, 0, 0, 0, 0, 0, 0, 5, 1, 2);
  client.write(3, 4, 5);
  client.request(false);
  expect(await client.update()).toHaveLength(1);
});
