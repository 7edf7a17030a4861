import type { HelperName, TrapName } from '../abi/helpers.ts';
import { registerNames } from '../abi/state.ts';
import {
  binaryOps,
  type FlagKind,
  type IndirectKind,
  unaryOps,
  type ValueOp,
  windowNames,
  type X87Name,
} from './operations.ts';
import {
  type Accessed,
  type AccessKind,
  type Block,
  define,
  make,
  type Statement,
  statement,
  type View,
} from './statement.ts';
import {
  call,
  choice,
  codeAddress,
  condition,
  constant,
  type FieldName,
  field,
  flagsImage,
  operation,
  realConstant,
  temporary,
  type Value,
} from './value.ts';

const TOKEN =
  /\s*(->|>>>|<<|>>|(?:[-+*/<]|<=|==)\.|<=u|<u|<=|==|!=|0x[0-9a-f]+|@[0-9a-f]+|#[-+.\w]+|-?\d+|\$?[A-Za-z_]\w*(?:\.\w+)?|[-+*&|^<>?:(){}[\],=])/y;

/** Reads the text that print.ts writes; for tests, which write IR as text. Throws an Error that names the line. */
export function parseBlocks(text: string): Block[] {
  return new Parser(text).blocks();
}

class Parser {
  readonly #lines: string[];
  #at = 0;
  #tokens: string[] = [];
  #position = 0;

  constructor(text: string) {
    this.#lines = text.split('\n').map((line) => line.trim());
  }

  blocks(): Block[] {
    const blocks: Block[] = [];
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at++];
      if (line === '') continue;
      const match = /^block 0x([0-9a-f]+)$/.exec(line);
      if (!match) throw this.#error('expected "block 0x…"');
      const statements = this.#statements(/^block /);
      const instructions = statements.filter((s) => s.op === 'instruction').map((s) => s.args[0].number);
      blocks.push({ eip: Number.parseInt(match[1], 16) | 0, statements, instructions });
    }
    return blocks;
  }

  /** Statements up to a line that matches `end`, which stays unread. */
  #statements(end: RegExp): Statement[] {
    const list: Statement[] = [];
    for (; this.#at < this.#lines.length && !end.test(this.#lines[this.#at]); ) {
      const line = this.#lines[this.#at++];
      if (line !== '') list.push(this.#statement(line));
    }
    return list;
  }

  #statement(line: string): Statement {
    this.#tokenize(line);
    if (line.startsWith('-- ')) {
      const [, digits, name = ''] = line.split(/^-- @| /);
      return make.instruction(codeAddress(Number.parseInt(digits, 16)), name === 'misaligned' ? 'any' : 'natural');
    }
    const definition = /^[td](\d+) = (get|load|segment|window|x87)?/.exec(line);
    if (definition) {
      this.#position = 2;
      return define(Number(definition[1]), this.#definition(definition[2]));
    }
    return this.#effect(this.#next());
  }

  #definition(op: string | undefined): Statement {
    if (op === undefined) return make.let(this.#value());
    const word = this.#next();
    if (op === 'x87') return make.x87(this.#next() as X87Name, this.#values());
    if (op === 'get') return make.get(this.#word(), viewOf(word));
    if (op === 'load') return statement('load', this.#values(), accessed(word));
    const [, name, digits] = /^\w+\.([A-Za-z]+)(\d+)$/.exec(word)!;
    const size = Number(digits);
    if (op === 'segment') return statement('segment', this.#values(), { size, access: name as AccessKind });
    const parts = windowNames.get(name);
    if (!parts) throw this.#error(`unknown window "${name}"`);
    return statement('window', this.#values(), { ...parts, size });
  }

  #effect(word: string): Statement {
    switch (word) {
      case 'set':
      case 'set.double':
      case 'set.single': {
        const target = this.#word();
        this.#expect(',');
        return make.set(target, this.#value(), viewOf(word));
      }
      case 'flags': {
        const kind = this.#next();
        return make.flags(kind.replace(/\d+$/, '') as FlagKind, bits(kind) / 8, this.#values());
      }
      case 'when':
        return this.#conditional();
      case 'fault': {
        const vector = Number(this.#next());
        this.#expect('if');
        return make.fault(vector, this.#value());
      }
      case 'escape':
        return make.escape(this.#tokens[this.#position] === 'wait');
      case 'x87':
        return make.x87(this.#next() as X87Name, this.#values());
      case 'fallback':
        return this.#fallback();
      case 'exit': {
        const target = this.#value();
        this.#expect('if');
        return make.exitIf(this.#value(), target);
      }
      case 'jump':
      case 'call':
      case 'fall':
      case 'missed':
      case 'resume':
        return make.jump(word, ...this.#values());
      case 'indirect':
        return make.indirect(this.#next() as IndirectKind, ...this.#values());
      case 'trap':
        return make.trap(this.#next() as TrapName, this.#values());
      case 'branch':
        return statement('branch', this.#values());
      default:
        return this.#memory(word);
    }
  }

  #memory(word: string): Statement {
    const match = /^(store|probe)(\d+|\.double|\.single)$/.exec(word);
    if (!match) throw this.#error(`unknown statement "${word}"`);
    return statement(match[1] as 'store' | 'probe', this.#values(), accessed(word));
  }

  #fallback(): Statement {
    const helper = this.#next() as TrapName;
    const args: Value[] = [];
    while (this.#tokens[this.#position] !== 'if') {
      args.push(this.#value());
      if (this.#tokens[this.#position] === ',') this.#position++;
    }
    this.#position++;
    return make.fallback(this.#value(), helper, args);
  }

  #conditional(): Statement {
    const condition = this.#value();
    this.#expect('{');
    const body = this.#statements(/^}$/);
    this.#at++;
    return make.when(condition, body);
  }

  #values(): Value[] {
    const list: Value[] = [];
    while (this.#position < this.#tokens.length) {
      list.push(this.#value());
      if (this.#tokens[this.#position] === ',') this.#position++;
    }
    return list;
  }

  #word(): Value {
    if (this.#tokens[this.#position] === '[') {
      this.#position++;
      const value = this.#value();
      this.#expect(']');
      return value;
    }
    const name = this.#next();
    const index = registerNames.indexOf(name);
    return constant(index >= 0 ? index : Number(/\d+$/.exec(name)?.[0]));
  }

  #value(): Value {
    const token = this.#next();
    if (token === '(') return this.#parenthesised();
    if (/^(0x|-?\d)/.test(token)) return constant(Number(token));
    if (token.startsWith('@')) return codeAddress(Number.parseInt(token.slice(1), 16));
    if (token.startsWith('$')) return field(token.slice(1) as FieldName);
    if (token.startsWith('#')) return realConstant(Number(token.slice(1)));
    if (/^[td]\d+$/.test(token)) return temporary(Number(token.slice(1)), token[0] === 'd' ? 'real' : 'integer');
    if (/^cc\d+$/.test(token)) return condition(Number(token.slice(2)));
    return this.#call(token);
  }

  #parenthesised(): Value {
    const left = this.#value();
    const sign = this.#next();
    const right = this.#value();
    if (sign === '?') {
      this.#expect(':');
      const other = this.#value();
      this.#expect(')');
      return choice(left, right, other);
    }
    const op = binaryOps.get(sign);
    if (!op) throw this.#error(`unknown operator "${sign}"`);
    this.#expect(')');
    return operation(op, left, right);
  }

  #call(name: string): Value {
    this.#expect('(');
    const args: Value[] = [];
    while (this.#tokens[this.#position] !== ')') {
      args.push(this.#value());
      if (this.#tokens[this.#position] === ',') this.#position++;
    }
    this.#expect(')');
    if (unaryOps.has(name)) return operation(name as ValueOp, args[0]);
    if (name === 'flags') return flagsImage();
    return call(name as HelperName, args[0] ?? null, args[1] ?? null, args[2] ?? null);
  }

  #tokenize(line: string): void {
    this.#tokens = [];
    this.#position = 0;
    if (line.startsWith('-- ')) return;
    const pattern = new RegExp(TOKEN);
    while (pattern.lastIndex < line.length) {
      const match = pattern.exec(line);
      if (!match) throw this.#error('unexpected character');
      this.#tokens.push(match[1]);
    }
  }

  #next(): string {
    const token = this.#tokens[this.#position++];
    if (token === undefined) throw this.#error('unexpected end of line');
    return token;
  }

  #expect(token: string): void {
    if (this.#next() !== token) throw this.#error(`expected "${token}"`);
  }

  #error(message: string): Error {
    return new Error(`IR text, line ${this.#at}: ${message}: ${this.#lines[this.#at - 1] ?? ''}`);
  }
}

/** How the word of a statement, as `load32` or `set.double`, sees state or memory. */
function viewOf(word: string): View {
  return (word.split('.')[1] ?? 'integer') as View;
}

function accessed(word: string): Accessed {
  const view = viewOf(word);
  return { view, size: view === 'integer' ? bits(word) / 8 : view === 'double' ? 8 : 4 };
}

function bits(word: string): number {
  return Number(/\d+$/.exec(word)?.[0] ?? 0);
}
