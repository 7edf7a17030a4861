import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { rawiron } from '../../support/command-line.ts';

const { output: script } = await rawiron(['inspect', 'completion', 'bash']);

/** The completions of bash for the last of these words. */
function offered(words: readonly string[]): string[] {
  const use = `${script}\nCOMP_LINE='${words.join(' ')}'; COMP_POINT=\${#COMP_LINE}; _rawiron; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', use], { encoding: 'utf8' }).trim().split('\n').sort();
}

test('commands, options and values', () => {
  expect(offered(['rawiron', 'insp'])).toEqual(['inspect']);
  expect(offered(['rawiron', 'inspect', 'e'])).toEqual(['emit', 'exits', 'export']);
  expect(offered(['rawiron', 'inspect', 'cache', '--s'])).toEqual(['--seconds', '--sort', '--symbols']);
  expect(offered(['rawiron', 'inspect', 'cache', '--sort', 'b'])).toEqual(['bytes']);
  expect(offered(['rawiron', 'start', '-insp'])).toEqual(['-inspect']);
  expect(offered(['rawiron', 'inspect', 'completion', 'z'])).toEqual(['zsh']);
});

test('after =, the shell keeps what stands before it', () => {
  expect(offered(['rawiron', 'inspect', 'cache', '--sort=b'])).toEqual(['bytes']);
  expect(offered(['rawiron', 'inspect', 'emit', '--state', 'cpl'])).toEqual(['cpl=0', 'cpl=3']);
  expect(offered(['rawiron', 'inspect', 'emit', '--state', 'cpl='])).toEqual(['0', '3']);
  expect(offered(['rawiron', 'inspect', 'emit', '--state', 'flat,re'])).toEqual(['flat,real']);
  expect(offered(['rawiron', 'inspect', 'emit', '--state=cpl=0,f'])).toEqual(['0,flat']);
});

test('a machine may follow, and after -- its flags', () => {
  expect(offered(['rawiron', 'inspect', 'diff', 'd'])).toEqual(['demo']);
  expect(offered(['rawiron', 'profile', 'st'])).toEqual(['start']);
  expect(offered(['rawiron', 'profile', '--', 'st'])).toEqual(['start']);
  expect(offered(['rawiron', 'inspect', 'diff', '--', 'start', '-ker'])).toEqual(['-kernel']);
});

test('zsh has the same commands', async () => {
  const { output, code } = await rawiron(['inspect', 'completion', 'zsh']);
  expect(code).toBe(0);
  expect(output).toMatch(/^#compdef rawiron/);
  expect(output).toContain("'emit:the JavaScript");
});

test('words that may stand after a flag', () => {
  expect(offered(['rawiron', '-vga', 's'])).toEqual(['std']);
  expect(offered(['rawiron', 'start', '-cpu', 'pent'])).toEqual(['pentium', 'pentium2', 'pentium3']);
  expect(offered(['rawiron', '-device', 'virtio-b'])).toEqual(['virtio-balloon-pci', 'virtio-blk-pci']);
  expect(offered(['rawiron', '-icount', 's'])).toEqual(['shift=']);
  expect(offered(['rawiron', '-limits', 'p'])).toEqual(['processor=']);
  expect(offered(['rawiron', '-blockdev', 'driver='])).toEqual(['file', 'qcow2', 'raw', 'vdi', 'vhdx', 'vmdk', 'vpc']);
  expect(offered(['rawiron', '-rtc', 'base=l'])).toEqual(['localtime']);
  expect(offered(['rawiron', 'ps', '--j'])).toEqual(['--json']);
  expect(offered(['rawiron', 'completion', 'f'])).toEqual(['fish']);
});

test('files, also after the name of a property', () => {
  expect(offered(['rawiron', '-kernel', 'ARCH'])).toEqual(['ARCHITECTURE.md']);
  expect(offered(['rawiron', '-drive', 'f'])).toEqual(['file=']);
  expect(offered(['rawiron', '-drive', 'file=ARCH'])).toEqual(['ARCHITECTURE.md']);
  expect(offered(['rawiron', '-drive', 'if=virtio,file=ARCH'])).toEqual(['ARCHITECTURE.md']);
});

test('fish has flags, their words, and commands with their options', async () => {
  const { output, code } = await rawiron(['completion', 'fish']);
  expect(code).toBe(0);
  expect(output).toMatch(
    /^complete -c rawiron .* -o vga -r -f -a 'std cirrus vmware none help' -d 'the display adapter/m,
  );
  expect(output).toMatch(/^complete -c rawiron .* -o kernel -r -F -d /m);
  expect(output).toMatch(/^complete -c rawiron .* -f -a emit -d /m);
  expect(output).toMatch(/^complete -c rawiron .* -l state -r -f -a '[^']*flat/m);
  // Each line is one command whose quotes are closed.
  expect(output.split('\n').filter((line) => (line.replaceAll("\\'", '').match(/'/g)?.length ?? 0) % 2 !== 0)).toEqual(
    [],
  );
});

test('another shell', async () => {
  expect(await rawiron(['inspect', 'completion', 'tcsh'])).toMatchObject({
    code: 1,
    errors: expect.stringContaining('bash, zsh or fish'),
  });
});
