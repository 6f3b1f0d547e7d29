// Runs in a process of its own (node.ts starts it): measures, prints the answer as JSON.
import process from 'node:process';
import { createKernels } from '../../bindings/node/instantiate.ts';
import { cases } from '../cases.ts';
import { compileCeiling } from '../ceiling/index.ts';
import { loadCeiling } from '../ceiling/measure.ts';
import { measure } from '../measure.ts';
import { loadPeers, type Peers } from '../peers/index.ts';
import { apartPeer, poolPeer } from '../pool.ts';
import { drain } from '../time.ts';
import type { Answer, Request } from './request.ts';

const request: Request = JSON.parse(process.argv[2]);
const ceiling = await loadCeiling(compileCeiling());
const { present, absent }: Peers = request.peers ? await loadPeers() : { present: [], absent: [] };
const engines = [await poolPeer(2), await apartPeer(2), ...present];
const measured = await measure({
  cases: cases.filter(({ name }) => name.includes(request.only)),
  createKernels,
  peers: engines,
  ceiling,
  seconds: request.seconds,
  onCase: (name) => process.stderr.write(`${name}\n`),
});
for (const peer of engines) peer.close();
if (!Number.isFinite(drain())) throw new Error('a kernel returned NaN.');
const peers = present.map(({ name, version }) => ({ name, version }));
const answer: Answer = { host: `Node ${process.version}`, peers, absent, measured };
process.stdout.write(JSON.stringify(answer), () => process.exit());
