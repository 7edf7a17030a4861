import { afterEach, expect, test, vi } from 'vitest';
import type { CallEnd, CallMessage } from '../../src/isolate/remote-calls.ts';

/** A worker that answers as a test says; without an answer it has broken. */
class FakeWorker {
  static answer: ((name: string) => { value: unknown } | { error: string }) | undefined;
  onmessage: ((event: { data: CallEnd }) => void) | undefined;
  onerror: (() => void) | undefined;

  postMessage({ id, name }: CallMessage<string>): void {
    queueMicrotask(() => {
      const answer = FakeWorker.answer?.(name);
      if (!answer) this.onerror?.();
      else if ('value' in answer) this.onmessage?.({ data: { type: 'answer', id, value: answer.value } });
      else this.onmessage?.({ data: { type: 'refusal', id, error: { name: answer.error, message: 'no' } } });
    });
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

async function openDisk(answer: typeof FakeWorker.answer) {
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('location', new URL(import.meta.url));
  FakeWorker.answer = answer;
  const { openKept } = await import('../../src/browser/files.ts');
  return () => openKept('opfs:disk.img', 'write');
}

test('calls fail when the worker that has the files open breaks; the next image has another one', async () => {
  const open = await openDisk(undefined);
  await expect(open()).rejects.toThrow('cannot be loaded');
  FakeWorker.answer = () => ({ value: { file: 1, size: 4 } });
  const store = await open();
  FakeWorker.answer = undefined;
  for (let n = 0; n < 2; n++) await expect(store.flush()).rejects.toThrow('cannot be loaded');
});

test('where the library is of another origin the worker imports its module', async () => {
  vi.stubGlobal('location', new URL('http://127.0.0.1/'));
  const made: [string, string][] = [];
  vi.stubGlobal(
    'Worker',
    class {
      constructor(address: string, { name }: { name: string }) {
        made.push([address, name]);
      }
    },
  );
  const { foreignWorker } = await import('../../src/browser/foreign-worker.ts');
  for (let n = 0; n < 2; n++) foreignWorker('some-thread.mjs', 'some');
  expect(made[0]).toEqual([expect.stringMatching(/^blob:/), 'some']);
  // The same for each of them: it stays.
  expect(made[1]).toEqual(made[0]);
  const { href } = new URL('../../src/browser/some-thread.mjs', import.meta.url);
  expect(await (await fetch(made[0]![0])).text()).toBe(`import ${JSON.stringify(href)};`);
});

test('an image is read by the worker', async () => {
  const open = await openDisk((name) => ({
    value: name === 'open' ? { file: 1, size: 4 } : Uint8Array.of(1, 2, 3, 4),
  }));
  const store = await open();
  const bytes = new Uint8Array(4);
  await store.read(0, bytes);
  expect([store.size, [...bytes]]).toEqual([4, [1, 2, 3, 4]]);
});

test('what the browser refuses is told by its names', async () => {
  await expect((await openDisk(() => ({ error: 'NotFoundError' })))()).rejects.toThrow('there is no such image');
  vi.resetModules();
  const open = await openDisk((name) =>
    name === 'open' ? { value: { file: 1, size: 4 } } : { error: 'QuotaExceededError' },
  );
  const store = await open();
  await expect(store.write(0, Uint8Array.of(1))).rejects.toMatchObject({ cause: { code: 'ENOSPC' } });
});

test.each([
  [
    'a private window of Safari',
    { getDirectory: () => Promise.reject(new DOMException('out of memory', 'UnknownError')) },
  ],
  ['a page that came by http:', undefined],
])('%s has no files, and says so', async (_, storage) => {
  vi.stubGlobal('navigator', { storage });
  const { privateFolder } = await import('../../src/browser/private-files.ts');
  await expect(privateFolder('images')).rejects.toThrow('the browser keeps no files of this page');
});
