import { expect, test } from 'vitest';
import { Machine, type MachineOptions } from '../../../src/index.ts';
import { bootSector, consoleOf, diskImage } from '../../guests/bios/guest.ts';

/** Whether systems find the root pointer where they look for it (ACPI specification, 5.2.5.1). */
async function hasRootPointer(options: MachineOptions): Promise<boolean> {
  await using machine = await Machine.create({ memory: 16, ...options });
  return new TextDecoder('latin1').decode(await machine.memoryRead(0xe0000, 0x20000)).includes('RSD PTR ');
}

test('without firmware there are ACPI tables, unless they are not to be', async () => {
  const boot = { demo: true } as const;
  expect(await hasRootPointer({ boot })).toBe(true);
  expect(await hasRootPointer({ boot, acpi: false })).toBe(false);
  expect(await hasRootPointer({ boot, acpi: false, uuid: '12345678-1234-1234-1234-123456789abc' })).toBe(false);
});

test('so it is where our BIOS boots', async () => {
  const finder = bootSector(`
        mov     ax, 0xE000
.next:  mov     es, ax
        cmp     dword [es:0], 'RSD '
        jne     .no
        cmp     dword [es:4], 'PTR '
        je      .found
.no:    inc     ax
        jnz     .next
.found: call    hex
        jmp     leave
`);
  const drives = [{ image: diskImage(finder), format: 'raw' as const }];
  const found = async (acpi: boolean) => (await consoleOf({ drives, acpi })).split('\n').at(-1);
  expect(await found(false)).toBe('0000 ');
  expect(await found(true)).toMatch(/^[EF][0-9A-F]{3} $/);
});
