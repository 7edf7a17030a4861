import { describe, expect, test } from 'vitest';
import { nodeVncHost } from '../../../src/node/vnc/host.ts';
import { passwordEnd } from '../../../src/vnc/expiry.ts';
import { VncRig } from './rig.ts';

describe.each([
  ['003.003', null],
  ['003.005', null],
  ['003.007', null],
  ['003.008', 0],
  ['003.889', 0],
])('a viewer of version %s', (given, result) => {
  // The client of the tests knows three of these.
  const version = given === '003.005' ? '003.003' : given === '003.889' ? '003.008' : given;

  test('is let in without a password', async () => {
    const client = new VncRig({ name: 'mine' }).connect();
    expect(await client.greet({ version })).toBe(result);
    expect([client.name, client.width, client.height]).toEqual(['rawiron (mine)', 100, 70]);
  });

  test('is let in by the password, and by nothing else', async () => {
    const rig = new VncRig({ password: 'secret12' });
    expect(await rig.connect().greet({ version, password: 'secret12' })).toBe(0);
    expect(await rig.connect().greet({ version, password: 'secret13' })).toBe(1);
    await expect.poll(() => rig.display.clients.length).toBe(1);
    expect(rig.log).toEqual(['VNC: the viewer nobody:1 was sent away: the password was wrong']);
  });
});

test('the reason of a failure is told to viewers of version 3.8', async () => {
  const client = new VncRig({ password: 'a' }).connect();
  await client.greet({ password: 'b' });
  expect(await client.text((await client.reader.take(4)).getUint32(0))).toBe('Authentication failed');
  await expect(client.reader.take(1)).rejects.toThrow();
});

test('eight bytes of a password count; it can be set, taken away, and ends', async () => {
  const rig = new VncRig({ password: '' });
  const result = (password: string) => rig.connect().greet({ password });
  expect(await result('')).toBe(1);
  rig.display.password!.set('longer than that');
  expect(await result('longer tXXX')).toBe(0);
  rig.display.password!.set('');
  expect(await result('')).toBe(1);
  rig.display.password!.set('a');
  rig.display.password!.expire(Date.now());
  expect(await result('a')).toBe(1);
  rig.display.password!.expire(Number.POSITIVE_INFINITY);
  expect(await result('a')).toBe(0);
});

test('DES is that of the standard', () => {
  // FIPS 81, table B1.
  const key = Buffer.from('0123456789abcdef', 'hex');
  const blocks = Buffer.from('4e6f772069732074', 'hex');
  expect(Buffer.from(nodeVncHost.encryptDes(key, blocks)).toString('hex')).toBe('3fa40e8a984d4815');
});

test.each([
  ['now', 5000],
  ['never', Number.POSITIVE_INFINITY],
  ['+10', 15_000],
  ['7', 7000],
  ['xx', 0],
])('a password ends at %s', (text, end) => {
  expect(passwordEnd(text, 5000)).toBe(end);
});

test.each([
  ['GET / HTTP/1.1', 'what came is not the protocol of VNC'],
  ['RFB 004.000\n', 'what came is not the protocol of VNC'],
])('a greeting %j is the last', async (greeting, reason) => {
  const rig = new VncRig();
  const client = rig.connect();
  await client.text(12);
  client.write(...Buffer.from(greeting));
  await expect(client.reader.take(1)).rejects.toThrow();
  expect(rig.log).toEqual([`VNC: the viewer nobody:1 was sent away: ${reason}`]);
});

test('one at a Unix socket, which has no address, is told of without', async () => {
  const rig = new VncRig();
  const client = rig.connect({ host: '', service: '', family: 'unix', websocket: false });
  await client.text(12);
  client.write(...Buffer.from('GET / HTTP/1.1'));
  await expect(client.reader.take(1)).rejects.toThrow();
  expect(rig.log).toEqual(['VNC: a viewer was sent away: what came is not the protocol of VNC']);
});

test('a security type that was not offered is refused', async () => {
  const client = new VncRig({ password: 'a' }).connect();
  await client.text(12);
  client.write(...Buffer.from('RFB 003.008\n'), 1);
  await client.reader.take(2);
  expect((await client.reader.take(4)).getUint32(0)).toBe(1);
});

describe('several viewers', () => {
  test('one that wants to be alone sends the others away, and lets none in that share', async () => {
    const rig = new VncRig();
    const first = await rig.viewer();
    const alone = rig.connect();
    await alone.greet({ isShared: false });
    await expect(first.reader.take(1)).rejects.toThrow();
    await expect(rig.connect().greet()).rejects.toThrow();
    alone.request(false);
    expect(await alone.update()).toHaveLength(1);
  });

  test('with force-shared it is sent away itself', async () => {
    const rig = new VncRig({ share: 'force-shared' });
    const first = await rig.viewer();
    await expect(rig.connect().greet({ isShared: false })).rejects.toThrow();
    first.request(false);
    expect(await first.update()).toHaveLength(1);
  });

  test('with ignore all are there', async () => {
    const rig = new VncRig({ share: 'ignore' });
    await rig.connect().greet({ isShared: false });
    await rig.connect().greet({ isShared: true });
    expect(rig.display.clients).toHaveLength(2);
  });
});
