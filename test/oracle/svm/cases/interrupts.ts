import type { Case } from '../../protection/kernel.ts';
import { gate } from '../vmm.ts';

/** Has the timer's interrupt pending, as vector 80h. */
const pending = `mov al, 0x11\n out 0x20, al\n mov al, 0x80\n out 0x21, al\n mov al, 4\n out 0x21, al\n mov al, 1\n out 0x21, al\n mov al, 0xfe\n out 0x21, al
 mov al, 0x30\n out 0x43, al\n mov al, 16\n out 0x40, al\n mov al, 0\n out 0x40, al
.wait: mov al, 0x0a\n out 0x20, al\n in al, 0x20\n test al, 1\n jz .wait`;
const done = 'mov al, 0xff\n out 0x21, al\n mov al, 0x20\n out 0x20, al\n';
/** How often it was taken, in EBX. */
const handler = `.taken: inc ebx\n push eax\n ${done} pop eax\n iretd`;
const clean = `cli\n xor eax, eax\n mov edx, ebx\n ${done}`;

const external = (name: string, setup: string, code: string, host = ''): Case => ({
  name,
  code: `${gate}\n mov eax, .guest\n call begin\n ${pending}\n xor ebx, ebx\n ${setup}\n ${host}\n call run\n ${clean}int 0x81\n.guest: ${code}\n vmmcall\n${handler}`,
});

const INTR = 'or dword [INTERCEPTS], 1';
const masks = 'or dword [VIRTUAL], 0x1000000';

const externals: readonly Case[] = [
  external("an interrupt that is not intercepted is the guest's", 'or dword [G_FLAGS], 0x200', 'nop\n nop'),
  external('an interrupt that is not intercepted waits for IF', '', 'nop\n mov ecx, ebx\n sti\n nop\n nop'),
  external('an interrupt is intercepted, and comes after STGI', `${INTR}\n or dword [G_FLAGS], 0x200`, 'nop\n nop'),
  external('an interrupt is intercepted where the guest sets IF', INTR, 'nop\n sti\n nop\n nop'),
  external(
    "an interrupt is intercepted whatever the guest's IF, by the host's",
    `${INTR}\n ${masks}`,
    'nop\n nop',
    'clgi\n sti',
  ),
  external('the host has IF clear, the guest set', `${INTR}\n ${masks}\n or dword [G_FLAGS], 0x200`, 'nop\n nop'),
  external('HLT is ended by an interrupt that is intercepted', `${INTR}\n or dword [G_FLAGS], 0x200`, 'hlt\n nop'),
  external('CLGI holds an interrupt off', '', 'nop', 'clgi\n sti\n nop\n nop\n mov ecx, ebx\n stgi\n nop\n cli'),
];

const guest = (name: string, setup: string, code: string, after = 'mov eax, [VIRTUAL]'): Case => ({
  name,
  code: `${gate}\n mov eax, .guest\n call begin\n mov dword [VIRTUAL_VECTOR], 0x80\n xor ebx, ebx\n ${setup}\n call run\n ${after}\n int 0x81\n.guest: ${code}\n vmmcall\n.taken: inc ebx\n iretd`,
});

const virtual: readonly Case[] = [
  guest('a virtual interrupt comes', 'or dword [VIRTUAL], 0x10100\n or dword [G_FLAGS], 0x200', 'nop\n nop'),
  guest('a virtual interrupt waits for IF', 'or dword [VIRTUAL], 0x10100', 'nop\n mov ecx, ebx\n sti\n nop\n nop'),
  guest('a virtual interrupt still waits after an exit', 'or dword [VIRTUAL], 0x10100', 'nop'),
  guest('a virtual interrupt waits for POPF', 'or dword [VIRTUAL], 0x10100', 'push dword 0x202\n popfd\n nop'),
  guest(
    'a virtual interrupt waits for GIF',
    'or dword [VIRTUAL], 0x10100',
    'clgi\n sti\n nop\n nop\n mov ecx, ebx\n stgi\n nop\n nop',
  ),
  guest(
    'a virtual interrupt is below the priority',
    'or dword [VIRTUAL], 0x10103\n or dword [G_FLAGS], 0x200',
    'nop\n nop',
  ),
  guest(
    'a virtual interrupt ignores the priority',
    'or dword [VIRTUAL], 0x110103\n or dword [G_FLAGS], 0x200',
    'nop\n nop',
  ),
  guest(
    'a virtual interrupt is intercepted',
    'or dword [INTERCEPTS], 0x10\n or dword [VIRTUAL], 0x10100',
    'nop\n sti\n nop\n nop',
  ),
  guest(
    'a virtual interrupt after the shadow',
    'mov dword [SHADOW], 1\n or dword [VIRTUAL], 0x10100\n or dword [G_FLAGS], 0x200',
    'mov ecx, ebx\n nop',
  ),
  guest('HLT is ended by a virtual interrupt', 'or dword [VIRTUAL], 0x10100', 'sti\n hlt\n nop'),
];

const shadows: readonly Case[] = [
  guest('an exit in the shadow of STI', '', 'sti\n vmmcall', 'mov eax, [SHADOW]'),
  guest('an exit after the shadow of STI', '', 'sti\n nop\n vmmcall', 'mov eax, [SHADOW]'),
  guest('an exit in the shadow of MOV SS', '', 'mov eax, ss\n mov ss, ax\n vmmcall', 'mov eax, [SHADOW]'),
  guest(
    'a fault in the shadow of STI is intercepted',
    'mov dword [EXCEPTION_INTERCEPTS], 0x40',
    'sti\n ud2',
    'mov eax, [SHADOW]',
  ),
];

export const interruptCases: readonly Case[] = [...externals, ...virtual, ...shadows];
