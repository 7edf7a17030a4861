import { type Family, hex } from '../snippet.ts';

const switches = ['call 0x48:0', 'int 0x70', 'jmp 0x48:0', 'call 0x88:0'];

/** Switches to tasks that work. */
export const tasks: Family = {
  'a task': (random) => `${random.pick([...switches, 'pushfd\n or dword [esp], 0x4000\n popfd\n iretd', 'jmp 0x88:0'])}
 inc dword [sum]
 mov eax, cr0
 and eax, 8
 add [sum], eax`,
  'a task that changes what it comes back to': (random) => `mov dword [other_task + 32], .t
 mov ebx, ${hex(random.word())}
 ${random.pick(switches)}
 add [sum], ebx
 jmp .o
.t: ${random.pick(['inc dword [task_state + 52]', 'mov dword [task_state + 52], esp', 'or dword [task_state + 36], 0x400', 'mov eax, cr3\n mov cr3, eax', 'fld1', 'clts', 'mov ecx, 7'])}
 pushfd
 test dword [esp], 0x4000
 jz .j
 iretd
 jmp .t
.j: jmp TASK:0
.o: pushfd
 pop eax
 and eax, 0x7700
 add [sum], eax`,
  'a task that faults': (random) => `mov dword [other_task + 32], .bad
 ${random.pick(switches)}
 jmp .o
.bad: ${random.pick(['ud2', 'xor ecx, ecx\n div ecx', 'int3', 'mov eax, [0x500000]', 'mov ax, 0xfff8\n mov ds, ax'])}
.o: call reset_tasks
 inc dword [sum]`,
};

/** Switches to tasks with something wrong in their state. */
export const badTasks: Family = {
  'a task with bad segments': (
    random,
  ) => `mov dword [other_task + 32], ${random.pick(['other_entry', '.bad', '0x500000', 'other_entry'])}
 mov word [other_task + ${random.pick([72, 76, 80, 84, 88, 96])}], ${hex(random.pick([0, 0x10, 8, 0x23, 0x58, 0x40, 0xfff8, 0x28, 0x08, 0x1b]))}
 ${random.pick(switches)}
 jmp .o
.bad: ${random.pick(['ud2', 'div ecx', 'hlt\n iretd', 'int3', 'iretd', 'mov eax, [0x500000]'])}
.o: call reset_tasks
 inc dword [sum]`,
  'a task of 16 bits, or one that is busy': (
    random,
  ) => `${random.pick(['call 0x80:0', 'jmp 0x80:0', 'call 0x28:0', 'mov ax, 0x48\n ltr ax\n call 0x28:0', 'mov byte [wide_gdt + 0x4d], 0x8b\n call 0x48:0', 'mov word [task_state], 0x48\n push dword 0x4002\n popfd\n iretd'])}
 call reset_tasks
 inc dword [sum]`,
  'a task in pages that are not there': (
    random,
    { entry },
  ) => `mov dword [${entry('HOLE')}], HOLE + ${random.pick([0, 1, 3])}
 mov eax, cr3
 mov cr3, eax
 mov word [wide_gdt + 0x4a], 0x${random.pick(['0fa0', '0fd0', '0ff0', '0000'])}
 mov byte [wide_gdt + 0x4c], 0x${'30'}
 ${random.pick(switches)}
 call reset_tasks`,
};
