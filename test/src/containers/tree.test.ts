import { expect, test } from 'vitest';
import type { LayerEntry } from '../../../src/containers/layer.ts';
import { ImageTree } from '../../../src/containers/tree.ts';

const owned = { user: 0, group: 0, modified: 0, mode: 0o644 };

test('links that would take long to follow for each file are refused', () => {
  const links = Array.from({ length: 30 }, (_, n): LayerEntry => {
    return { ...owned, kind: 'symlink', path: `l${n}`, target: n === 0 ? '.' : `${'./'.repeat(1000)}l${n - 1}` };
  });
  const files = Array.from({ length: 1000 }, (_, n): LayerEntry => {
    return { ...owned, kind: 'file', path: `l29/f${n}`, size: 0, offset: 0 };
  });
  const tree = new ImageTree({ steps: 1_000_000 });
  expect(() => tree.apply(0, 'layer 1', [...links, ...files])).toThrow(
    /^layer 1: 'l29\/f\d+': the ways to the files of the image are too long$/,
  );
  const few = new ImageTree({ steps: 1_000_000 });
  few.apply(0, 'layer 1', [...links, ...files.slice(0, 10)]);
  expect(few.find('l29/f9')).toBe(few.find('f9'));
});

test('directories that no layer names count as files', () => {
  const path = `${'a/'.repeat(1000)}f`;
  const file = (n: number): LayerEntry => ({ ...owned, kind: 'file', path: `d${n}/${path}`, size: 0, offset: 0 });
  const tree = new ImageTree({ files: 3000 });
  const many = Array.from({ length: 10 }, (_, n) => file(n));
  expect(() => tree.apply(0, 'layer 1', many)).toThrow(/^layer 1: 'd2\/a\/.*': 3000 files are possible in an image$/);
  expect(tree.count).toBeLessThan(4100);
});

test('long ways to directories that no layer names are counted', () => {
  const file: LayerEntry = { ...owned, kind: 'file', path: `${'a/'.repeat(2000)}f`, size: 0, offset: 0 };
  expect(() => new ImageTree({ steps: 1_000_000 }).apply(0, 'layer 1', [file])).toThrow('are too long');
});
