/** Name and description of each command; the name is also that of the label `command_NAME`. */
const commandTexts = {
  help: 'this list',
  uptime: 'time since the start, by timer interrupts',
  mem: 'memory as the loader reported it',
  cpu: 'what CPUID says',
  bench: 'bench [ROUNDS]: sieve of Eratosthenes, timed',
  fault: 'touch a page that is not there, and have it put in place',
  echo: 'echo TEXT: print the text',
  reboot: 'reset through the keyboard controller',
  poweroff: 'power off through ACPI (so does Ctrl-D)',
};

const NAME_COLUMN = 10;
const entries = Object.keys(commandTexts)
  .map((name) => `        dd name_${name}, command_${name}, help_${name}\n`)
  .join('');
const texts = Object.entries(commandTexts)
  .map(([name, text]) => {
    const padding = ' '.repeat(NAME_COLUMN - name.length);
    return `name_${name}: db '${name}', 0\nhelp_${name}: db '${padding}${text}', 13, 10, 0\n`;
  })
  .join('');

/** The commands: entered with what follows the name at ESI, they return to the prompt. */
export const commands = `
command_help:
        mov     ebx, commands
.next:  mov     esi, [ebx]
        test    esi, esi
        jz      .done
        call    put_text
        mov     esi, [ebx + 8]
        call    put_text
        add     ebx, 12
        jmp     .next
.done:  ret

command_uptime:
        mov     esi, text_up
        call    put_text
        mov     eax, [ticks]
        xor     edx, edx
        mov     ebx, TICK_HZ
        div     ebx
        call    put_decimal
        mov     al, '.'
        call    put_byte
        mov     eax, edx
        aam
        add     eax, '00'
        xchg    al, ah
        call    put_byte
        mov     al, ah
        call    put_byte
        mov     esi, text_seconds
        jmp     put_text

; The loader's information lies in low memory, which is mapped at its own address.
command_mem:
        mov     ebp, [multiboot_info]
        mov     eax, [ebp + 4]
        call    put_decimal
        mov     esi, text_low
        call    put_text
        mov     eax, [ebp + 8]
        call    put_decimal
        mov     esi, text_high
        call    put_text
        test    dword [ebp], 1 << 6
        jz      .done
        mov     ebx, [ebp + 48]
        mov     edi, [ebp + 44]
        add     edi, ebx
.range: cmp     ebx, edi
        jae     .done
        mov     eax, [ebx + 4]
        call    put_hexadecimal
        mov     al, '-'
        call    put_byte
        mov     eax, [ebx + 4]
        add     eax, [ebx + 12]
        dec     eax
        call    put_hexadecimal
        mov     esi, text_usable
        cmp     dword [ebx + 20], 1
        je      .kind
        mov     esi, text_reserved
.kind:  call    put_text
        add     ebx, [ebx]
        add     ebx, 4
        jmp     .range
.done:  ret

command_cpu:
        xor     eax, eax
        cpuid
        mov     [brand], ebx
        mov     [brand + 4], edx
        mov     [brand + 8], ecx
        mov     byte [brand + 12], 0
        mov     esi, brand
        call    put_text
        mov     eax, 1
        cpuid
        push    edx
        mov     esi, text_signature
        call    put_text
        call    put_hexadecimal
        mov     esi, text_features
        call    put_text
        pop     eax
        call    put_hexadecimal
        call    put_line_end
        mov     eax, 0x80000000
        cpuid
        cmp     eax, 0x80000004
        jb      .done
        mov     edi, brand
        mov     ebp, 0x80000002
.next:  mov     eax, ebp
        cpuid
        stosd
        mov     eax, ebx
        stosd
        mov     eax, ecx
        stosd
        mov     eax, edx
        stosd
        inc     ebp
        cmp     ebp, 0x80000005
        jb      .next
        mov     byte [edi], 0
        mov     esi, brand
        call    skip_spaces
        call    put_text
        jmp     put_line_end
.done:  ret

SIEVE_SIZE equ 0x40000
DEFAULT_ROUNDS equ 100

command_bench:
        call    read_decimal
        test    eax, eax
        jnz     .start
        mov     eax, DEFAULT_ROUNDS
.start: mov     ebp, eax
        push    eax
        push    dword [ticks]
.round: call    sieve_round
        dec     ebp
        jnz     .round
        mov     ebx, eax
        mov     eax, [ticks]
        pop     edx
        sub     eax, edx
        imul    ecx, eax, 1000 / TICK_HZ
        pop     eax
        call    put_decimal
        mov     esi, text_rounds
        call    put_text
        mov     eax, SIEVE_SIZE
        call    put_decimal
        mov     esi, text_with
        call    put_text
        mov     eax, ebx
        call    put_decimal
        mov     esi, text_primes
        call    put_text
        mov     eax, ecx
        call    put_decimal
        mov     esi, text_milliseconds
        jmp     put_text

; EAX: number of primes below SIEVE_SIZE. A byte for each number: 1 if it is prime.
sieve_round:
        mov     edi, sieve
        mov     ecx, SIEVE_SIZE / 4
        mov     eax, 0x01010101
        rep stosd
        mov     word [sieve], 0
        mov     ecx, 2
.factor:
        mov     edx, ecx
        imul    edx, ecx
        cmp     edx, SIEVE_SIZE
        jae     .count
        cmp     byte [sieve + ecx], 0
        je      .next
.strike:
        mov     byte [sieve + edx], 0
        add     edx, ecx
        cmp     edx, SIEVE_SIZE
        jb      .strike
.next:  inc     ecx
        jmp     .factor
.count: xor     eax, eax
        xor     ecx, ecx
.add:   movzx   edx, byte [sieve + ecx]
        add     eax, edx
        inc     ecx
        cmp     ecx, SIEVE_SIZE
        jb      .add
        ret

; EAX: the decimal number at ESI, 0 if there is none; ESI after it.
read_decimal:
        xor     eax, eax
        xor     edx, edx
.next:  mov     dl, [esi]
        sub     dl, '0'
        cmp     dl, 9
        ja      .done
        lea     eax, [eax + eax * 4]
        lea     eax, [edx + eax * 2]
        inc     esi
        jmp     .next
.done:  ret

command_fault:
        mov     eax, 0x12345678
        mov     [DEMAND + 8], eax
        mov     esi, text_page_holds
        call    put_text
        mov     eax, [DEMAND + 8]
        call    put_hexadecimal
        mov     dword [demand_table], 0
        invlpg  [DEMAND]
        jmp     put_line_end

command_echo:
        call    put_text
        jmp     put_line_end

KEYBOARD_STATUS equ 0x64
INPUT_FULL equ 2
PULSE_RESET equ 0xFE

command_reboot:
        mov     ecx, 0x10000
.wait:  in      al, KEYBOARD_STATUS
        test    al, INPUT_FULL
        loopnz  .wait
        mov     al, PULSE_RESET
        out     KEYBOARD_STATUS, al
        jmp     wait_for_the_end

command_poweroff:
        mov     edx, POWER_OFF_PORT
        mov     eax, POWER_OFF_VALUE
        out     dx, ax
; The machine goes on if there is nothing behind the port: then so does the shell.
wait_for_the_end:
        mov     ebx, [ticks]
        add     ebx, TICK_HZ
.wait:  hlt
        cmp     [ticks], ebx
        js      .wait
        mov     esi, text_still_here
        jmp     put_text

        align 4
commands:
${entries}        dd 0
${texts}
text_up:        db 'up ', 0
text_seconds:   db ' seconds', 13, 10, 0
text_low:       db ' KB below 1 MB, ', 0
text_high:      db ' KB above', 13, 10, 0
text_usable:    db ' usable', 13, 10, 0
text_reserved:  db ' reserved', 13, 10, 0
text_signature: db ', signature ', 0
text_features:  db ', features ', 0
text_rounds:    db ' rounds of the sieve to ', 0
text_with:      db ' with ', 0
text_primes:    db ' primes: ', 0
text_milliseconds: db ' ms', 13, 10, 0
text_page_holds: db 'the page is there now and holds ', 0
text_still_here: db 'The machine did not react.', 13, 10, 0
`;
