import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keepImage, keptImage, keptImages } from '../../../src/browser/files.ts';
import { privateFolder, replaceFile } from '../../../src/browser/private-files.ts';
import { keepState, keptState, keptStates } from '../../../web/saved-states.ts';
import { FakeFolder } from '../../support/web/fake-private-files.ts';

let root: FakeFolder;

beforeEach(() => {
  root = new FakeFolder();
  vi.stubGlobal('navigator', { storage: { getDirectory: async () => root } });
});

afterEach(() => vi.unstubAllGlobals());

const versionOf = async (name: string) =>
  await (await root.getDirectoryHandle('rawiron-versions')).files.get(name)?.text();

test('an image that is replaced has another version', async () => {
  await keepImage('opfs:a.img', new Blob(['first']));
  const before = await versionOf('a.img');
  await keepImage('opfs:a.img', new Blob(['second']));
  expect(await (await keptImage('opfs:a.img')).text()).toBe('second');
  expect(await versionOf('a.img')).not.toBe(before);
});

test('an image whose version cannot be written stays as it was; a new one is not there', async () => {
  await keepImage('opfs:old.img', new Blob(['old']));
  const before = await versionOf('old.img');
  for (const name of ['old.img', 'new.img']) {
    (await root.getDirectoryHandle('rawiron-versions')).full.add(name);
    await expect(keepImage(`opfs:${name}`, new Blob(['other']))).rejects.toThrow(
      `opfs:${name}: cannot keep it: the browser gives this page no more room`,
    );
  }
  expect(await keptImages()).toEqual(['opfs:old.img']);
  expect(await (await keptImage('opfs:old.img')).text()).toBe('old');
  expect(await versionOf('old.img')).toBe(before);
});

test('an image that cannot be written has the version it had, or another one', async () => {
  await keepImage('opfs:old.img', new Blob(['old']));
  (await root.getDirectoryHandle('rawiron')).full.add('old.img').add('new.img');
  for (const name of ['old', 'new'])
    await expect(keepImage(`opfs:${name}.img`, new Blob(['other']))).rejects.toThrow('no more room');
  expect(await keptImages()).toEqual(['opfs:old.img']);
  expect(await (await keptImage('opfs:old.img')).text()).toBe('old');
});

test('a saved machine for which there is no room leaves no empty one', async () => {
  const terminals = ['first\r\nprompt ', ''];
  await keepState('one', { hash: '#system=demo', terminals, snapshot: new Blob(['bytes']) });
  const { snapshot, ...rest } = await keptState('one');
  expect([rest, await snapshot.text()]).toEqual([{ hash: '#system=demo', terminals }, 'bytes']);
  (await root.getDirectoryHandle('rawiron-states')).full.add('two');
  const two = { hash: '', terminals: [], snapshot: new Blob(['bytes']) };
  await expect(keepState('two', two)).rejects.toThrow('no more room');
  expect(await keptStates()).toEqual(['one']);
});

test('a machine that was saved without its terminals has empty ones', async () => {
  await replaceFile(await privateFolder('rawiron-states'), 'old', new Blob(['#system=demo\nbytes\n']));
  const { snapshot, ...rest } = await keptState('old');
  expect([rest, await snapshot.text()]).toEqual([{ hash: '#system=demo', terminals: [] }, 'bytes\n']);
});
