import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { kvmProgram } from '../support/kvm-program.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { type Engine, findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
const found = await findLinux('686-pae');
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, 'kvm_amd').catch(String);

/** Prints a text by a port. */
const hello = kvmProgram(`
  mov si, 0x1000 + text - code
.next: cs lodsb
  test al, al
  jz .end
  out 0xe9, al
  jmp .next
.end: hlt
text: db "inside", 10, 0
`);

/** Goes to protected mode with paging, has its hypervisor answer CPUID many times, and prints a sum of 3 * 2,000 as hexadecimal digits. */
const protectedMode = kvmProgram(`
  lgdt [cs:0x1000 + table - code]
  mov edi, 0x4000
  xor ax, ax
  mov es, ax
  mov ecx, 1024
  mov eax, 7
.page: mov [es:di], eax
  add di, 4
  add eax, 0x1000
  cmp di, 0x5000
  jb .page
  mov dword [es:0x5000], 0x4007
  mov eax, 0x5000
  mov cr3, eax
  mov eax, cr0
  or eax, 0x80000001
  mov cr0, eax
  jmp dword 8:0x1000 + inside - code
table:
  dw 23
  dd 0x1000 + entries - code
entries:
  dd 0, 0, 0xffff, 0xcf9b00, 0xffff, 0xcf9300
  bits 32
inside:
  mov eax, 16
  mov ds, ax
  mov ss, ax
  mov esp, 0x8000
  mov ebp, 2000
  xor edi, edi
.again:
  xor eax, eax
  cpuid
  add edi, 3
  dec ebp
  jnz .again
  mov ecx, 8
.digit:
  rol edi, 4
  mov eax, edi
  and al, 15
  add al, '0'
  cmp al, '9'
  jbe .put
  add al, 39
.put:
  out 0xe9, al
  loop .digit
  hlt
  bits 16
`);

/** Engines, and the features of the processor that they are tried with. */
const tried: readonly (readonly [Engine, features: string, paging: string])[] = [
  ['translator', '+npt,+nrip-save,+vmcb-clean,+flushbyasid', 'enabled'],
  ['interpreter', '+svm', 'disabled'],
];

async function boot(linux: DebianLinux, engine: Engine, features: string): Promise<LinuxShell> {
  const file = (path: string, data: Uint8Array) => ({ type: 'file', path, mode: 0o755, data }) as const;
  const entries = [...modules, file('bin/hello', hello), file('bin/protected', protectedMode)];
  const system = { ...linux, initrd: () => linux.initrd(entries as Parameters<typeof linux.initrd>[0]) };
  return LinuxShell.boot(system, engine, '', { cpu: `phenom,${features},check=off`, memory: '256M' });
}

if (typeof found === 'string' || typeof modules === 'string')
  describe.skip(`Linux as a hypervisor: ${found} ${modules}`, () => test('boots', () => {}));
else
  describe.each(tried)('Linux as a hypervisor, %s, %s', { timeout: TIMEOUT }, (engine, features, paging) => {
    let shell: LinuxShell;
    beforeAll(async () => {
      shell = await boot(found, engine, features);
    }, TIMEOUT);
    afterAll(() => shell?.machine.stop());

    test('has KVM', async () => {
      expect(await shell.run('dmesg')).toMatch(new RegExp(`kvm: Nested Paging ${paging}`));
      expect(await shell.run('ls /dev/kvm')).toBe('/dev/kvm');
    });

    test('runs a guest in real mode', async () => expect(await shell.run('hello')).toBe('inside'));

    test('runs a guest with paging, which it interrupts all the time', async () => {
      expect(await shell.run('protected')).toBe((3 * 2000).toString(16).padStart(8, '0'));
    });

    test('runs two guests at once', async () => {
      expect(await shell.run('(protected > /tmp/a & protected; wait; cat /tmp/a)')).toBe('0000177000001770');
    });
  });
