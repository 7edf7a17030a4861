// Dense WebAssembly of the abstract functions.
import {EAX,ECX,EDX,EBX,ESP,EBP,ESI,EDI} from './gen.mjs';
const U=(n)=>{const o=[];n>>>=0;do{let b=n&127;n>>>=7;if(n)b|=128;o.push(b);}while(n);return o;};
const SL=(n)=>{const o=[];n|=0;for(;;){const b=n&127;n>>=7;if((n===0&&!(b&64))||(n===-1&&(b&64))){o.push(b);return o;}o.push(b|128);}};
const OPS={add:0x6a,sub:0x6b,and:0x71,or:0x72,xor:0x73,shl:0x74,sar:0x75,shr:0x76};
export const I32=0x7f;
// Memory: state at 0 (registers at 4*n, flags at 32.., poll at 64), RAM at RAM, TLB (read, write interleaved) at the end.
export const RAM=1<<20,RAM_BYTES=32<<20,TLB=RAM+RAM_BYTES,PAGES_WASM=(TLB+(8<<20))>>>16;
const POLL=64,DEPTH=68,FK=32;
// Imports: 0 reach(t,site) (read), 1 reachW, 2 leave(eip)
export class Fn{
 constructor(p,f,o,retAddr,indexOf){this.p=p;this.f=f;this.o=o;this.b=[];this.retAddr=retAddr;this.indexOf=indexOf;
  // locals: registers 0..7, T 8, K 9, V 10, fa 11, fr 12
  this.hints=[];this.site=0;this.pend=null;this.valid=0;this.dirty=0;this.depth=0;
  const used=new Set([ESP]);const walk=b=>{for(const i of b){for(const x of ['d','s','b','i'])if(i[x]>=0)used.add(i[x]);if(i.k==='if'){const c=i.cond;for(const x of ['r1','r2','b'])if(c[x]>=0)used.add(c[x]);walk(i.body);if(i.else)walk(i.else);}if(i.k==='loop'){used.add(ECX);walk(i.body);}}};walk(f.body);this.used=[...used];}
 isOp(){return this.o.access[0]==='o';} where(){if(this.o.access==='ops')this.c(this.site++);}
 op(...x){for(const y of x)this.b.push(y);}
 c(n){this.b.push(0x41,...SL(n));}
 map(l){if(this.o.regs!=='mem'&&this.o.regs!=='glob')return l;const m=this.m??=new Map();if(!m.has(l))m.set(l,m.size);return m.get(l);}
 get(l){this.b.push(0x20,...U(this.map(l)));} set(l){this.b.push(0x21,...U(this.map(l)));} tee(l){this.b.push(0x22,...U(this.map(l)));}
 ld(off,al=2){this.b.push(0x28,al,...U(off));} st(off,al=2){this.b.push(0x36,al,...U(off));}
 call(n){this.b.push(0x10,...U(n));}
 // registers
 r(n){const{o}=this;if(o.regs==='mem'||(n===ESP&&this.isOp())){this.c(0);this.ld(4*n);}else if(o.regs==='glob')this.b.push(0x23,n);
  else if(o.regs==='param')this.get(n);
  else if(this.valid>>n&1)this.get(n);
  else{this.c(0);this.ld(4*n);this.tee(n);this.valid|=1<<n;}}
 // w(n, ()=>value)
 w(n,v){const{o}=this;if(o.regs==='mem'||(n===ESP&&this.isOp())){this.c(0);v();this.st(4*n);}else if(o.regs==='glob'){v();this.b.push(0x24,n);}
  else if(o.regs==='param'){v();this.set(n);}
  else if(o.regs==='thru'){this.c(0);v();this.tee(n);this.st(4*n);this.valid|=1<<n;}
  else{v();this.set(n);this.valid|=1<<n;this.dirty|=1<<n;}}
 flushRegs(mask){for(let n=0;n<8;n++)if(mask>>n&1){this.c(0);this.get(n);this.st(4*n);}}
 // memory: index of the byte for address in T; leaves it on the stack
 idx(write,size){const{o}=this;const e=TLB+(write?4:0);
  // entry: address ^ place, in bytes; 0x80000000 and more is none
  if(o.access==='trap'){this.get(8);if(size===4){this.c(2);this.op(0x78);this.c(10);this.op(0x76);}else{this.c(12);this.op(0x76);}this.c(3);this.op(0x74);this.ld(e);this.get(8);this.op(0x73);return;}
  if(o.access==='call'||this.isOp()){this.get(8);this.call(this.o.helpers+(write?(size===4?1:3):(size===4?0:2)));return;}
  // inline, the alignment is in the top bits of a rotated index
  if(size===4){this.get(8);this.c(2);this.op(0x78);}else this.get(8);
  this.get(8);this.c(12);this.op(0x76);this.c(3);this.op(0x74);this.ld(e);if(size===4){this.c(2);this.op(0x78);}this.op(0x73);
  this.tee(9);this.c(size===4?RAM_BYTES>>>2:RAM_BYTES);this.op(0x4f); // ge_u
  this.hint(0);this.op(0x04,0x40);
  const site=this.site++;
  if(o.regs==='mem'||o.regs==='thru'||o.regs==='glob'){this.get(8);this.c(site);this.call(write?1:0);this.set(9);}
  else{this.c(site);this.get(8);this.c(0);this.call(write?1:0);this.tee(9);this.c(RAM_BYTES);this.op(0x4f);this.op(0x0d,...U(this.depth+1));this.op(0x1a);}
  this.op(0x0b);
  this.get(9);if(size===4){this.c(2);this.op(0x74);}}
 hint(v){this.hints.push([this.b.length,v]);}
 addr(b,disp){this.r(b);if(disp){this.c(disp);this.op(0x6a);}this.set(8);}
 load(b,disp,size=4){if(this.isOp()){this.r(b);if(disp){this.c(disp);this.op(0x6a);}this.where();this.call(this.o.helpers+(size===4?4:5));return;}this.addr(b,disp);this.idx(false,size);if(size===4)this.ld(RAM,0);else this.b.push(0x2d,0,...U(RAM));}
 store(b,disp,v){if(this.isOp()){this.r(b);if(disp){this.c(disp);this.op(0x6a);}v();this.where();this.call(this.o.helpers+6);return;}this.addr(b,disp);this.idx(true,4);v();this.st(RAM,0);}
 // flags
 flags(k,a,r){this.pend=k;} // values kept in locals 11, 12 where they may be seen
 keep(){/* result on the stack stays */ if(this.o.flags==='store')this.tee(12);}
 storeFlags(){if(this.o.flags!=='store'||!this.pend)return;this.c(0);this.c(this.pend);this.st(FK);this.c(0);this.get(11);this.st(FK+4);this.c(0);this.get(12);this.st(FK+8);this.pend=0;}
 keepA(){if(this.o.flags==='store')this.tee(11);}
 list(b){for(const i of b)this.ins(i);}
 ins(i){const alu=(op)=>OPS[op];
  switch(i.k){
  case'ld':this.pre(i.b);this.w2(i.d,()=>this.load(i.b,i.disp));break;
  case'movzx':this.w2(i.d,()=>this.load(i.b,i.disp,1));break;
  case'st':this.store(i.b,i.disp,()=>this.r(i.s));break;
  case'sti':this.store(i.b,i.disp,()=>this.c(i.imm));break;
  case'mov':this.w(i.d,()=>this.r(i.s));break;
  case'movi':this.w(i.d,()=>this.c(i.imm));break;
  case'lea':this.w(i.d,()=>{this.r(i.b);if(i.i>=0){this.r(i.i);if(i.sc>1){this.c(Math.log2(i.sc));this.op(0x74);}this.op(0x6a);}if(i.disp){this.c(i.disp);this.op(0x6a);}});break;
  case'alui':this.w(i.d,()=>{this.r(i.d);this.keepA();this.c(i.imm);this.op(alu(i.op));this.keep();});this.flags(1);break;
  case'alu':this.w(i.d,()=>{if(i.op==='xor'&&i.d===i.s){this.c(0);}else{this.r(i.d);this.keepA();this.r(i.s);this.op(alu(i.op));}this.keep();});this.flags(2);break;
  case'alum':this.w2(i.d,()=>{this.load(i.b,i.disp);this.set(10);this.r(i.d);this.keepA();this.get(10);this.op(alu(i.op));this.keep();});this.flags(2);break;
  case'aluM':this.addr(i.b,i.disp);this.idx(true,4);this.tee(9);this.get(9);this.ld(RAM,0);this.keepA();this.r(i.s);this.op(alu(i.op));this.keep();this.st(RAM,0);this.flags(2);break;
  case'sh':this.w(i.d,()=>{this.r(i.d);this.keepA();this.c(i.imm);this.op(alu(i.op));this.keep();});this.flags(3);break;
  case'push':if(this.isOp()){this.r(i.s);this.where();this.call(this.o.helpers+7);break;}this.store(ESP,-4,()=>this.r(i.s));this.w(ESP,()=>{this.r(ESP);this.c(-4);this.op(0x6a);});break;
  case'pop':if(this.isOp()){this.w(i.d,()=>{this.where();this.call(this.o.helpers+8);});break;}this.w2(i.d,()=>this.load(ESP,0));this.w(ESP,()=>{this.r(ESP);this.c(4);this.op(0x6a);});break;
  case'call':this.callTo(i.f);break;
  case'ret':if(this.isOp()){this.storeFlags();this.where();this.call(this.o.helpers+8);this.op(0x0f);break;}this.load(ESP,0);this.set(10);this.w(ESP,()=>{this.r(ESP);this.c(4);this.op(0x6a);});this.storeFlags();this.leaveRet();break;
  case'if':this.cond(i);break;
  case'loop':this.loop(i);break;
  default:throw i.k;}}
 pre(){}
 w2(d,v){ // value first where it may leave
  const{regs}=this.o;if(regs==='mem'||regs==='thru'){v();this.set(10);this.w(d,()=>this.get(10));}else this.w(d,v);}
 leaveRet(){const{regs}=this.o;if(regs==='local'){this.flushRegs(this.dirty);}
  this.get(10);if(regs==='param')for(let n=0;n<8;n++)this.get(n);this.op(0x0f);}
 callTo(f){const{o}=this;const ret=this.retAddr(this.f,this.callNo=(this.callNo??0)+1);
  if(this.isOp()){this.c(ret);this.where();this.call(o.helpers+7);}else{this.store(ESP,-4,()=>this.c(ret));this.w(ESP,()=>{this.r(ESP);this.c(-4);this.op(0x6a);});}this.storeFlags();
  if(o.regs==='local'){this.flushRegs(this.dirty);this.dirty=0;}
  if(o.regs==='param')for(let n=0;n<8;n++)this.get(n);
  const idx=this.indexOf(f);
  if(idx>=0)this.call(idx);else{this.c(f);this.op(0x11,...U(o.fnType),0);}
  if(o.regs==='param')for(let n=7;n>=0;n--)this.set(n);
  this.valid=0;this.dirty=0;this.pend=0;
  if(o.regs==='param'){this.set(10);this.get(10);}
  this.c(ret);this.op(0x47);this.hint(0);this.op(0x04,0x40);this.c(ret);this.call(2);this.op(0x00);this.op(0x0b);}
 test(c){ // leaves whether the body is entered
  const C={z:0x46,nz:0x47,b:0x49,be:0x4d,a:0x4b,l:0x48};
  switch(c.t){
  case'testr':this.r(c.r1);if(c.r2>=0&&c.r2!==c.r1){this.r(c.r2);this.op(0x71);}if(this.o.flags==='store')this.tee(12);if(c.cc==='z')this.op(0x45);break;
  case'test8':this.load(c.b,c.disp,1);this.c(c.imm);this.op(0x71);if(this.o.flags==='store')this.tee(12);if(c.cc==='z')this.op(0x45);break;
  case'cmpi':this.r(c.r1);this.keepA();if(this.o.flags==='store'){this.c(c.imm);this.op(0x6b);this.set(12);this.get(11);}this.c(c.imm);this.op(C[c.cc]);break;
  case'cmp':this.r(c.r1);this.keepA();if(this.o.flags==='store'){this.r(c.r2);this.op(0x6b);this.set(12);this.get(11);}this.r(c.r2);this.op(C[c.cc]);break;
  case'cmpm':this.load(c.b,c.disp);this.keepA();if(this.o.flags==='store'){this.c(c.imm);this.op(0x6b);this.set(12);this.get(11);}this.c(c.imm);this.op(C[c.cc]);break;}
  this.flags(4);}
 cond(i){this.test(i.cond);const v0=this.valid,d0=this.dirty,p0=this.pend;
  this.op(0x04,0x40);this.depth++;this.list(i.body);let v1=this.valid,d1=this.dirty;
  const local=this.o.regs==='local';
  if(i.else){
   // both sides end with the same dirty words: those of one are stored
   const bodyDirty=d1;if(local)this.flushRegs(d1&~d0),d1&=d0;
   this.op(0x05);this.valid=v0;this.dirty=d0;this.pend=p0;this.list(i.else);if(local)this.flushRegs(this.dirty&~d0);
   const d2=this.dirty&d0;this.valid&=v1;this.dirty=d0&(d1|d2);}
  else{if(local)this.flushRegs(d1&~d0);this.valid=v0&v1;this.dirty=d0;}
  this.depth--;this.op(0x0b);
  // a word that was dirty before and stored on one side stays dirty: its local must be valid
  if(this.dirty&~this.valid&&local)throw new Error('dirty and not valid');
  this.pend=this.pend||p0?4:0;}
 loop(i){const local=this.o.regs==='local';if(local){this.flushRegs(this.dirty);this.dirty=0;}this.valid=0;
  this.op(0x03,0x40);this.depth++;this.list(i.body);
  this.w(ECX,()=>{this.r(ECX);this.keepA();this.c(-1);this.op(0x6a);this.keep();});if(local){this.flushRegs(this.dirty);this.dirty=0;}
  // poll where control goes back
  this.r(ECX);this.op(0x45);this.c(0);this.ld(POLL);this.op(0x72);this.op(0x45);this.op(0x0d,0);
  this.op(0x0b);this.depth--;
  this.c(0);this.ld(POLL);this.hint(0);this.op(0x04,0x40);this.c(0);this.call(2);this.op(0x00);this.op(0x0b);this.flags(4);}
 body(){const{regs,poll}=this.o;
  const hasExit=regs==='local'||regs==='param';
  if(hasExit){this.op(0x02,I32);}
  if(poll!==false){const page=4096+(this.f.id>>4);this.c(0);this.ld(4096+4*page);this.c(page);this.op(0x47);this.c(0);this.ld(POLL);this.op(0x72);this.hint(0);this.op(0x04,0x40);this.c(this.f.id);this.call(2);this.op(0x00);this.op(0x0b);}
  this.list(this.f.body);this.op(0x00);
  if(hasExit){this.op(0x0b);this.set(10);this.flushRegs(regs==='param'?255:this.used.reduce((m,n)=>m|1<<n,0));this.get(10);this.call(2);this.op(0x00);}
  this.op(0x0b);
  const nloc=regs==='param'?(this.o.flags==='store'?5:3):regs==='mem'||regs==='glob'?(this.m?.size??0):this.o.flags==='store'?13:11;const decl=[...U(1),...U(nloc),I32];
  return {bytes:[...decl,...this.b],hints:this.hints.map(([at,v])=>[at+decl.length,v])};}
}
const vec=(i)=>{const out=[...U(i.length)];for(const x of i)for(const y of x)out.push(y);return out;};
const sect=(id,b)=>[[id,...U(b.length)],b];
const str=(t)=>[...U(t.length),...[...t].map(c=>c.charCodeAt(0))];
function helperBody(write,size){const f=new Fn({fns:[]},{body:[],id:0},{regs:'mem',access:'trap'},null,null);const b=[];
 const G=(n)=>[0x20,n],C=(n)=>[0x41,...SL(n)];
 const e=TLB+(write?4:0);
 b.push(1,1,I32);
 if(size===4)b.push(...G(0),...C(2),0x78);else b.push(...G(0));
 b.push(...G(0),...C(12),0x76,...C(3),0x74,0x28,2,...U(e));if(size===4)b.push(...C(2),0x78);b.push(0x73,0x22,1,...C(size===4?RAM_BYTES>>>2:RAM_BYTES),0x4f,0x04,0x40,...G(0),...C(0),0x10,write?1:0,0x0f,0x0b,...G(1));if(size===4)b.push(...C(2),0x74);b.push(0x0b);return b;}
// ld32, ld8, st32, push, pop, each with its look-up in it
function opBodies(sites){const X=sites?1:0;const G=(n)=>[0x20,n],C=(n)=>[0x41,...SL(n)];
 const idx=(write,size,t,k)=>[...G(t),...(size===4?[...C(2),0x78]:[]),...G(t),...C(12),0x76,...C(3),0x74,0x28,2,...U(TLB+(write?4:0)),...(size===4?[...C(2),0x78]:[]),0x73,0x22,k,...C(size===4?RAM_BYTES>>>2:RAM_BYTES),0x4f,0x04,0x40,...G(t),...C(0),0x10,write?1:0,0x21,k,0x0b,...G(k),...(size===4?[...C(2),0x74]:[])];
 const R=U(RAM);const site=(l)=>sites?G(l):C(0);
 const ix=(write,size,t,k,l)=>{const b=idx(write,size,t,k);return b;};
 // parameters: (address, site), (address, value, site), (value, site), (site)
 return [[1,1,I32,...idx(0,4,0,1+X),0x28,0,...R,0x0b],[1,1,I32,...idx(0,1,0,1+X),0x2d,0,...R,0x0b],[1,1,I32,...idx(1,4,0,2+X),...G(1),0x36,0,...R,0x0b],
 [1,2,I32,...C(0),0x28,2,16,...C(-4),0x6a,0x21,1+X,...idx(1,4,1+X,2+X),...G(0),0x36,0,...R,...C(0),...G(1+X),0x36,2,16,0x0b],
 [1,2,I32,...C(0),0x28,2,16,0x21,0+X,...idx(0,4,0+X,1+X),0x28,0,...R,...C(0),...G(0+X),...C(4),0x6a,0x36,2,16,0x0b]];}
// A module of these functions; all: the program's table is imported
export function makeModule(p,ids,o,retAddr){
 const own=new Map();const IMPORTS=3;const sites=o.access==='ops';const helpers=o.access==='call'?4:o.access[0]==='o'?9:0;
 ids.forEach((id,n)=>own.set(id,IMPORTS+helpers+n));
 const oo={...o,helpers:IMPORTS,fnType:2};
 const indexOf=(f)=>own.has(f)?own.get(f):-1;
 const P8=Array(8).fill(I32);
 const fnType=o.regs==='param'?[0x60,8,...P8,9,I32,...P8]:[0x60,0,1,I32];
 const types=vec([[0x60,2,I32,I32,1,I32],[0x60,1,I32,0],fnType,[0x60,1,I32,1,I32],...(sites?[[0x60,2,I32,I32,1,I32],[0x60,3,I32,I32,I32,0],[0x60,2,I32,I32,0],[0x60,1,I32,1,I32]]:[[0x60,1,I32,1,I32],[0x60,2,I32,I32,0],[0x60,1,I32,0],[0x60,0,1,I32]])]);
 const imports=[[...str('e'),...str('r'),0,0],[...str('e'),...str('w'),0,0],[...str('e'),...str('l'),0,1],[...str('e'),...str('m'),2,o.shared?3:1,...U(PAGES_WASM),...U(PAGES_WASM)],[...str('e'),...str('t'),1,0x70,0,...U(1)]];
 const isGlob=o.regs==='glob';
 const impGlob=isGlob&&o.importGlobals;
 if(impGlob)for(let n=0;n<8;n++)imports.push([...str('e'),...str('g'+n),3,I32,1]);
 const bodies=[];const hints=[];
 if(helpers)for(const[w,s]of [[0,4],[1,4],[0,1],[1,1]])bodies.push({bytes:helperBody(w,s),hints:[]});
 if(helpers===9)bodies.push(...opBodies(sites).map(bytes=>({bytes,hints:[]})));
 for(const id of ids)bodies.push(new Fn(p,p.fns[id],oo,retAddr,indexOf).body());
 const funcs=vec([...[3,3,3,3,4,4,5,6,7].slice(0,helpers).map(x=>[x]),...ids.map(()=>[2])]);
 const parts=[[0,0x61,0x73,0x6d,1,0,0,0]];
 const add=(id,b)=>parts.push(...sect(id,b));
 add(1,types);add(2,vec(imports));add(3,funcs);
 if(isGlob&&!impGlob)add(6,vec(Array.from({length:8},()=>[I32,1,0x41,0,0x0b])));
 const ex=[];if(isGlob&&!impGlob)for(let n=0;n<8;n++)ex.push([...str('g'+n),3,n]);
 if(ex.length)add(7,vec(ex));
 add(9,vec(ids.map((id,n)=>[0,0x41,...SL(id),0x0b,1,...U(IMPORTS+helpers+n)])));
 if(o.hints!==false){const all=[];bodies.forEach((b,n)=>{if(b.hints.length)all.push([...U(IMPORTS+n),...vec(b.hints.sort((x,y)=>x[0]-y[0]).map(([at,v])=>[...U(at),1,v]))]);});
  const name=str('metadata.code.branch_hint');const body=vec(all);add(0,[...name,...body]);}
 add(10,vec(bodies.map(b=>[...U(b.bytes.length),...b.bytes])));
 let size=0;for(const x of parts)size+=x.length;const out=new Uint8Array(size);let at=0;for(const x of parts){out.set(x,at);at+=x.length;}
 return out;}
// The guest's driver as a function in a module of its own: run(rounds) -> calls roots by the table.
export function driverModule(p,o){
 const P8=Array(8).fill(I32);const param=o.regs==='param';const glob=o.regs==='glob';
 const fnType=param?[0x60,8,...P8,9,I32,...P8]:[0x60,0,1,I32];
 const types=vec([fnType,[0x60,1,I32,0]]);
 const imports=[[...str('e'),...str('m'),2,o.shared?3:1,...U(PAGES_WASM),...U(PAGES_WASM)],[...str('e'),...str('t'),1,0x70,0,...U(1)]];
 if(glob)for(let n=0;n<8;n++)imports.push([...str('e'),...str('g'+n),3,I32,1]);
 const b=[];const c=(n)=>b.push(0x41,...SL(n)),get=(l)=>b.push(0x20,l),set=(l)=>b.push(0x21,l),op=(...x)=>b.push(...x);
 const SEED=0x700000+RAM;
 // locals: 0 rounds, 1 x, 2 tmp, 3.. regs for param
 const nl=10;
 const w=(n,v)=>{if(param){v();set(3+n);}else if(glob){v();op(0x24,n);}else{c(0);v();op(0x36,2,...U(4*n));}};
 if(param)for(let n=0;n<8;n++){c(0);op(0x28,2,...U(4*n));set(3+n);}
 if(glob)for(let n=0;n<8;n++){c(0);op(0x28,2,...U(4*n));op(0x24,n);}
 w(4,()=>c(0x7f0000));
 op(0x03,0x40);
 c(0);op(0x28,2,...U(SEED));set(1);
 for(const[s,o2]of [[13,0x74],[17,0x76],[5,0x74]]){get(1);get(1);c(s);op(o2,0x73);set(1);}
 c(0);get(1);op(0x36,2,...U(SEED));
 w(1,()=>{get(1);c(p.roots-1);op(0x71);});
 w(0,()=>{get(1);c(8);op(0x76);c(4095);op(0x71);c(8);op(0x74);c(0x800000);op(0x6a);});
 // push a return address
 c(0x7f0000-4);c(0x1000099);op(0x36,2,...U(RAM));
 w(4,()=>c(0x7f0000-4));
 if(param)for(let n=0;n<8;n++)get(3+n);
 get(1);c(p.roots-1);op(0x71);op(0x11,0,0);
 if(param)for(let n=7;n>=0;n--)set(3+n);
 op(0x1a);
 get(0);c(1);op(0x6b,0x22,0,0x0d,0);op(0x0b);
 const save=(n)=>{c(0);if(param)get(3+n);else if(glob)op(0x23,n);else{c(0);op(0x28,2,...U(4*n));}op(0x36,2,...U(4*n));};
 if(param||glob)for(let n=0;n<8;n++)save(n);
 op(0x0b);
 const code=[1,nl,I32,...b];
 const parts=[[0,0x61,0x73,0x6d,1,0,0,0],...sect(1,types),...sect(2,vec(imports)),...sect(3,vec([[1]])),...sect(7,vec([[...str('run'),0,0]])),...sect(10,vec([[...U(code.length),...code]]))];
 return new Uint8Array(parts.flat());}
