import { describe, expect, test } from 'vitest';
import { CodeContexts } from '../../../runtime/exec/code-contexts.ts';
import { Segment, Word } from '../../../translator/abi/state.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const state = new Int32Array(1024);

/** The context of code in a segment. */
function enter(contexts: CodeContexts, base: number) {
  state[Word.segmentBase + Segment.cs] = base;
  contexts.enter(state);
  return contexts.current;
}

/** Enters a context, in which code is found. */
function run(contexts: CodeContexts, base: number) {
  const context = enter(contexts, base);
  contexts.addPage();
  return context;
}

test('the same segment has the same context, while there is code of it or it is the current one', () => {
  const contexts = new CodeContexts();
  const first = run(contexts, 0x100);
  const second = enter(contexts, 0x200);
  expect(contexts.size).toBe(1);
  expect(enter(contexts, 0x200)).toBe(second);
  expect(enter(contexts, 0x100)).toBe(first);
  contexts.deletePage(first);
  expect(contexts.size).toBe(0);
  expect(enter(contexts, 0x100)).toBe(first);
  contexts.addPage();
  enter(contexts, 0x200);
  expect(enter(contexts, 0x100)).toBe(first);
});

describe('segments whose first fetch faults leave no context', () => {
  const program = kernel(`
; Calls 300 code segments at other bases, where no page is mapped.
main:   call    paging_start
        mov     esi, gdt
        mov     edi, FREE
        mov     ecx, (gdt_end - gdt) / 4
        rep movsd
        mov     dword [FREE + 0x40], 0x0000FFFF
        mov     dword [FREE + 0x44], 0x40CF9A00
        lgdt    [.register]
        mov     dword [hook], .back
        mov     ecx, 300
.call:  push    ecx
        mov     [FREE + 0x42], cx
        mov     [saved_stack], esp
        jmp     0x40:0x800000
.next:  mov     esp, [saved_stack]
        pop     ecx
        loop    .call
        mov     eax, [log_end]
        jmp     exit
.back:  mov     dword [ebp + 40], .next
        mov     dword [ebp + 44], CODE
        ret
.register:
        dw      0x47
        dd      FREE
saved_stack:
        dd      0
`);
  test.each(variants)('$name', async (variant) => {
    const guest = new Guest(program, variant);
    endValue(guest);
    expect(guest.core.engine.dispatcher.metrics.faults).toBe(300);
    expect(guest.core.engine.graph.cache.size.contexts).toBeLessThan(5);
    await guest.dispose();
  });
});
