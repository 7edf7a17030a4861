import {run,d} from './sim.mjs';
const{nf,sl,lin}=d;const arg=Object.fromEntries(process.argv.slice(3).map(a=>a.split('=')));let first=+process.argv[2]&&0;
const ins=new Float64Array(nf),heat=new Float64Array(nf);let tot=0,s0=0;for(let s=0;s<sl.length;s++){let k=0,t=0;const f=sl[s].f;for(let i=0;i<f.length;i+=3){t+=f[i+1];if((lin[f[i]]>>>0)>=0xc0000000)k+=f[i+1];}if(k>0.5*t){s0=s;break;}}
for(const h of sl.slice(s0))for(let i=0;i<h.f.length;i+=3){ins[h.f[i]]+=h.f[i+1];heat[h.f[i]]+=h.f[i+2]/2;tot+=h.f[i+1];}
const JS=Uint8Array.from({length:nf},(_,f)=>ins[f]/tot>.01&&heat[f]>=16000?1:0);
let u=0,uh=0,nu=0,j=0;for(let f=0;f<nf;f++){if(JS[f])j+=ins[f];if((lin[f]>>>0)<0xc0000000){u+=ins[f];if(heat[f]>=1000)uh+=ins[f],nu++;}}
console.log('user share of all',(u/tot).toFixed(3),'of rest',(u/(tot-j)).toFixed(3),'hot user functions',nu,'of user instr',(uh/u).toFixed(3));
for(const cap of [256,Infinity])run(`cap ${cap} kernel/process`,{T:1000,cap,group:'space',unit:1,JS});
// user code alone
const U=Uint8Array.from({length:nf},(_,f)=>JS[f]||(lin[f]>>>0)>=0xc0000000?1:0);
for(const T of [100,300,1000,4000]){run(`user code alone T${T} E1`,{T,unit:1,JS:U});run(`user code alone T${T} E10`,{T,unit:1,JS:U,E:10});}
