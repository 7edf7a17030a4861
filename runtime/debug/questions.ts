import type { Checks } from '../../translator/opt/pipeline.ts';
import type { SymbolList } from './symbols.ts';

/**
 * Questions of an inspector to a running machine, and their answers: plain data that crosses isolates and sockets. Addresses are
 * unsigned.
 */
export interface Questions {
  /** The translations in the cache now. */
  translations(): TranslationInfo[];
  /** The first of those that cover a linear address (`covering`). */
  translation(linear: number): TranslationDetail | null;
  /**
   * The translations that cover a linear address: those of the page that is mapped there now first, of these one that
   * starts there, then the others by executions, most first.
   */
  covering(linear: number): TranslationInfo[];
  /** The translation whose first byte is at a physical address, under a state key. */
  translationIn(physical: number, key: number): TranslationDetail | null;
  /** The code at a linear address as a translation would see it now; null: nothing is mapped there. */
  code(linear: number): CodeSnapshot | null;
  stats(): TranslationStats;
  traps(): TrapReport;
  exits(): ExitReport;
  tlb(): TlbReport;
  memory(): EngineMemory;
  /** One more looks (true) or one less. While somebody does, executions, exits and traps by place are counted. */
  watch(looks: boolean): void;
  /** Counts each instruction of the translation at a linear address from now on; false if there is none. */
  countInstructions(linear: number): boolean;
  /** Events of the cache since the one with this number, while somebody looked. */
  events(since: number): EventBatch;
  /**
   * Recompiles the translations in the cache with the names of exported files (a folder's URL, and for each, by `physical key`,
   * a name and its source map's URL, as seen from there), so that debuggers find their source maps; the number of them.
   */
  install(folder: string, files: readonly MappedFile[]): number;
  /** Names for what is translated from now on; the number of them. */
  symbols(list: SymbolList): number;
}

/** A translation's place, its file, and the URL of that file's source map. */
export type MappedFile = readonly [place: string, file: string, map: string];

export type QuestionName = keyof Questions;

type Check = (value: unknown) => boolean;

const isNumber: Check = (value) => Number.isSafeInteger(value);
const isAddress: Check = (value) => isNumber(value) && (value as number) >>> 0 === value;
const isFlag: Check = (value) => typeof value === 'boolean';
/** A piece of a URL: it cannot end the comment that names a function's file. */
const isName: Check = (value) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value);
const isPlace: Check = (value) =>
  Array.isArray(value) && typeof value[0] === 'string' && isName(value[1]) && isName(value[2]);
const isListOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const isSymbolList: Check = (value) => {
  const { addresses, names } = (value ?? {}) as Partial<SymbolList>;
  const isList = isListOf(isAddress)(addresses) && isListOf((name) => typeof name === 'string')(names);
  return isList && addresses!.length === names!.length;
};

/** Parameters of each question. */
const parameters: Readonly<Record<QuestionName, readonly Check[]>> = {
  translations: [],
  translation: [isAddress],
  covering: [isAddress],
  translationIn: [isAddress, isNumber],
  code: [isAddress],
  stats: [],
  traps: [],
  exits: [],
  tlb: [],
  memory: [],
  watch: [isFlag],
  countInstructions: [isAddress],
  events: [isNumber],
  install: [isName, isListOf(isPlace)],
  symbols: [isSymbolList],
};

/** Whether something from outside is a question's name. */
export function isQuestion(name: unknown): name is QuestionName {
  return typeof name === 'string' && Object.hasOwn(parameters, name);
}

/** Whether arguments from outside are what a question takes. */
export function takes(name: QuestionName, args: readonly unknown[]): boolean {
  return args.length === parameters[name].length && parameters[name].every((check, n) => check(args[n]));
}

/**
 * Ways out of a translation.
 * transfer: straight to a translation, another one or itself. direct: to other code known when it was made. indirect: to other
 * code that AT found. return: to the caller. dispatcher: attention was asked for, or code is not known yet. slow: an instruction
 * was run by its handler (TLB miss, segment check). trap: the same for a sensitive one after which the region doesn't go on.
 * fault: the guest faulted.
 */
export type ExitKind = 'transfer' | 'direct' | 'indirect' | 'return' | 'dispatcher' | 'slow' | 'trap' | 'fault';
/** How often something was left, by the way it was. */
export type ExitCounts = Readonly<Record<ExitKind, number>>;

/** One translation in the cache. */
export interface TranslationInfo {
  /** Physical address of its first instruction. */
  readonly physical: number;
  /** EIP of its first instruction; it changes where its page is moved. */
  readonly eip: number;
  /** Linear address of its first instruction; it changes like `eip`. */
  readonly linear: number;
  /** State key (translator/abi/key.ts). */
  readonly key: number;
  /** Name of its function. */
  readonly name: string;
  /** Kind of translation; there is one kind. */
  readonly tier: 'region';
  /** Guest bytes that it was made from. */
  readonly bytes: number;
  /** Basic blocks that these bytes are. */
  readonly blocks: number;
  /** Instructions that these bytes are. */
  readonly instructions: number;
  /** Size of its JavaScript. */
  readonly characters: number;
  /** Places outside that it may go to. */
  readonly links: number;
  /** Times it was entered since somebody looks; null: nobody did. */
  readonly executions: number | null;
  /** How often it was left in each way, since somebody looks; null: nobody did. */
  readonly exits: ExitCounts | null;
  /** Earlier translations of the same code that were dropped since somebody looks, by cause. */
  readonly invalidations: Readonly<Record<string, number>>;
}

/** One translation with its text and what it was made from. */
export interface TranslationDetail {
  /** The cache's information about it. */
  readonly info: TranslationInfo;
  /** The function's text. */
  readonly text: string;
  /** EIPs of the places outside that it may go to. */
  readonly links: readonly number[];
  /** The guest code that it was made from. */
  readonly code: CodeSnapshot;
  /** By address: times each instruction has run, if they are counted (`countInstructions`). */
  readonly counts: readonly (readonly [eip: number, runs: number])[] | null;
}

/** A page of code, and what the translator knows of it. */
export interface CodeSnapshot {
  /** EIP asked for. */
  readonly eip: number;
  /** EIPs by which the translation may be entered; `eip` alone of what is none. */
  readonly entries: readonly number[];
  /** Linear address asked for. */
  readonly linear: number;
  /** Its physical address. */
  readonly physical: number;
  /** State key (translator/abi/key.ts). */
  readonly key: number;
  /** Base and limit of CS. */
  readonly segment: {
    /** Linear address of the segment's first byte. */
    readonly base: number;
    /** The last offset that is in the segment. */
    readonly limit: number;
  };
  /** EIP of the page's first byte. */
  readonly pageEip: number;
  /** The page's bytes in hexadecimal. */
  readonly bytes: string;
  /** Offsets in the page of instructions that have run, of a translation those of its blocks; null: nothing is known. */
  readonly hasRun: readonly number[] | null;
  /** Where indirect jumps have gone. */
  readonly targets: readonly (readonly [eip: number, targets: readonly number[]])[];
  /** The processor's features, by name. */
  readonly features: readonly string[];
  /** How much is translated together. */
  readonly limits: {
    /** Blocks at most. */
    readonly blocks: number;
    /** Instructions at most. */
    readonly instructions: number;
  };
  /** Assumptions that the translation is based on. */
  readonly assumptions: {
    /** Whether accesses share checks, so that several are taken to lie in one page, or have one each. */
    readonly checks: Checks;
    /** X87 precision control: bits 8 and 9 of the control word, inverted. */
    readonly precision: number;
    /** Offsets in the page of instructions whose accesses are not taken to be aligned. */
    readonly misaligned: readonly number[];
    /** Offsets in the page of instructions whose accesses are not taken to be in the TLB. */
    readonly missing: readonly number[];
    /** Offsets in the page of functions that are taken to call themselves deeper than calls may be nested. */
    readonly recursive: readonly number[];
  };
  /** How its JavaScript is printed. */
  readonly options: {
    /** The end of the function's name. */
    readonly suffix: string;
    /** Size of the machine's memory. */
    readonly memoryBytes: number;
    /** Whether it looks at the attention word, or counts instructions or jumps. */
    readonly pacing: 'poll' | 'budget' | 'jumps';
    /** Calls that may be nested in each other. */
    readonly callDepth: number;
    /** Number of records that the tables have room for: it decides where in the tables each one begins. */
    readonly records: number;
  };
}

/** Totals. */
export interface TranslationStats {
  /** Translations in the cache now. */
  readonly translations: number;
  /** Guest instructions in them. */
  readonly instructions: number;
  /** Instructions of all translations, each counted once however many translations contain it. */
  readonly differentInstructions: number;
  /** Guest bytes in them. */
  readonly bytes: number;
  /** Size of their JavaScript. */
  readonly characters: number;
  /** Code pages that are known. */
  readonly pages: number;
  /** Decoded instructions that are known. */
  readonly nodes: number;
  /** Translations made since the machine was made. */
  readonly translated: number;
  /** Instructions decoded since the machine was made. */
  readonly decoded: number;
  /** Handlers compiled for the interpreter. */
  readonly handlers: number;
  /** Code that was dropped since the machine was made, by cause. */
  readonly invalidation: Readonly<Record<string, number>>;
  /** Times that control came back to the dispatcher, by cause. */
  readonly dispatcher: Readonly<Record<string, number>>;
  /** Walks of page tables. */
  readonly walks: number;
  /** The machine's time in nanoseconds. */
  readonly time: number;
  /** Whether somebody looks, so that executions and exits are counted. */
  readonly watched: boolean;
}

/** A place in guest code, with what has been counted there. */
export interface Place {
  /** With the key it tells places apart: code may be moved to another linear address. */
  readonly physical: number;
  readonly linear: number;
  readonly key: number;
  readonly text: string;
  readonly kind: string;
  readonly count: number;
}

export interface TrapReport {
  /** Since the machine was made, by helper. */
  readonly kinds: readonly { readonly name: string; readonly count: number }[];
  /** Since somebody looks. */
  readonly places: readonly Place[];
}

export interface ExitReport {
  /** Since the machine was made. */
  readonly dispatcher: Readonly<Record<string, number>>;
  /** Since somebody looks, in all translations. */
  readonly kinds: ExitCounts;
  readonly places: readonly Place[];
}

export interface TlbReport {
  /** Pages with an entry, and valid entries of each kind. */
  readonly pages: number;
  readonly entries: Readonly<Record<'readSupervisor' | 'writeSupervisor' | 'readUser' | 'writeUser' | 'code', number>>;
  readonly walks: number;
  /** Runs of pages that are mapped one after the other with the same rights. */
  readonly ranges: readonly TlbRange[];
}

export interface TlbRange {
  readonly linear: number;
  /** Physical address (of the buffer: ROM is after RAM). */
  readonly physical: number;
  readonly pages: number;
  /** `rw` for the supervisor, then for the user; `x` if code of it is known. */
  readonly rights: string;
}

/** Memory of the engine itself: numbers of things, and bytes where they are known. */
export interface EngineMemory {
  readonly bytes: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
}

/** Something that happened in the cache. `time`: of the machine, in nanoseconds. */
export type CacheEvent =
  | { readonly type: 'translate'; readonly time: number; readonly translation: TranslationInfo }
  | ({ readonly type: 'invalidate' | 'evict'; readonly time: number } & DropInfo);

/** Code that was dropped, and why. */
export interface DropInfo {
  /** Why it was dropped. */
  readonly cause: string;
  /** Physical address of what was written. */
  readonly physical: number;
  /** Length of what was written. */
  readonly bytes: number;
  /** Decoded instructions that went. */
  readonly nodes: number;
  /** Translations that went. */
  readonly translations: readonly TranslationInfo[];
}

export interface EventBatch {
  readonly events: readonly CacheEvent[];
  /** Number to ask with next time. */
  readonly next: number;
  /** Events that were forgotten before they could be told. */
  readonly lost: number;
}
