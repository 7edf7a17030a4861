import {simulate,run,d,first} from './sim.mjs';
const arg=Object.fromEntries(process.argv.slice(3).map(a=>a.split('=')));
const{nf,sl,lin,stat}=d;const ins=new Float64Array(nf),heat=new Float64Array(nf);let tot=0;
for(const h of sl.slice(first))for(let i=0;i<h.f.length;i+=3){ins[h.f[i]]+=h.f[i+1];heat[h.f[i]]+=h.f[i+2]/2;tot+=h.f[i+1];}
const share=+(arg.js??0.01);const JS=share<1?Uint8Array.from({length:nf},(_,f)=>ins[f]/tot>share&&heat[f]>=16000?1:0):null;
let n=0,j=0;if(JS)for(let f=0;f<nf;f++)if(JS[f]){n++;j+=ins[f];}
console.log(process.argv[2],'total after kernel begins',(tot/1e6).toFixed(0),'M; JavaScript takes',n,'functions',(j/tot).toFixed(3),'; rest',((tot-j)/1e6).toFixed(0),'M');
const o={JS};
if(arg.what==='T'){for(const T of [100,300,1000,2000,4000,16000])for(const E of [1,10])run(`T${T} all E${E}`,{...o,T,E,unit:1});}
else if(arg.what==='best'){run('best',{...o,T:+(arg.T??1000),unit:1});}
else{
 const T=+(arg.T??1000);
 run('16 only, waits for 16 or 20M',{...o,T,cap:16,waitIns:Infinity});
 run('all, waits for 16 or 20M',{...o,T,waitIns:Infinity});
 for(const cap of [16,64,256,1024,Infinity])run(`cap ${cap} chance`,{...o,T,cap,unit:1});
 for(const cap of [64,256,1024])run(`cap ${cap} affinity pairs`,{...o,T,cap,order:'affinity',unit:1});
 for(const cap of [64,256,1024,Infinity])run(`cap ${cap} remade each doubling`,{...o,T,cap,remake:2,unit:1});
 for(const cap of [64,256,Infinity])run(`cap ${cap} remade each 1.4`,{...o,T,cap,remake:1.4,unit:1});
 for(const cap of [256,Infinity])run(`cap ${cap} kernel/process`,{...o,T,cap,group:'space',unit:1});
 run('all, four of a size',{...o,T,factor:4,unit:1});
}
