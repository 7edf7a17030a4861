import { linuxProgram } from './linux-program.ts';

/** Requests of /dev/kvm (Linux, include/uapi/linux/kvm.h). */
const Request = {
  createVm: 0xae01,
  runSize: 0xae04,
  createProcessor: 0xae41,
  setMemory: 0x4020ae46,
  run: 0xae80,
  setRegisters: 0x4090ae82,
  getSystemRegisters: 0x8138ae83,
  setSystemRegisters: 0x4138ae84,
} as const;

const call = (number: number, ...args: readonly (string | number)[]): string =>
  `${args.map((arg, n) => `  mov ${['ebx', 'ecx', 'edx', 'esi', 'edi', 'ebp'][n]}, ${arg}\n`).join('')}  mov eax, ${number}\n  int 0x80\n`;
const request = (file: string, number: number, argument: string | number): string =>
  `${call(54, file, number, argument)}  test eax, eax\n  js failed\n`;
const map = (length: string | number, flags: number, file: string | number): string =>
  `${call(192, 0, length, 3, flags, file, 0)}  cmp eax, -4096\n  ja failed\n`;

/**
 * A program that runs a guest by /dev/kvm: 64 KB of memory with `code` at 1000h, entered in real mode. What the guest writes to ports is the program's
 * output, and HLT its end, with status 0; any other exit ends it with that exit's number.
 */
export function kvmProgram(code: string): Uint8Array {
  return linuxProgram(`
  bits 32
${call(5, 'name', 2, 0)}  test eax, eax
  js failed
  mov [kvm], eax
${request('[kvm]', Request.createVm, 0)}  mov [vm], eax
${map(0x10000, 0x22, -1)}  mov [memory_place], eax
  lea edi, [eax + 0x1000]
  mov esi, code
  mov ecx, code_end - code
  rep movsb
${request('[vm]', Request.setMemory, 'memory')}${request('[vm]', Request.createProcessor, 0)}  mov [processor], eax
${request('[kvm]', Request.runSize, 0)}  mov [size], eax
${map('[size]', 1, '[processor]')}  mov [run], eax
${request('[processor]', Request.getSystemRegisters, 'system')}  mov dword [system], 0
  mov dword [system + 4], 0
  mov word [system + 12], 0
${request('[processor]', Request.setSystemRegisters, 'system')}${request('[processor]', Request.setRegisters, 'registers')}
again:
${request('[processor]', Request.run, 0)}  mov ebx, [run]
  mov eax, [ebx + 8]
  cmp eax, 5
  je ended
  cmp eax, 2
  jne other
  mov ecx, [ebx + 40]
  add ecx, ebx
  movzx edx, byte [ebx + 33]
${call(4, 1, 'ecx', 'edx')}  jmp again
ended:
  xor eax, eax
other:
  mov ebx, eax
  mov eax, 1
  int 0x80
failed:
  neg eax
  add eax, 100
  jmp other

name: db "/dev/kvm", 0
  align 8
memory:
  dd 0, 0, 0, 0, 0x10000, 0
memory_place: dd 0, 0
registers:
  times 14 dd 0, 0
  dd 0, 0, 0, 0
  dd 0x1000, 0, 2, 0
system: times 0x138 db 0
kvm: dd 0
vm: dd 0
processor: dd 0
size: dd 0
run: dd 0
code:
  bits 16
${code}
code_end:
`);
}
