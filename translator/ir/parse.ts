import type { HelperName } from '../abi/helpers.ts';
import { registerNames } from '../abi/state.ts';
import { binaryOps, unaryOps, type ValueOp } from './operations.ts';
import { type Block, Statement, type StatementOp } from './statement.ts';
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
  private readonly lines: string[];
  private at = 0;
  private tokens: string[] = [];
  private position = 0;

  constructor(text: string) {
    this.lines = text.split('\n').map((line) => line.trim());
  }

  blocks(): Block[] {
    const blocks: Block[] = [];
    while (this.at < this.lines.length) {
      const line = this.lines[this.at++];
      if (line === '') continue;
      const match = /^block 0x([0-9a-f]+)$/.exec(line);
      if (!match) throw this.error('expected "block 0x…"');
      const statements = this.statements(/^block /);
      const instructions = statements.filter((s) => s.op === 'instruction').map((s) => s.args[0].number);
      blocks.push({ eip: Number.parseInt(match[1], 16) | 0, statements, instructions });
    }
    return blocks;
  }

  /** Statements up to a line that matches `end`, which stays unread. */
  private statements(end: RegExp): Statement[] {
    const list: Statement[] = [];
    for (; this.at < this.lines.length && !end.test(this.lines[this.at]); ) {
      const line = this.lines[this.at++];
      if (line !== '') list.push(this.statement(line));
    }
    return list;
  }

  private statement(line: string): Statement {
    this.tokenize(line);
    if (line.startsWith('-- ')) {
      const [, digits, name = ''] = line.split(/^-- @| /);
      return new Statement('instruction', -1, 0, name, [codeAddress(Number.parseInt(digits, 16))]);
    }
    const definition = /^[td](\d+) = (get|load|segment|window|x87)?/.exec(line);
    if (definition) {
      this.position = 2;
      return this.definition(Number(definition[1]), definition[2]);
    }
    return this.effect(this.next());
  }

  private definition(number: number, op: string | undefined): Statement {
    if (op === undefined) return new Statement('let', number, 0, '', [this.value()]);
    const word = this.next();
    if (op === 'x87') return new Statement('x87', number, 0, this.next(), this.values());
    if (op === 'get') return new Statement('get', number, 0, viewOf(word), [this.word()]);
    if (op === 'load') return new Statement('load', number, bytes(word), viewOf(word), this.values());
    const [, access, size] = /^\w+\.([A-Za-z]+)(\d+)$/.exec(word)!;
    return new Statement(op as StatementOp, number, Number(size), access, this.values());
  }

  private effect(word: string): Statement {
    switch (word) {
      case 'set':
      case 'set.double':
      case 'set.single': {
        const target = this.word();
        this.expect(',');
        return new Statement('set', -1, 0, viewOf(word), [target, this.value()]);
      }
      case 'flags': {
        const kind = this.next();
        return new Statement('flags', -1, bytes(kind), kind.replace(/\d+$/, ''), this.values());
      }
      case 'when':
        return this.conditional();
      case 'fault': {
        const vector = Number(this.next());
        this.expect('if');
        return new Statement('fault', -1, vector, '', [this.value()]);
      }
      case 'escape':
        return new Statement('escape', -1, 0, this.tokens[this.position] ?? '', []);
      case 'x87':
        return new Statement('x87', -1, 0, this.next(), this.values());
      case 'fallback':
        return this.fallback();
      case 'exit': {
        const target = this.value();
        this.expect('if');
        return new Statement('exitIf', -1, 0, '', [this.value(), target]);
      }
      case 'jump':
      case 'call':
      case 'fall':
      case 'missed':
      case 'resume':
        return new Statement('jump', -1, 0, word, this.values());
      case 'indirect':
      case 'trap':
        return new Statement(word, -1, 0, this.next(), this.values());
      case 'branch':
        return new Statement('branch', -1, 0, '', this.values());
      default:
        return this.memory(word);
    }
  }

  private memory(word: string): Statement {
    const match = /^(store|probe)(\d+|\.double|\.single)$/.exec(word);
    if (!match) throw this.error(`unknown statement "${word}"`);
    return new Statement(match[1] as StatementOp, -1, bytes(word), viewOf(word), this.values());
  }

  private fallback(): Statement {
    const helper = this.next();
    const args: Value[] = [];
    while (this.tokens[this.position] !== 'if') {
      args.push(this.value());
      if (this.tokens[this.position] === ',') this.position++;
    }
    this.position++;
    return new Statement('fallback', -1, 0, helper, [this.value(), ...args]);
  }

  private conditional(): Statement {
    const condition = this.value();
    this.expect('{');
    const body = this.statements(/^}$/);
    this.at++;
    return new Statement('when', -1, 0, '', [condition], body);
  }

  private values(): Value[] {
    const list: Value[] = [];
    while (this.position < this.tokens.length) {
      list.push(this.value());
      if (this.tokens[this.position] === ',') this.position++;
    }
    return list;
  }

  private word(): Value {
    if (this.tokens[this.position] === '[') {
      this.position++;
      const value = this.value();
      this.expect(']');
      return value;
    }
    const name = this.next();
    const index = registerNames.indexOf(name);
    return constant(index >= 0 ? index : Number(/\d+$/.exec(name)?.[0]));
  }

  private value(): Value {
    const token = this.next();
    if (token === '(') return this.parenthesised();
    if (/^(0x|-?\d)/.test(token)) return constant(Number(token));
    if (token.startsWith('@')) return codeAddress(Number.parseInt(token.slice(1), 16));
    if (token.startsWith('$')) return field(token.slice(1) as FieldName);
    if (token.startsWith('#')) return realConstant(Number(token.slice(1)));
    if (/^[td]\d+$/.test(token)) return temporary(Number(token.slice(1)), token[0] === 'd' ? 'real' : 'integer');
    if (/^cc\d+$/.test(token)) return condition(Number(token.slice(2)));
    return this.call(token);
  }

  private parenthesised(): Value {
    const left = this.value();
    const sign = this.next();
    const right = this.value();
    if (sign === '?') {
      this.expect(':');
      const other = this.value();
      this.expect(')');
      return choice(left, right, other);
    }
    const op = binaryOps.get(sign);
    if (!op) throw this.error(`unknown operator "${sign}"`);
    this.expect(')');
    return operation(op, left, right);
  }

  private call(name: string): Value {
    this.expect('(');
    const args: Value[] = [];
    while (this.tokens[this.position] !== ')') {
      args.push(this.value());
      if (this.tokens[this.position] === ',') this.position++;
    }
    this.expect(')');
    if (unaryOps.has(name)) return operation(name as ValueOp, args[0]);
    if (name === 'flags') return flagsImage();
    return call(name as HelperName, args[0] ?? null, args[1] ?? null, args[2] ?? null);
  }

  private tokenize(line: string): void {
    this.tokens = [];
    this.position = 0;
    if (line.startsWith('-- ')) return;
    const pattern = new RegExp(TOKEN);
    while (pattern.lastIndex < line.length) {
      const match = pattern.exec(line);
      if (!match) throw this.error('unexpected character');
      this.tokens.push(match[1]);
    }
  }

  private next(): string {
    const token = this.tokens[this.position++];
    if (token === undefined) throw this.error('unexpected end of line');
    return token;
  }

  private expect(token: string): void {
    if (this.next() !== token) throw this.error(`expected "${token}"`);
  }

  private error(message: string): Error {
    return new Error(`IR text, line ${this.at}: ${message}: ${this.lines[this.at - 1] ?? ''}`);
  }
}

/** Which view of state or memory a statement's word names; '' that of integers. */
function viewOf(word: string): string {
  return word.split('.')[1] ?? '';
}

function bytes(word: string): number {
  if (word.endsWith('.double')) return 8;
  if (word.endsWith('.single')) return 4;
  return Number(/\d+$/.exec(word)?.[0] ?? 0) / 8;
}
