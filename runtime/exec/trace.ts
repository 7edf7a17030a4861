// Hasty: a record of control between guest functions, for the question of docs/measurements/dense-webassembly.md.
// @ts-nocheck
import { Word } from '../../translator/abi/state.ts';
const fs = process.getBuiltinModule('fs');
const PREFIX = process.env.GATHER ?? '';
export const tracing = PREFIX !== '';
const SLICE = Number(process.env.GATHER_SLICE ?? 1e6);
const SIZE = 3 * 32768;
const T = new Int32Array(SIZE + 16); // T[0]: next place
T[0] = 3;
let dropping = 0;
let records: any = null, handlers: any = null, state: Int32Array;
export function attach(r, h, s) { records = r; handlers = h; state = s; }
export function rehearsing(on) { if (on) { flush(); dropping++; } else { T[0] = 3; dropping--; } }

const K = { call: 0, icall: 1, ret: 2, jump: 3, ijump: 4, int: 5, iret: 6, fall: 7, seq: 8 };
let kinds = new Int8Array(0);
function kindOf(n) {
  if (n >= kinds.length) { const k = new Int8Array(2 * n + 64).fill(-1); k.set(kinds); kinds = k; }
  let k = kinds[n];
  if (k < 0) {
    const f = handlers.all[n].form; const m = f.mnemonic;
    k = f.flow === 'call' ? K.call : f.flow === 'indirectCall' || f.flow === 'farCall' ? K.icall : f.flow === 'return' ? K.ret
      : f.flow === 'jump' || f.flow === 'branch' ? K.jump : f.flow === 'indirectJump' ? K.ijump
      : f.flow === 'interrupt' || m === 'SYSENTER' ? K.int : m === 'IRET' || m === 'IRET/IRETD' || m === 'SYSEXIT' ? K.iret : f.flow === 'away' ? K.iret : K.seq;
    kinds[n] = k;
  }
  return k;
}
// functions
let cap = 1 << 16, nf = 0;
let ins = new Float64Array(cap), heat = new Int32Array(cap), stat = new Int32Array(cap), lin = new Int32Array(cap), cr3 = new Int32Array(cap), born = new Int32Array(cap), parent = new Int32Array(cap), touched = new Uint8Array(cap);
const grow = (a, C) => { const b = new C(cap); b.set(a); return b; };
let touchedList: number[] = [];
function newFn(page, off, by) {
  if (nf + 1 >= cap) { cap *= 2; ins = grow(ins, Float64Array); heat = grow(heat, Int32Array); stat = grow(stat, Int32Array); lin = grow(lin, Int32Array); cr3 = grow(cr3, Int32Array); born = grow(born, Int32Array); parent = grow(parent, Int32Array); touched = grow(touched, Uint8Array); called = grow(called, Uint8Array); up = grow(up, Int32Array); }
  const f = nf++; if (process.env.GATHER_WHY) why.push([((page.linearPage << 12) + off >>> 0).toString(16), by, WHY, cur < 0 ? '' : (lin[cur] >>> 0).toString(16)].join(' ')); lin[f] = (page.linearPage << 12) + off; cr3[f] = state[Word.cr3]; born[f] = slices; parent[f] = by; up[f] = f; return f;
}
let called = new Uint8Array(cap), up = new Int32Array(cap);
const find = (f) => { while (up[f] !== f) f = up[f] = up[up[f]]; return f; };
function unite(a, b) { // the called one stays, else the older one
  let [k, g] = called[a] ? [a, b] : called[b] ? [b, a] : a < b ? [a, b] : [b, a];
  up[g] = k; called[k] |= called[g]; ins[k] += ins[g]; heat[k] += heat[g]; ins[g] = 0; heat[g] = 0; touch(k); return k;
}
const touch = (f) => { if (touched[f] === 0) { touched[f] = 1; touchedList.push(f); } };
// edges
const EH = 1 << 23; const eKeyA = new Int32Array(EH).fill(-1), eKeyB = new Int32Array(EH), eId = new Int32Array(EH);
let ne = 0, ecap = 1 << 17, eFrom = new Int32Array(ecap), eTo = new Int32Array(ecap), eKind = new Uint8Array(ecap), eCount = new Int32Array(ecap); let eList: number[] = [];
function edge(a, b, k) {
  const kb = b * 8 + k; let h = (Math.imul(a, 0x9e3779b1) ^ Math.imul(kb, 0x85ebca6b)); h = (h ^ (h >>> 15)) & (EH - 1);
  while (eKeyA[h] !== a || eKeyB[h] !== kb) {
    if (eKeyA[h] === -1) {
      eKeyA[h] = a; eKeyB[h] = kb; eId[h] = ne;
      if (ne >= ecap) { ecap *= 2; const g = (x, C) => { const y = new C(ecap); y.set(x); return y; }; eFrom = g(eFrom, Int32Array); eTo = g(eTo, Int32Array); eKind = g(eKind, Uint8Array); eCount = g(eCount, Int32Array); }
      eFrom[ne] = a; eTo[ne] = b; eKind[ne] = k; ne++; break;
    }
    h = (h + 1) & (EH - 1);
  }
  const id = eId[h]; if (eCount[id]++ === 0) eList.push(id);
}
function mapOf(page) { let m = page.traceMap; if (m == null) { m = page.traceMap = new Int32Array(4096).fill(-1); page.traceEntry = new Uint8Array(4096); page.traceRet = new Uint8Array(4096); } return m; }
function register(page, off, f, how) {
  const m = mapOf(page), e = page.traceEntry; e[off] = how; m[off] = f;
  for (let o = off + 1; o < 4096 && e[o] === 0; o++) m[o] = f;
}
const farRet = new Set<number>();
let cur = -1, curPage: any = null, curOff = 0, pend = K.seq;
const why: string[] = []; let WHY = '';
function arrive(page, off, kind, qoff, qpage) {
  WHY = `kind ${kind} from ${qpage === null ? '' : ((qpage.linearPage << 12) + qoff >>> 0).toString(16)}`;
  const m = mapOf(page), e = page.traceEntry; let f = m[off];
  if (kind === K.ret && page.traceRet[off] === 0 && !farRet.has((page.linearPage << 12) + off | 0)) kind = K.icall;
  const isEntry = kind === K.call || kind === K.icall || kind === K.int;
  if (isEntry) {
    if (e[off] !== 1) {
      // The start of what was taken for a part of another one, or by itself.
      if (f >= 0 && (e[off] === 3 || e[off] === 4) && !called[find(f)] && m[off] === find(f)) { e[off] = 1; } else { f = newFn(page, off, -1); register(page, off, f, 1); }
    }
    f = find(f); called[f] = 1;
    heat[f] += 2; edge(cur, f, kind); touch(f); cur = f; return;
  }
  const d = curPage === null ? 1e9 : Math.abs(((page.linearPage << 12) + off) - ((curPage.linearPage << 12) + qoff));
  const isJump = kind === K.jump || kind === K.ijump || kind === K.seq, isNear = d < 4096;
  if (f < 0) {
    if (isJump && cur >= 0 && isNear && page !== curPage) {
      // The function goes on in this page: from its begin, or up to its first entry.
      f = cur; for (let o = 0; o < 4096 && e[o] === 0; o++) m[o] = f; e[0] = 2; if (m[off] !== f) register(page, off, f, 3);
    } else { f = newFn(page, off, kind === K.jump ? cur : -1); register(page, off, f, 3); }
  }
  f = find(f);
  if (f === cur) {
    if (kind === K.ret) edge(cur, cur, K.ret);
    else if (kind === K.jump && page === curPage && off <= qoff) { heat[f] += 1; touch(f); }
    return;
  }
  if (isJump && cur >= 0) {
    const isEntered = e[off] === 1;
    const related = parent[cur] === f || parent[f] === cur;
    if (!isEntered && (related || ((kind === K.jump || kind === K.seq) && isNear && !(called[f] && called[cur])))) {
      f = unite(cur, f); cur = f; touch(f);
      if (kind === K.jump && page === curPage && off <= qoff) heat[f] += 1;
      return;
    }
    if (e[off] === 0 && !isNear) { f = newFn(page, off, kind === K.jump ? cur : -1); register(page, off, f, 3); }
    heat[f] += 2; touch(f);
    edge(cur, f, kind === K.seq ? K.fall : kind);
  } else edge(cur, f, kind);
  cur = f;
}
let total = 0, sliceEnd = SLICE, slices = 0, events = 0;
export const HOOK = [flush];
export function flush() {
  const end = T[0]; T[0] = 3;
  if (dropping > 0 || !tracing || records === null) return;
  const SLOTS = records.views.SLOT;
  for (let i = 3; i < end; i += 3) {
    const q = T[i], r = T[i + 1]; let c = T[i + 2];
    if (q === -1) { pend = K.int; continue; }
    if (q === r) { if (c > 1 && cur >= 0) { ins[cur] += c - 1; touch(cur); total += c - 1; } continue; }
    let qoff = curOff, qpage = curPage; events++;
    if (c > 0 && q > 0) {
      if (q === 8 || (SLOTS[q] === 1)) c--;
      else { pend = kindOf(records.handlerOf(q)); qpage = records.pageOf(q); qoff = records.offsetOf(q); if (qpage !== null) { curPage = qpage; curOff = qoff; if (pend === K.call || pend === K.icall) { mapOf(qpage); const o = qoff + records.lengthOf(q); if (o < 4096) qpage.traceRet[o] = 1; else farRet.add((qpage.linearPage << 12) + o | 0); } } }
      if (cur >= 0) { ins[cur] += c; touch(cur); }
      total += c;
    }
    if (r === 0 || r === 8 || SLOTS[r] === 1) continue;
    const page = records.pageOf(r); if (page === null) continue;
    const off = records.offsetOf(r);
    arrive(page, off, pend, qoff, qpage);
    curPage = page; curOff = off; pend = K.seq;
    if (total >= sliceEnd) endSlice();
  }
}
let out = -1; let buf = new Int32Array(1 << 16), bn = 0;
function w(x) { if (bn === buf.length) put(); buf[bn++] = x; }
function put() { fs.writeSync(out, Buffer.from(buf.buffer, 0, bn * 4)); bn = 0; }
export function endSlice() {
  if (out < 0) { out = fs.openSync(PREFIX + '.slices', 'w'); process.on('exit', finish); setInterval(() => {}, 1 << 30).unref(); }
  const ms = Date.now(); w(0x51ce); w(Math.floor(ms / 1000)); w(ms % 1000); w(Math.floor(total / 1e6)); w(total % 1e6); w(touchedList.length);
  for (const f of touchedList) { w(f); w(ins[f]); w(heat[f]); ins[f] = 0; heat[f] = 0; touched[f] = 0; }
  w(eList.length);
  for (const e of eList) { w(e); w(eCount[e]); eCount[e] = 0; }
  touchedList = []; eList = []; slices++; sliceEnd = total + SLICE;
  if (slices % 50 === 0) { put(); meta(); }
}
function countStatic(page) {
  const m = page.traceMap; if (m == null) return;
  for (const r of records.decodedIn(page)) { let f = m[records.offsetOf(r)]; if (f >= 0) { f = find(f); stat[f]++; } }
}
export function released(page) { if (!tracing) return; flush(); countStatic(page); page.traceMap = null; if (curPage === page) curPage = null; }
function meta() {
  if (process.env.GATHER_WHY) fs.writeFileSync(PREFIX + '.why', why.join('\n'));
  // of what is still there, too
  const s = stat.slice(); const pages = new Set(records.owners.filter(Boolean)); const keepStat = stat; stat = s; for (const p of pages) countStatic(p); stat = keepStat;
  const h = Int32Array.of(nf, ne, slices, Math.floor(total / 1e6), Math.floor(events / 1e6));
  const parts = [h, lin.subarray(0, nf), cr3.subarray(0, nf), born.subarray(0, nf), parent.subarray(0, nf), up.subarray(0, nf), s.subarray(0, nf), eFrom.subarray(0, ne), eTo.subarray(0, ne), Int32Array.from(eKind.subarray(0, ne))];
  fs.writeFileSync(PREFIX + '.meta', Buffer.concat(parts.map((p) => Buffer.from(p.buffer, p.byteOffset, p.byteLength))));
}
function finish() { flush(); endSlice(); put(); meta(); }
/** Before another interrupt or fault is delivered. */
export function interrupted() { if (!tracing) return; if (T[0] >= SIZE) flush(); const i = T[0]; T[i] = -1; T[i + 1] = 0; T[i + 2] = 0; T[0] = i + 3; }
if (tracing) { globalThis.GATHER_T = T; globalThis.GATHER_H = HOOK; }
export const EVENT = (q, r) => tracing ? `{const i=GATHER_T[0];GATHER_T[i]=${q};GATHER_T[i+1]=${r};GATHER_T[i+2]=c;GATHER_T[0]=i+3;c=0;if(i>=${SIZE - 3})GATHER_H[0]();}` : '';
