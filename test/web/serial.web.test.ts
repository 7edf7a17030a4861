import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { floppy, LONG, screenText, usePage } from '../support/web/page.ts';

/** A boot sector that sends a greeting on COM2, and then back what comes there. */
const secondPort = floppy(`
        bits    16
        org     0x7C00
        mov     si, text
.next:  lodsb
        test    al, al
        jz      .echo
        call    send
        jmp     .next
.echo:  mov     dx, 0x2FD
        in      al, dx
        test    al, 1
        jz      .echo
        mov     dx, 0x2F8
        in      al, dx
        call    send
        jmp     .echo
send:   push    ax
        mov     dx, 0x2FD
.busy:  in      al, dx
        test    al, 0x20
        jz      .busy
        pop     ax
        mov     dx, 0x2F8
        out     dx, al
        ret
text:   db      'on COM2> ', 0
        times   510 - ($ - $$) db 0
        dw      0xAA55
`);

describe.skipIf(noBrowser !== '')(`serial ports in Chromium${noBrowser}`, () => {
  const inPage = usePage({ '/second.img': secondPort });

  test('each have a terminal, whose tab says when something has come', () =>
    inPage('#fda=second.img&memory=16&run', async (page) => {
      await screenText(page).filter({ hasText: 'Booting from floppy A' }).waitFor(LONG);
      await page.getByRole('tab', { name: 'Serial' }).click();
      const second = page.getByRole('tab', { name: 'COM2' });
      await expect.poll(() => second.getAttribute('class'), LONG).toContain('unseen');
      await second.click();
      expect(await second.getAttribute('class')).not.toContain('unseen');
      const terminal = page.getByRole('tabpanel', { name: 'COM2' }).locator('.xterm-rows');
      await terminal.filter({ hasText: 'on COM2>' }).waitFor(LONG);
      await page.keyboard.type('typed');
      await terminal.filter({ hasText: 'on COM2> typed' }).waitFor(LONG);
      await second.focus();
      await page.keyboard.press('ArrowLeft');
      expect(await page.getByRole('tab', { name: 'COM1' }).getAttribute('aria-selected')).toBe('true');
      expect(await terminal.isVisible()).toBe(false);
    }));
});
