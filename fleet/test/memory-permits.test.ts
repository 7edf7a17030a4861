import { expect, test } from 'vitest';
import { MemoryPermits } from '../src/memory-permits.ts';

test('permits for memory are given for so many bytes, and so many users, at a time, in order', async () => {
  const permits = new MemoryPermits(100, 3);
  const [begun, ends] = [[] as string[], new Map<string, () => void>()];
  const use = (name: string, bytes: number) =>
    permits.use(bytes, async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
    });
  const all = [use('a', 60), use('b', 60), use('c', 10), use('d', 10), use('large', 1000), use('e', 1)];
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (name: string) => {
    ends.get(name)!();
    await settled();
    return begun.join(' ');
  };
  await settled();
  expect(begun).toEqual(['a']);
  expect(await end('a')).toBe('a b c d');
  expect(await end('c')).toBe('a b c d');
  expect(await end('d')).toBe('a b c d');
  expect(await end('b')).toBe('a b c d large');
  expect(await end('large')).toBe('a b c d large e');
  await end('e');
  await Promise.all(all);
});

test('a permit is given back by what fails', async () => {
  const permits = new MemoryPermits(10, 1);
  await expect(permits.use(10, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await permits.use(10, async () => 'next')).toBe('next');
});
