import {makeProgram} from './gen.mjs';import {makeModule,PAGES_WASM} from './emit.mjs';
const p=makeProgram(64);const o={regs:'mem',access:'ops',flags:'store',shared:true,hints:true,poll:true};
const mem=new WebAssembly.Memory({initial:PAGES_WASM,maximum:PAGES_WASM,shared:true});
const table=new WebAssembly.Table({element:'anyfunc',initial:p.N});
const imp={e:{m:mem,t:table,r(){},w(){},l(){}}};
const ids=[...Array(p.N).keys()];
for(const per of [p.N,256,64,16,p.N,256,64,16]){let emit=0,mod=0,inst=0,bytes=0,k=0;const c0=process.cpuUsage();
for(let a=0;a<p.N;a+=per){let t=process.threadCpuUsage();const m=makeModule(p,ids.slice(a,a+per),o,(f,n)=>f.id*100+n);let u=process.threadCpuUsage(t);emit+=u.user+u.system;bytes+=m.length;t=process.threadCpuUsage();const M=new WebAssembly.Module(m);u=process.threadCpuUsage(t);mod+=u.user+u.system;t=process.threadCpuUsage();new WebAssembly.Instance(M,imp);u=process.threadCpuUsage(t);inst+=u.user+u.system;k++;}
const c=process.cpuUsage(c0);console.log(process.execArgv.join(' '),per,'modules',k,'emit us/ins',(emit/p.statics).toFixed(2),'module us/ins',(mod/p.statics).toFixed(3),'inst us/ins',(inst/p.statics).toFixed(3),'per module us',((mod+inst)/k).toFixed(0),'process us/ins',((c.user+c.system-emit)/p.statics).toFixed(2),'bytes/ins',(bytes/p.statics).toFixed(1));}
