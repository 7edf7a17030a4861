import { expect, test } from 'vitest';
import { tmpfsMount } from '../../../src/containers/tmpfs.ts';

test.each([
  ['', 0, 'mode=1777,size=20%'],
  ['size=16m,mode=700', 0, 'size=16m,mode=700'],
  ['rw,noexec,nosuid,size=65536k', 8 | 2, 'mode=1777,size=65536k'],
  ['ro,nodev,noatime,defaults', 1 | 4 | 1024, 'mode=1777,size=20%'],
  ['ro,rw,nosuid,suid,nodev', 4, 'mode=1777,size=20%'],
  [',mpol=bind:0,', 0, 'mode=1777,size=20%,mpol=bind:0'],
  ['nr_blocks=4', 0, 'mode=1777,nr_blocks=4'],
])("options '%s' are flags %d and '%s'", (text, flags, options) => {
  expect(tmpfsMount(text, '20%')).toEqual({ flags, options });
});

test.each(['a b', 'size=1m;x', '\0', "x'"])("'%s' are refused", (text) => {
  expect(() => tmpfsMount(text, '20%')).toThrow('are no options of a tmpfs');
});
