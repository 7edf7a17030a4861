import { randomNumbers } from './random.ts';

/** Functions of the generated program and operations of each: about 3 MB of machine code. */
const FUNCTIONS = 6000;
const OPERATIONS = 48;

/**
 * Operations on EAX, ECX and EDX, with EBX free and the address of 1,024 words in EDI, by two random constants: `small`
 * (0 to 30) and `large` (32 bits).
 */
const operations: readonly ((small: number, large: number) => string)[] = [
  (_, large) => `xorl $${large},%ecx; addl %ecx,%eax`,
  (_, large) => `imull $${large | 1},%ecx,%ecx; addl %edx,%ecx`,
  (small) => `movl %eax,%ebx; shrl $${small + 1},%ebx; xorl %ebx,%edx`,
  (small) => `roll $${small + 1},%eax; subl %edx,%eax`,
  (small, large) => `testl $${1 << small},%ecx; jz 1f; addl $${large},%edx; jmp 2f; 1: xorl %edx,%eax; 2:`,
  (_, large) => `movl %eax,%ebx; andl $1023,%ebx; addl $${large},(%edi,%ebx,4)`,
  (small) => `movl %edx,%ebx; shrl $${small & 15},%ebx; andl $1023,%ebx; subl (%edi,%ebx,4),%ecx`,
  (small, large) => `cmpl $${large},%edx; jbe 1f; notl %ecx; jmp 2f; 1: leal ${small}(%edx,%ecx,2),%edx; 2:`,
];

/**
 * Assembly source (for gcc) of a program without any hot spot: a few thousand different functions, and a round that
 * calls each of them once, in an order that jumps about. The same text each time.
 */
export function largeProgram(): string {
  const random = randomNumbers(1);
  const functions = Array.from({ length: FUNCTIONS }, (_, n) => functionText(n, random));
  const table = Array.from({ length: FUNCTIONS }, (_, n) => `.long f${n}`);
  return `.section .rodata
name: .string "large"
table:
${table.join('\n')}
.section programs,"aw"
.long name, large
.lcomm data, 4096
.text
${functions.join('\n')}
${roundText}
.section .note.GNU-stack,"",@progbits
`;
}

/** The words are set to their numbers, then ESI counts the functions and EBP is the number of the next one. */
const roundText = `large:
pushl %ebx; pushl %esi; pushl %edi; pushl %ebp
movl $data,%edi
xorl %ecx,%ecx
3: movl %ecx,(%edi,%ecx,4); incl %ecx; cmpl $1024,%ecx; jb 3b
movl $1,%eax; xorl %ecx,%ecx; xorl %esi,%esi; xorl %ebp,%ebp
4: movl %esi,%edx; call *table(,%ebp,4)
addl $2477,%ebp; cmpl $${FUNCTIONS},%ebp; jb 5f; subl $${FUNCTIONS},%ebp
5: incl %esi; cmpl $${FUNCTIONS},%esi; jb 4b
popl %ebp; popl %edi; popl %esi; popl %ebx
ret`;

function functionText(number: number, random: () => number): string {
  const body = Array.from({ length: OPERATIONS }, () => {
    const operation = operations[random() % operations.length];
    return operation(random() % 31, random() | 0);
  });
  return `f${number}:\n${body.join('\n')}\nret`;
}
