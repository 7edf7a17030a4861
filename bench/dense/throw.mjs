const U=(n)=>{const o=[];n>>>=0;do{let b=n&127;n>>>=7;if(n)b|=128;o.push(b);}while(n);return o;};
const vec=(i)=>[...U(i.length),...i.flat()],sect=(id,b)=>[id,...U(b.length),...b],str=(t)=>[...U(t.length),...[...t].map(c=>c.charCodeAt(0))],f=(b)=>[...U(b.length),...b];
// f(n): n ? f(n-1) : leave()
const m=new Uint8Array([0,0x61,0x73,0x6d,1,0,0,0,...sect(1,vec([[0x60,1,0x7f,0],[0x60,0,0]])),...sect(2,vec([[...str('e'),...str('l'),0,1]])),...sect(3,vec([[0]])),...sect(7,vec([[...str('f'),0,1]])),...sect(10,vec([f([0,0x20,0,0x04,0x40,0x20,0,0x41,1,0x6b,0x10,1,0x05,0x10,0,0x0b,0x0b])]))]);
const LEAVE={};const err=new Error('x');
const {f:g}=new WebAssembly.Instance(new WebAssembly.Module(m),{e:{l(){throw LEAVE}}}).exports;
for(const d of [1,10,40])for(let r=0;r<3;r++){const t=process.threadCpuUsage();for(let i=0;i<20000;i++){try{g(d)}catch(e){if(e!==LEAVE)throw e}}const x=process.threadCpuUsage(t);console.log('depth',d,((x.user+x.system)/20000).toFixed(2),'us');}
