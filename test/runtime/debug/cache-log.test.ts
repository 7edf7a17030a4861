import { afterEach, expect, test } from 'vitest';
import { Guest, type Variant } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const variant: Variant = {
  name: 'translator, counting',
  config: { engine: 'translator', icountShift: 3, icountSleep: false },
};
let guest: Guest;
afterEach(() => guest.dispose());

test('what happens in the cache is told while somebody looks, with its cause', () => {
  guest = new Guest(
    kernel(`
main:   mov     ecx, 40000
.call:  call    function
        loop    .call
        inc     dword [function + 1]
        jmp     main
function:
        mov     eax, 1
        ret
`),
    variant,
  );
  const { inspection } = guest.core;
  inspection.watch(true);
  guest.core.stopAt(400_000);
  guest.core.run(Infinity);
  const { events, next, lost } = inspection.events(0);
  expect({ next, lost }).toEqual({ next: events.length, lost: 0 });
  const address = guest.address('function');
  const made = events.find((event) => event.type === 'translate' && event.translation.linear === address);
  expect(made).toBeDefined();
  const dropped = events.flatMap((event) => (event.type === 'invalidate' ? [event] : []));
  expect(dropped[0]).toMatchObject({ cause: 'store', physical: address + 1, bytes: 4 });
  expect(dropped[0]!.translations.map(({ linear }) => linear)).toContain(address);
  const again = events.flatMap((event) => (event.type === 'translate' ? [event.translation] : []));
  expect(again.filter(({ linear }) => linear === address).map(({ invalidations }) => invalidations)).toEqual(
    expect.arrayContaining([{}, { store: 1 }]),
  );
  expect(inspection.events(next).events).toEqual([]);

  guest.core.reset();
  expect(inspection.events(next).events).toContainEqual(expect.objectContaining({ type: 'evict', cause: 'reset' }));
  inspection.watch(false);
  expect(inspection.events(0).events).toEqual([]);
});
