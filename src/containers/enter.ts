import { assemble } from '../../runtime/firmware/assembler/index.ts';

/**
 * A static program for Linux on i386 that starts a container's process:
 *
 *     enter ROOT USER GROUP GROUPS DIRECTORY COMMAND [ARGUMENT…]
 *
 * It becomes the leader of a session, takes its standard input for its terminal if that is one, has all signals do what they do by default, changes its root, its
 * further groups (numbers with commas), its directory, its group and user, and becomes the command, which is looked for in PATH as
 * execvp(3) does. Where that fails it ends with Docker's codes: 127 if there is no such command, 126 for all else.
 *
 * Busybox has no applet that does this in one process, and none of its applets is there when the root has changed. System calls: by int 80h,
 * arch/x86/entry/syscalls/syscall_32.tbl of Linux.
 */
const source = `
bits 32
org 0x08048000

SIG_DFL         equ 0
TIOCSCTTY       equ 0x540E
EACCES          equ 13
ENOENT          equ 2
NOT_FOUND       equ 127
CANNOT_START    equ 126

; Where the arguments are, from the stack pointer at the start on.
ROOT            equ 8
USER            equ 12
GROUP           equ 16
GROUPS          equ 20
DIRECTORY       equ 24
COMMAND         equ 28

; ELF header and one program header (System V ABI, chapters 4 and 5): the whole file, and room behind it.
file:   db 0x7F, 0x45, 0x4C, 0x46, 1, 1, 1, 0
        times 8 db 0
        dw 2, 3
        dd 1, start, 52, 0, 0
        dw 52, 32, 1, 40, 0, 0
        dd 1, 0, file, file, file_end - file, room_end - file, 7, 0x1000

start:  mov     ebp, esp
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

        mov     ebx, [ebp + ROOT]
        mov     eax, 61                 ; chroot
        call    must
        mov     esi, [ebp + GROUPS]
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
        mov     eax, [ebp]
        lea     edx, [ebp + eax * 4 + 8]
        mov     esi, [ebp + COMMAND]
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
        mov     eax, 11                 ; execve
        int     0x80
        cmp     eax, -EACCES
        jne     .after
        mov     dword [denied], 1
.after: cmp     byte [esi], 0
        jne     .next
        cmp     dword [denied], 0
        je      missing
        jmp     refused

.direct:
        mov     ebx, [ebp + COMMAND]
        mov     eax, 11                 ; execve
        int     0x80
        cmp     eax, -ENOENT
        jne     refused
missing:
        mov     edx, absent
        mov     ebx, NOT_FOUND
        jmp     end
refused:
        mov     edx, unusable
        mov     ebx, CANNOT_START

; Says what is wrong with the command, and ends.
end:    push    ebx
        push    edx
        mov     ecx, [ebp + COMMAND]
        call    say
        pop     ecx
        call    say
        pop     ebx
        mov     eax, 1                  ; exit
        int     0x80

; A system call that must not fail.
must:   int     0x80
        test    eax, eax
        jnz     refused
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

; Writes the text at ECX to standard error.
say:    mov     edi, ecx
        xor     eax, eax
        mov     edx, -1
.count: inc     edx
        cmp     byte [ecx + edx], 0
        jne     .count
        mov     ebx, 2
        mov     eax, 4                  ; write
        int     0x80
        ret

absent:         db ": there is no such command", 10, 0
unusable:       db ": cannot be started", 10, 0
file_end:

; Behind the file: two strings of the kernel's longest length fit.
denied equ file_end
room equ file_end + 16
room_end equ room + 0x50000
`;

/** The program's file. */
export function enterProgram(): Uint8Array {
  return assemble(source).bytes;
}
