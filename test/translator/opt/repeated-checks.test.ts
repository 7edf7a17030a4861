import { describe, expect, test } from 'vitest';
import { deadStores } from '../../../translator/opt/dead-stores.ts';
import { repeatedChecks } from '../../../translator/opt/repeated-checks.ts';
import { linesOf, passText } from '../../support/ir-text.ts';

const given = 't0 = get eax\nt1 = get ebx\nd2 = get.double double60\nd3 = get.double double61';
const kept = (lines: string) => passText(repeatedChecks, `${given}\n${lines}`).slice(4);

describe('checks of a block', () => {
  test('are made once', () => {
    expect(kept('fault 6 if (t0 != 0)\nset ecx, t1\n-- @4\nfault 7 if (t0 != 0)\nfallback halt if (t0 != 0)')).toEqual(
      linesOf('fault 6 if (t0 != 0)\nset ecx, t1\n-- @4'),
    );
  });

  test('of several alternatives keep what is new', () => {
    const lines = 'fallback halt if ((t0 != 0) | (d2 ==. #0))\nfallback halt if (((t1 < 0) | (d2 ==. #0)) | (t0 != 0))';
    expect(kept(lines)).toEqual(linesOf('fallback halt if ((t0 != 0) | (d2 ==. #0))\nfallback halt if (t1 < 0)'));
  });

  test('exclude each alternative of a conjunction', () => {
    const first = 'fallback halt if ((fabs(d2) <=. #1) & ((d2 ==. #0) | (d3 ==. #0)))';
    expect(kept(`${first}\nfallback halt if ((fabs(d2) <=. #1) & (d3 ==. #0))`)).toEqual([first]);
    const other = 'fallback halt if (fabs(d2) <=. #1)';
    expect(kept(`${first}\n${other}`)).toEqual([first, other]);
  });

  test('that read flags, or stand in a body, stay', () => {
    const lines = 'fault 4 if cc0\nfault 4 if cc0\nwhen cc1 {\nfault 6 if (t0 != 0)\n}\nfault 6 if (t0 != 0)';
    expect(kept(lines)).toEqual(linesOf(lines));
  });
});

test('what a helper may look at in the state is stored', () => {
  const lines = `${given}\nset.double double60, d3\nt4 = compareDoubles(120)\nset word120, t4\nset word121, t4`;
  expect(passText(deadStores, lines)).toEqual(linesOf(lines));
});
