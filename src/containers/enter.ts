import { assemble } from '../../runtime/firmware/assembler/index.ts';

/** Meanings of errors by their numbers. */
const reasons: readonly (readonly [error: string, meaning: string])[] = [
  ['1', 'operation not permitted'],
  ['2', 'there is no such file or directory'],
  ['5', 'input/output error'],
  ['7', 'its arguments and variables are too long'],
  ['8', 'it is no program for i386, nor a script that begins with #!'],
  ['12', 'there is not enough memory'],
  ['13', 'permission denied'],
  ['19', 'there is no such file system'],
  ['20', 'a part of its path is no directory'],
  ['21', 'it is a directory'],
  ['22', 'invalid argument'],
  ['26', 'it is being written'],
  ['28', 'no space left on device'],
  ['30', 'the file system is read-only'],
  ['36', 'its path is too long'],
  ['40', 'its path has too many symbolic links'],
  ['INTERPRETER', 'the interpreter that it names is not in the image'],
];

/** A table of numbers and texts for the assembler, with a number of 0 at its end. */
function reasonTable(): string {
  const rows = reasons.map(([error], n) => `        dd ${error}, reason${n}`);
  const texts = reasons.map(([, meaning], n) => `reason${n}: db "${meaning}", 0`);
  return ['reasons:', ...rows, '        dd 0', ...texts].join('\n');
}

/**
 * A static program for Linux on i386 that makes a container ready and becomes its process. Its arguments are steps, each a letter and what
 * it needs:
 *
 *     t SECONDS                              sets the clock
 *     e TEXT                                 gives the kernel's random generator a text, each character of which has four random bits
 *     h NAME                                 sets the host's name
 *     d PATH                                 makes a directory, unless there is something by that name
 *     f PATH TEXT                            makes a file, in the place of what was there
 *     m SOURCE PATH TYPE FLAGS OPTIONS       mounts, as mount(2); FLAGS is a decimal number
 *     r PATH                                 changes the root, and goes there
 *     x USER GROUP GROUPS DIRECTORY COMMAND [ARGUMENT…]
 *
 * The last step: it becomes the leader of a session, takes its standard input for its terminal if that is one, has all signals do what they do by
 * default, takes its further groups (numbers with commas), directory, group and user, and becomes the command: the first
 * file in PATH that can be executed. The exit codes are Docker's: 127 if there is no such command, 126 if it cannot be started, 125 for a
 * step that fails; standard error says which, and why.
 *
 * One process in the place of some twenty applets of busybox: starting those is most of what a container's start takes. System calls: by
 * int 80h, arch/x86/entry/syscalls/syscall_32.tbl of Linux.
 */
export const source = `
bits 32
org 0x08048000

SIG_DFL         equ 0
TIOCSCTTY       equ 0x540E
RNDADDENTROPY   equ 0x40085203          ; include/uapi/linux/random.h
RNDRESEEDCRNG   equ 0x5207
ENOENT          equ 2
EEXIST          equ 17
ENOTDIR         equ 20
INTERPRETER     equ 4096                ; no error of the kernel's, which end below
NOT_FOUND       equ 127
CANNOT_START    equ 126
CANNOT_PREPARE  equ 125
WRITE_NEW       equ 0xC1                ; O_WRONLY | O_CREAT | O_EXCL

; Where the arguments of the last step are, from its first one on.
USER            equ 0
GROUP           equ 4
GROUPS          equ 8
DIRECTORY       equ 12
COMMAND         equ 16

; ELF header and one program header (System V ABI, chapters 4 and 5): the whole file, and room behind it.
file:   db 0x7F, 0x45, 0x4C, 0x46, 1, 1, 1, 0
        times 8 db 0
        dw 2, 3
        dd 1, start, 52, 0, 0
        dw 52, 32, 1, 40, 0, 0
        dd 1, 0, file, file, file_end - file, room_end - file, 7, 0x1000

; EBP is at the next argument; a step takes its own.
start:  mov     eax, [esp]
        lea     edx, [esp + eax * 4 + 8]
        mov     [environment], edx
        lea     ebp, [esp + 8]
step:   mov     eax, [ebp]
        test    eax, eax
        jz      unknown
        mov     al, [eax]
        add     ebp, 4
        cmp     al, 0x74
        je      clock
        cmp     al, 0x65
        je      entropy
        cmp     al, 0x68
        je      hostname
        cmp     al, 0x64
        je      directory
        cmp     al, 0x66
        je      text
        cmp     al, 0x6D
        je      mount
        cmp     al, 0x72
        je      root
        cmp     al, 0x78
        je      command
unknown:
        mov     dword [subject], nothing
        xor     eax, eax
        jmp     failed

clock:  mov     esi, [ebp]
        mov     [subject], esi
        call    number
        mov     [value], eax
        mov     ebx, value
        mov     eax, 25                 ; stime
        call    must
        add     ebp, 4
        jmp     step

; struct rand_pool_info: the bits of entropy, the length in bytes, the bytes.
entropy:
        mov     ecx, [ebp]
        mov     dword [subject], urandom
        call    length
        mov     [room + 4], edx
        mov     esi, ecx
        mov     edi, room + 8
        mov     ecx, edx
        rep movsb
        shl     edx, 2
        mov     [room], edx
        mov     ebx, urandom
        mov     ecx, 1                  ; O_WRONLY
        mov     eax, 5                  ; open
        int     0x80
        test    eax, eax
        js      failed
        mov     ebx, eax
        mov     ecx, RNDADDENTROPY
        mov     edx, room
        mov     eax, 54                 ; ioctl
        call    must
        mov     ecx, RNDRESEEDCRNG
        mov     eax, 54                 ; ioctl
        call    must
        mov     eax, 6                  ; close
        int     0x80
        add     ebp, 4
        jmp     step

hostname:
        mov     ebx, [ebp]
        mov     [subject], ebx
        mov     ecx, ebx
        call    length
        mov     ecx, edx
        mov     eax, 74                 ; sethostname
        call    must
        add     ebp, 4
        jmp     step

directory:
        mov     ebx, [ebp]
        mov     [subject], ebx
        mov     ecx, 0x1ED
        mov     eax, 39                 ; mkdir
        int     0x80
        add     ebp, 4
        cmp     eax, -EEXIST
        je      step
        test    eax, eax
        jnz     failed
        jmp     step

text:   mov     ebx, [ebp]
        mov     [subject], ebx
        mov     eax, 10                 ; unlink
        int     0x80
        mov     ecx, WRITE_NEW
        mov     edx, 0x1A4
        mov     eax, 5                  ; open
        int     0x80
        test    eax, eax
        js      failed
        mov     ebx, eax
        mov     ecx, [ebp + 4]
        call    length
        mov     eax, 4                  ; write
        int     0x80
        mov     eax, 6                  ; close
        int     0x80
        add     ebp, 8
        jmp     step

mount:  mov     esi, [ebp + 12]
        call    number
        mov     esi, eax
        mov     ebx, [ebp]
        mov     ecx, [ebp + 4]
        mov     [subject], ecx
        mov     edx, [ebp + 8]
        mov     edi, [ebp + 16]
        mov     eax, 21                 ; mount
        call    must
        add     ebp, 20
        jmp     step

root:   mov     ebx, [ebp]
        mov     [subject], ebx
        mov     eax, 61                 ; chroot
        call    must
        mov     ebx, slash
        mov     eax, 12                 ; chdir
        call    must
        add     ebp, 4
        jmp     step

command:
        mov     eax, 66                 ; setsid
        int     0x80
        mov     eax, 54                 ; ioctl: the terminal of the session
        xor     ebx, ebx
        mov     ecx, TIOCSCTTY
        xor     edx, edx
        int     0x80
        mov     esi, 31
.signal:
        mov     eax, 48                 ; signal
        mov     ebx, esi
        mov     ecx, SIG_DFL
        int     0x80
        dec     esi
        jnz     .signal

        mov     esi, [ebp + GROUPS]
        mov     [subject], esi
        mov     edi, room
.group: cmp     byte [esi], 0
        je      .groups
        call    number
        stosd
        cmp     byte [esi], 0
        je      .groups
        inc     esi
        jmp     .group
.groups:
        mov     ecx, room
        mov     ebx, edi
        sub     ebx, ecx
        shr     ebx, 2
        mov     eax, 206                ; setgroups32
        call    must
        mov     ebx, [ebp + DIRECTORY]
        mov     [subject], ebx
        mov     eax, 12                 ; chdir
        call    must
        mov     esi, [ebp + GROUP]
        call    number
        mov     ebx, eax
        mov     eax, 214                ; setgid32
        call    must
        mov     esi, [ebp + USER]
        call    number
        mov     ebx, eax
        mov     eax, 213                ; setuid32
        call    must

; Arguments and environment for execve, and the environment's PATH.
        lea     ecx, [ebp + COMMAND]
        mov     edx, [environment]
        mov     esi, [ebp + COMMAND]
        mov     [subject], esi
.scan:  lodsb
        cmp     al, 0x2F
        je      .direct
        test    al, al
        jnz     .scan
        mov     edi, edx
.variable:
        mov     esi, [edi]
        test    esi, esi
        jz      missing
        add     edi, 4
        cmp     dword [esi], 0x48544150 ; "PATH"
        jne     .variable
        cmp     byte [esi + 4], 0x3D
        jne     .variable
        add     esi, 5

; Each directory of PATH in turn.
.next:  mov     edi, room
.copy:  lodsb
        cmp     al, 0x3A
        je      .name
        test    al, al
        jz      .last
        stosb
        jmp     .copy
.last:  dec     esi
.name:  mov     al, 0x2F
        cmp     edi, room
        jne     .slash
        mov     al, 0x2E                ; an empty one is the present directory
        stosb
        mov     al, 0x2F
.slash: stosb
        push    esi
        mov     esi, [ebp + COMMAND]
.append:
        lodsb
        stosb
        test    al, al
        jnz     .append
        pop     esi
        mov     ebx, room
        call    execute
        cmp     eax, -ENOENT
        je      .after
        cmp     eax, -ENOTDIR
        je      .after
        mov     [error], eax
.after: cmp     byte [esi], 0
        jne     .next
        cmp     dword [error], 0
        je      missing
        jmp     refused

.direct:
        mov     ebx, [ebp + COMMAND]
        call    execute
        cmp     eax, -ENOENT
        je      missing
        mov     [error], eax
        jmp     refused
missing:
        mov     edx, absent
        mov     ebx, NOT_FOUND
        jmp     end
refused:
        mov     edx, unusable
        mov     ebx, CANNOT_START
        jmp     end
failed: mov     [error], eax
        mov     edx, unready
        mov     ebx, CANNOT_PREPARE

; Says what is wrong with what, and why, and ends.
end:    push    ebx
        push    edx
        mov     ecx, [subject]
        call    say
        pop     ecx
        call    say
        call    why
        mov     ecx, line_end
        call    say
        pop     ebx
        mov     eax, 1                  ; exit
        int     0x80

; Becomes the file at EBX, with the arguments at ECX and the environment at EDX. Where that fails, EAX is the error; that of a file which
; is there, but not its interpreter, is told from that of one which is not.
execute:
        mov     eax, 11                 ; execve
        int     0x80
        cmp     eax, -ENOENT
        jne     .done
        push    ecx
        xor     ecx, ecx                ; F_OK
        mov     eax, 33                 ; access
        int     0x80
        pop     ecx
        test    eax, eax
        mov     eax, -ENOENT
        jnz     .done
        mov     eax, -INTERPRETER
.done:  ret

; Writes why a system call has failed, if one has.
why:    mov     eax, [error]
        neg     eax
        jz      .done
        mov     esi, reasons
.next:  cmp     dword [esi], 0
        je      .number
        cmp     [esi], eax
        je      .known
        add     esi, 8
        jmp     .next
.known: mov     ecx, colon
        call    say
        mov     ecx, [esi + 4]
        jmp     say
.number:
        mov     edi, room + 16
        mov     byte [edi], 0
        mov     ebx, 10
.digit: xor     edx, edx
        div     ebx
        add     dl, 0x30
        dec     edi
        mov     [edi], dl
        test    eax, eax
        jnz     .digit
        mov     ecx, error_number
        call    say
        mov     ecx, edi
        jmp     say
.done:  ret

; A system call that must not fail.
must:   int     0x80
        test    eax, eax
        jnz     failed
        ret

; The decimal number at ESI, in EAX; ESI is behind it.
number: xor     eax, eax
        xor     ecx, ecx
.digit: mov     cl, [esi]
        sub     cl, 0x30
        cmp     cl, 9
        ja      .done
        lea     eax, [eax + eax * 4]
        lea     eax, [ecx + eax * 2]
        inc     esi
        jmp     .digit
.done:  ret

; The length of the text at ECX, in EDX.
length: mov     edx, -1
.count: inc     edx
        cmp     byte [ecx + edx], 0
        jne     .count
        ret

; Writes the text at ECX to standard error.
say:    call    length
        mov     ebx, 2
        mov     eax, 4                  ; write
        int     0x80
        ret

slash:          db 0x2F, 0
urandom:        db "/dev/urandom", 0
nothing:        db 0
line_end:       db 10, 0
colon:          db ": ", 0
error_number:   db ": error ", 0
absent:         db ": there is no such command", 0
unusable:       db ": cannot be started", 0
unready:        db ": cannot be made ready for the container", 0

; Errors of Linux (include/uapi/asm-generic/errno-base.h, errno.h), and what they mean here.
${reasonTable()}
file_end:

; Behind the file: two strings of the kernel's longest length fit.
error           equ file_end
environment     equ file_end + 4
subject         equ file_end + 8
value           equ file_end + 12
room            equ file_end + 16
room_end        equ room + 0x50000
`;

/** The program's file. */
export function enterProgram(): Uint8Array {
  return assemble(source).bytes;
}
