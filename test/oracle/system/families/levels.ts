import { arithmetic, enterVirtual, type Family, hex, lines } from '../snippet.ts';

const userInstructions = [
  'cli',
  'sti',
  'out 0x80, al',
  'pushfd\n popfd',
  'call 0x6b:0',
  'call 0xa3:0',
  'int 3',
  'mov ax, 0x10\n mov ds, ax',
  'mov ax, 0x23\n mov es, ax',
  'push dword 0x1b\n push dword .sys - 2\n retf',
  'int 0x20',
  'mov eax, cr0',
  'push esp\n pop esp',
  'mov [FREE + 1], ecx',
  'lar eax, ecx',
  'hlt',
  'sgdt [FREE]\n str ax\n smsw bx',
  'invlpg [FREE]',
  'ltr ax',
  'clts',
  'mov ax, 0x9b\n mov ss, ax',
  'call 0x9b:.conforming',
  'jmp 8:.sys',
  'pushfd\n and dword [esp], 0x3f72a\n popfd',
  'mov [sum], edi\n xor edi, edi',
  'pushfd\n push cs\n push dword .irt\n iretd\n.irt: inc ebx',
  'mov eax, [HOLE]',
];

/** Levels of privilege and virtual-8086 mode; its stacks are in RAM, as ROMs hold something else under QEMU. */
export const levels: Family = {
  'user mode': (random) => `mov dword [system_call], .sys
 mov eax, .u
 mov edx, ${hex(2 | (random.below(4) << 12) | (random.chance(50) ? 0x200 : 0) | (random.chance(10) ? 0x4000 : 0))}
 jmp user_start_with
.conforming: inc ecx
 retf
.u: ${lines(5, () => random.pick([() => arithmetic(random, 2), ...uniqueLabels(random.word())])())}
 int 0x80
.sys: nop`,
  'user mode and pages': (random, { entry }) => `mov dword [${entry('HOLE')}], HOLE + ${random.pick([0, 1, 3, 5, 7])}
 mov dword [${entry('HOLE + 0x1000')}], HOLE + 0x1000 + ${random.pick([0, 1, 3, 5, 7])}
 mov dword [${entry('HOLE + 0x2000')}], HOLE + 0x2000 + ${random.pick([3, 5, 7])}
 mov eax, cr3
 mov cr3, eax
 mov eax, cr0
 ${random.pick(['and eax, ~0x10000', 'or eax, 0x10000'])}
 mov cr0, eax
 mov dword [system_call], .sys
 mov edi, HOLE + 0x1000 - ${random.below(9)}
 mov esi, HOLE + 0x2000 - ${random.below(9)}
 mov ecx, ${random.pick([3, 12, 0x400])}
 mov eax, .u
 jmp user_start
.u: ${random.pick(['rep movsb', 'rep movsd', 'mov esp, edi\n push ecx\n call .f\n.f: push edx', 'mov esp, esi\n pop eax\n pop dword [edi + 16]', 'mov esp, edi\n int 3', 'mov esp, esi\n int 0x80', 'add [edi], ecx\n adc [esi], edx', 'xchg [edi], ecx\n cmpxchg [esi], edx', 'mov [HOLE + 0x200], ecx\n mov eax, [HOLE + 0x1200]', 'mov byte [edi], 0xc3\n call edi', 'lodsb\n repne scasb', 'mov esp, edi\n pushfd\n call 0x6b:0', 'mov esp, edi\n enter 16, 4', 'lock cmpxchg8b [edi]\n movups [esi], xmm0'])}
 int 0x80
.sys: mov eax, [ss:${entry('HOLE')}]
 add eax, [ss:${entry('HOLE + 0x1000')}]
 add [ss:sum], eax`,
  'virtual-8086 mode': (random) => `${enterVirtual({
    sp: hex(random.pick([0xfe, 0x100, 0x200])),
    flags: hex(0x20002 | (random.below(4) << 12) | (random.chance(40) ? 0x200 : 0)),
  })}
.c:
 bits 16
${lines(6, () => random.pick(['cli', 'sti', 'pushf\n pop ax\n and ax, 0xff2a', 'int 3', 'int 0x21', 'int 0x70', 'out 0x80, al', 'push ax', 'pop bx', 'mov ax, 0xa40\n mov ds, ax', 'lodsw', 'stosb', 'hlt', 'mov [si], ax', 'inc byte [4]', 'lock inc byte [0]', 'and ax, 0x3f\n or ax, 0xa40\n mov ss, ax\n inc cx', 'sidt [di]', 'smsw bx', 'sldt ax', 'db 0x63, 0xc0', 'mov cr0, eax', 'mov ax, 0xa00\n mov ss, ax', 'xor si, si\n mov cx, 5\n rep movsw', 'inc bx\n add cx, bx', 'push cs\n pop es\n mov byte [es:$ + 3], 0x40\n inc cx'].map((one) => one.replace('$', '.here')).filter((one) => !one.includes('.here'))))}
 ud2
.ce:
 bits 32
 nop`,
};

/** Instructions for user mode whose own label is used once. */
function uniqueLabels(seed: number): (() => string)[] {
  return userInstructions.map(
    (one) => () => one.replaceAll('.irt', `.irt${(seed >>> 0) % 100000}_${userInstructions.indexOf(one)}`),
  );
}

/** The extensions of virtual-8086 mode, the trap flag in it, and stacks that wrap. */
export const extendedLevels: Family = {
  'virtual-8086 mode with its extensions': (random) => ` mov eax, cr4
 xor eax, ${random.pick([1, 3, 2])}
 mov cr4, eax
${enterVirtual({
  gs: hex(random.pick([0xa00, 0, 0xffff])),
  sp: hex(random.pick([0xfffe, 1, 0, 0x100, 2])),
  flags: hex(
    0x20002 |
      (random.below(4) << 12) |
      (random.chance(40) ? 0x200 : 0) |
      (random.chance(20) ? 0x100 : 0) |
      (random.chance(20) ? 0x100000 : 0) |
      (random.chance(20) ? 0x80000 : 0),
  ),
})}
.c:
 bits 16
${lines(6, () => random.pick(['cli', 'sti', 'pushf', 'popf', 'int 3', 'into', 'int 0x21', 'int 0x70', 'in al, 0x40', 'iret', 'push ax', 'pop bx', 'lodsw', 'hlt', 'pushfd', 'popfd', 'mov [si], ax', 'retf', 'mov ss, ax', 'bound ax, [si]', 'rep insb', 'rep outsw', 'sysenter']))}
 ud2
.ce:
 bits 32
 nop`,
};
