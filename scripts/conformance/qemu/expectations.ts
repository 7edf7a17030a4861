/** The expected differences of a program's output, or the reason why it cannot run here. */
export interface Expectation {
  /** Parts of the output that are not the same in any two runs; `all`: only the exit code counts. */
  readonly varies?: RegExp | 'all';
  /** Lines that may differ from the host's. */
  readonly mayDiffer?: RegExp;
  /** Said on the page of one that did not pass. */
  readonly failure?: string;
  /** Said on the page in any case. */
  readonly remark?: string;
}

const needs = (feature: string): Expectation => ({ failure: `needs ${feature}, which CPUID does not report` });

export const expectations: Readonly<Record<string, Expectation>> = {
  signals: { varies: 'all', remark: 'the order of threads, by exit code only' },
  testthread: { varies: 'all', remark: 'the order of threads, by exit code only' },
  'test-mmap': { varies: /addr=0x[0-9a-f]+/g, remark: 'without the addresses' },
  'test-i386': {
    mayDiffer: /^sh[lr]dw .* C=000000(1[1-9a-f]) /,
    remark: 'SHLD and SHRD of 16 bits by more than 16: undefined by Intel',
  },
  'test-i386-bmi2': needs('BMI2'),
  'test-i386-fisttp': needs('SSE3'),
  'test-i386-fp-exceptions': needs('SSE3'),
  'test-i386-pcmpistri': needs('SSE4.2'),
  'test-i386-sse-exceptions': needs('SSE4.1'),
  'test-i386-fprem': { remark: 'the first 500,000 bytes of its output' },
};
