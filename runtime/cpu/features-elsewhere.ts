import { namedChange } from './feature-changes.ts';

/**
 * Features by QEMU's names (target/i386/cpu.c) that no bit of CPUID tells of here: those of VMX and of the processor's
 * architecture stand in MSRs, those of KVM and SGX in leaves that there are not. No processor here has one.
 */
const names: ReadonlySet<string> = new Set([
  ...named(
    '',
    'full-width-write ibrs-all kvmclock kvmclock-stable-bit mds-no pcommit pschange-mc-no rdctl-no rsba ' +
      'skip-l1dfl-vmentry split-lock-detect ssb-no taa-no tsx-ctrl',
  ),
  ...named(
    'kvm-',
    'asyncpf asyncpf-int hint-dedicated mmu msi-ext-dest-id nopiodelay poll-control pv-eoi pv-ipi ' +
      'pv-sched-yield pv-tlb-flush pv-unhalt steal-time',
  ),
  ...named('sgx-', 'debug exinfo kss mode64 provisionkey tokenkey'),
  ...named(
    'vmx-',
    'activity-hlt activity-shutdown activity-wait-sipi apicv-register apicv-vid apicv-x2apic apicv-xapic ' +
      'cr3-load-noexit cr3-store-noexit cr8-load-exit cr8-store-exit desc-exit encls-exit entry-ia32e-mode ' +
      'entry-load-bndcfgs entry-load-efer entry-load-pat entry-load-perf-global-ctrl entry-load-pkrs ' +
      'entry-load-rtit-ctl entry-noload-debugctl ept ept-1gb ept-2mb ept-advanced-exitinfo ept-execonly eptad ' +
      'eptp-switching exit-ack-intr exit-clear-bndcfgs exit-clear-rtit-ctl exit-load-efer exit-load-pat ' +
      'exit-load-perf-global-ctrl exit-load-pkrs exit-nosave-debugctl exit-save-efer exit-save-pat ' +
      'exit-save-preemption-timer flexpriority hlt-exit ins-outs intr-exit invept invept-all-context ' +
      'invept-single-context invept-single-context-noglobals invlpg-exit invpcid-exit invvpid ' +
      'invvpid-all-context invvpid-single-addr io-bitmap io-exit monitor-exit movdr-exit msr-bitmap mtf ' +
      'mwait-exit nmi-exit page-walk-4 page-walk-5 pause-exit ple pml posted-intr preemption-timer rdpmc-exit ' +
      'rdrand-exit rdseed-exit rdtsc-exit rdtscp-exit secondary-ctls shadow-vmcs store-lma true-ctls tsc-offset ' +
      'tsc-scaling unrestricted-guest vintr-pending vmfunc vmwrite-vmexit-fields vnmi vnmi-pending vpid ' +
      'wbinvd-exit xsaves zero-len-inject',
  ),
]);

function named(prefix: string, texts: string): string[] {
  return texts.split(' ').map((name) => prefix + name);
}

/** Changes of a model, such as `+nx` or `nx=on`: those of features that CPUID can tell of, and names of others that are added. */
export interface SplitChanges {
  readonly changes: readonly string[];
  readonly elsewhere: readonly string[];
}

/** Sets apart what no processor here can have. */
export function splitChanges(texts: readonly string[]): SplitChanges {
  const added = new Map<string, boolean>();
  const changes = texts.filter((text) => {
    const change = namedChange(text);
    if (!change || !names.has(change.name)) return true;
    added.set(change.name, change.on);
    return false;
  });
  return { changes, elsewhere: [...added].filter(([, isOn]) => isOn).map(([name]) => name) };
}
