import process from 'node:process';
import { bundle, runProgram } from './program.ts';
import type { Answer, Request } from './request.ts';

/** A fresh Node with all the peers there are. */
export async function runNode(request: Request): Promise<Answer> {
  const program = await bundle('bench/hosts/node-process.ts', 'node');
  return runProgram(process.execPath, [program, JSON.stringify(request)]);
}
